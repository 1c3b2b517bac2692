"""Reports of what was replayed or imported are made anew: times that were drawn are told from measured ones.

Revision ID: 0036
"""

from __future__ import annotations

from alembic import op

revision = "0036"
down_revision = "0035"

# Row-level security is forced on its owner too, so one tenant after the other. By orders: they are fewer than
# their events.
MADE_ANEW = """
DO $$
DECLARE tenant uuid;
BEGIN
    FOR tenant IN SELECT id FROM tenants LOOP
        PERFORM set_config('ordertrack.tenant_id', tenant::text, true);
        INSERT INTO sla_stale (tenant_id, restaurant_id, from_date)
        SELECT DISTINCT tenant_id, restaurant_id, date '0001-01-01' FROM orders
         WHERE tenant_id = tenant AND idempotency_sender = 'program:replay'
        ON CONFLICT (tenant_id, restaurant_id) DO UPDATE SET from_date = excluded.from_date;
    END LOOP;
    PERFORM set_config('ordertrack.tenant_id', '', true);
END $$
"""


def upgrade() -> None:
    op.execute(MADE_ANEW)
