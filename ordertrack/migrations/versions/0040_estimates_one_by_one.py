"""Orders one by one beside what adds up: what is said of an order depends on how the day goes until then.

What past days hold is made anew, for how right estimates were is told by kind of order from now on, and of
the range that guests read.

Revision ID: 0040
"""

from __future__ import annotations

from alembic import op

revision = "0040"
down_revision = "0039"

COLUMNS = """
ALTER TABLE sla_estimate_days
    ADD COLUMN waits bytea NOT NULL DEFAULT '', ADD COLUMN turned_out bytea NOT NULL DEFAULT '',
    ALTER waits SET STORAGE EXTERNAL, ALTER turned_out SET STORAGE EXTERNAL;
"""

# Row-level security is forced on its owner too, so one tenant after the other.
MADE_ANEW = """
DO $$
DECLARE tenant uuid;
BEGIN
    FOR tenant IN SELECT id FROM tenants LOOP
        PERFORM set_config('ordertrack.tenant_id', tenant::text, true);
        INSERT INTO sla_stale (tenant_id, restaurant_id, from_date)
        SELECT DISTINCT tenant_id, restaurant_id, date '0001-01-01' FROM sla_estimate_days
         WHERE tenant_id = tenant
        ON CONFLICT (tenant_id, restaurant_id) DO UPDATE SET from_date = excluded.from_date;
    END LOOP;
    PERFORM set_config('ordertrack.tenant_id', '', true);
END $$
"""


def upgrade() -> None:
    op.execute(COLUMNS)
    op.execute(MADE_ANEW)
