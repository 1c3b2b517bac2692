"""Taps are found by their time, and reports of what was imported are made anew.

Whether a tap is a mass tap depends on what lies around it. An importer is no person whose taps could be.
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"

# Row-level security is forced on its owner too, so one tenant after the other.
MADE_ANEW = """
DO $$
DECLARE tenant uuid;
BEGIN
    FOR tenant IN SELECT id FROM tenants LOOP
        PERFORM set_config('ordertrack.tenant_id', tenant::text, true);
        INSERT INTO sla_stale (tenant_id, restaurant_id, from_date)
        SELECT DISTINCT tenant_id, restaurant_id, date '0001-01-01' FROM order_status_events
         WHERE tenant_id = tenant AND actor = 'program:replay'
        ON CONFLICT (tenant_id, restaurant_id) DO UPDATE SET from_date = excluded.from_date;
    END LOOP;
    PERFORM set_config('ordertrack.tenant_id', '', true);
END $$
"""


# It begins with the time. Beginning with the tenant it would also be taken, in a house that has no statistics
# yet, to find the events of one order: each time through the whole log of the tenant.
TIME = "CREATE INDEX order_status_events_time ON order_status_events (occurred_at, tenant_id)"


def upgrade() -> None:
    op.execute(TIME)
    op.execute(MADE_ANEW)
