"""What is done by the clock is done where it has something to do, and not in each tenant that might.

Revision ID: 0042
"""

from __future__ import annotations

from alembic import op

from ordertrack.migrations.building import make_function

revision = "0042"
down_revision = "0041"

_SAID = (
    "channels_to_tend(timestamptz, timestamptz)",
    "tenants_that_chose(text[])",
    "tenants_to_alert(text[], text[], timestamptz)",
)
GRANTS = {f"FUNCTION {each}": ["EXECUTE"] for each in _SAID}


def upgrade() -> None:
    for each in _SAID:
        make_function(each.partition("(")[0], 1)
    op.execute(f"REVOKE ALL ON FUNCTION {', '.join(_SAID)} FROM PUBLIC")
