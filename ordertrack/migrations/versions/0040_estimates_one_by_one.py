"""Orders one by one beside what adds up: what is said of an order depends on how the day goes until then.

What past days hold is made anew, for how right estimates were is told by kind of order from now on, and of
the range that guests read.

Revision ID: 0040
"""

from __future__ import annotations

from alembic import op

from ordertrack.migrations.building import make_reports_anew

revision = "0040"
down_revision = "0039"

COLUMNS = """
ALTER TABLE sla_estimate_days
    ADD COLUMN waits bytea NOT NULL DEFAULT '', ADD COLUMN turned_out bytea NOT NULL DEFAULT '',
    ALTER waits SET STORAGE EXTERNAL, ALTER turned_out SET STORAGE EXTERNAL;
"""


def upgrade() -> None:
    op.execute(COLUMNS)
    make_reports_anew("sla_estimate_days WHERE tenant_id = tenant")
