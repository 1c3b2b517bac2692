"""Whether this code works with a schema that a newer version has brought further than it knows.

What is added to a schema disturbs nobody. A revision that takes something away says in `NEEDS_CODE_OF` which
code does without it; the database carries the newest of these as a comment that anybody may read.
"""

from __future__ import annotations

from sqlalchemy import text

from ordertrack.database.root import PACKAGE

# As they were when this process began: an upgrade may put others in their place while it runs.
KNOWN = frozenset(
    path.name.partition("_")[0] for path in (PACKAGE / "migrations" / "versions").glob("[0-9]*.py")
)
FIRST = "0042"
"""That of the first code which heeds the comment."""
TABLE = "public.alembic_version"
READ = text("SELECT obj_description(to_regclass(:table), 'pg_class')").bindparams(table=TABLE)
_SAID = "the oldest code that works with this schema is that of revision "


def written(oldest: str) -> str:
    """What the comment says."""
    return _SAID + oldest


def outgrown(said: str | None) -> str | None:
    """Why this code does not work with the schema that carries this comment; None if it does."""
    oldest = (said or "").removeprefix(_SAID)
    if not said or oldest in KNOWN:
        return None
    return (
        f"A newer version of ordertrack has changed the database: it needs the code of revision {oldest}, and"
        f" this version knows revisions up to {max(KNOWN)}. Start the newer version here."
    )
