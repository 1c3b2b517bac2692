"""One revision a transaction, one upgrade of a database at a time, and nobody kept waiting behind it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import TypeVar

import click
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg.errors import DeadlockDetected, LockNotAvailable
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from ordertrack.database import schema_age
from ordertrack.database.config import PACKAGE
from ordertrack.database.settings_error import Mendable

T = TypeVar("T")
TURN_PATIENCE = 600.0  # seconds that an upgrade waits for another one
TABLE_PATIENCE = 300.0  # seconds that it tries to have a table that somebody uses
# Seconds of one such try: whoever needs the table meanwhile queues behind it, and goes first after it.
_LOCK_TIMEOUT = 1.0
_PAUSES = (0.5, 1.0, 2.0, 5.0)
LOCK = 7226871355
_FOLDER = PACKAGE / "migrations"

# Those who hold something here, whoever has been at it for longest first. Of other people's sessions a role
# without special rights may not see since when.
_HOLDERS = text("""
    SELECT pid, usename, application_name FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND pid IN (
        SELECT pid FROM pg_locks WHERE granted AND (
            :lock = 0 AND locktype = 'relation' AND relation IN (
                SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
            OR :lock > 0 AND locktype = 'advisory'
                AND (classid::bigint << 32) + objid::bigint = :lock))
     ORDER BY xact_start NULLS LAST, pid LIMIT 1
""")


class UpgradeRefused(Mendable, RuntimeError):
    """The database cannot be brought up to date as things are; the message says why and what to do."""


def grants() -> list[str]:
    """What the application may do by the revisions' `GRANTS`, each as `SELECT, INSERT ON orders`.

    It may do no more. Nobody may change or remove an event, nor what was ever saved as a setting.
    """
    return [f"{', '.join(rights)} ON {on}" for on, rights in _granted()]


def tables() -> list[str]:
    """The tables that the revisions make: there is none to which the application has no right."""
    return sorted({on for on, _ in _granted() if not on.startswith("FUNCTION ")} | {"alembic_version"})


def _granted() -> Iterator[tuple[str, list[str]]]:
    for script in _scripts().walk_revisions():
        yield from getattr(script.module, "GRANTS", {}).items()


def configuration(connection: Connection) -> Config:
    """Alembic's, on the caller's connection."""
    made = Config()
    made.set_main_option("script_location", str(_FOLDER))
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    return made


@cache
def _scripts() -> ScriptDirectory:
    """The revisions, read once: reading them runs every one's file."""
    return ScriptDirectory(str(_FOLDER))


def revision(connection: Connection) -> str | None:
    """The revision at which the database is; None if it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """The last revision that this code knows."""
    head = _scripts().get_current_head()
    assert head is not None
    return head


def known_revision(connection: Connection) -> str | None:
    """The same; raises UpgradeRefused if this code does not know it."""
    at = revision(connection)
    if at is not None and not is_known(at):
        raise UpgradeRefused(
            f"The database is at revision {at}, which this version of ordertrack does not know: a newer one"
            " has upgraded it. Use that one."
        )
    return at


def newer_revision(connection: Connection) -> str | None:
    """The revision to which a newer version has brought the database, if this code works with it.

    Raises UpgradeRefused if it does not; None if this code knows the revision.
    """
    at = revision(connection)
    if at is None or at in schema_age.KNOWN:
        return None
    said = connection.execute(schema_age.READ).scalar()
    if said is None:
        known_revision(connection)
    if (why := schema_age.outgrown(said)) is not None:
        raise UpgradeRefused(f"{why} Nothing was changed.")
    return at


def say_oldest_code(connection: Connection) -> None:
    """Have the database say which code works with it."""
    said = schema_age.written(oldest_code())
    if connection.execute(schema_age.READ).scalar() != said:
        connection.exec_driver_sql(f"COMMENT ON TABLE {schema_age.TABLE} IS '{said}'")


def oldest_code() -> str:
    """That of the oldest code that works with the newest schema, as revisions say by `NEEDS_CODE_OF`."""
    said = (getattr(script.module, "NEEDS_CODE_OF", "") for script in _scripts().walk_revisions())
    return max(said) or schema_age.FIRST


def is_known(at: str) -> bool:
    """Whether this code knows a revision, and can so bring a database that is at it up to date."""
    return at in {script.revision for script in _scripts().walk_revisions()}


def go_on(connection: Connection) -> bool:
    """Run the next revision that is missing, in the transaction under way; whether none is missing then.

    As `alembic upgrade +1` does, which would read every revision's file anew for each of them.
    """
    scripts, next_one = _scripts(), "+1"
    if known_revision(connection) != newest():
        with EnvironmentContext(
            configuration(connection),
            scripts,
            fn=lambda at, _context: scripts._upgrade_revs(next_one, at),
            destination_rev=next_one,
        ):
            scripts.run_env()
    return revision(connection) == newest()


def in_turn(connection: Connection, work: Callable[[], T]) -> T:
    """Run `work` in one transaction, while no other upgrade runs; again and again while a table is in use.

    A table that somebody reads for minutes is not waited for in one go: everybody else who wants it would
    have to wait behind. Raises UpgradeRefused when it was in vain; nothing of `work` has been done then.
    """
    deadline = None
    tries = 0
    while True:
        try:
            with connection.begin():
                _take_turn(connection)
                _set(connection, "lock_timeout", _LOCK_TIMEOUT)
                return work()
        except OperationalError as error:
            if not isinstance(error.orig, LockNotAvailable | DeadlockDetected):
                raise
            holder = _holder(connection)
            deadline = deadline or time.monotonic() + TABLE_PATIENCE  # another upgrade may have taken longer
            if time.monotonic() >= deadline:
                raise UpgradeRefused(
                    f"A table that the upgrade has to change was in use for {TABLE_PATIENCE:.0f} seconds"
                    f"{holder}. Nothing is half done: end that, then try again."
                ) from error
            if not tries:
                click.echo(f"Waiting for a table that is in use{holder} ...", err=True)
            time.sleep(_PAUSES[min(tries, len(_PAUSES) - 1)])
            tries += 1


def _take_turn(connection: Connection) -> None:
    """Take the lock of upgrades, which ends with the transaction; say so where another one has it."""
    _set(connection, "statement_timeout", 0)
    _set(connection, "idle_in_transaction_session_timeout", 0)
    if connection.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": LOCK}).scalar():
        return
    click.echo(f"Waiting for another upgrade of this database{_held_by(connection, LOCK)} ...", err=True)
    _set(connection, "lock_timeout", TURN_PATIENCE)
    try:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    except OperationalError as error:
        if not isinstance(error.orig, LockNotAvailable):
            raise
        raise UpgradeRefused(
            f"Another upgrade of this database has been under way for {TURN_PATIENCE:.0f} seconds. Let it"
            " end, or end it, then try again: nothing is half done."
        ) from error


def _set(connection: Connection, parameter: str, seconds: float) -> None:
    """Until the end of the transaction, whatever the role or an address says."""
    connection.execute(
        text("SELECT set_config(:parameter, :value, true)"),
        {"parameter": parameter, "value": f"{int(seconds * 1000)}ms"},
    )


def _holder(connection: Connection) -> str:
    with connection.begin():
        return _held_by(connection, 0)


def _held_by(connection: Connection, lock: int) -> str:
    """Who holds this advisory lock, or (0) a table of ours, as a part of a sentence."""
    holder = connection.execute(_HOLDERS, {"lock": lock}).one_or_none()
    if holder is None:
        return ""
    program = f" ({holder.application_name})" if holder.application_name else ""
    return f" by {holder.usename}{program}, process {holder.pid} of the database"
