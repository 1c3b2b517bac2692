"""Why orders were cancelled, beside what became of them: reports looked each order up to say so.

And what went otherwise with orders is found by its time, not in all that the company ever logged.

Revision ID: 0043
"""

from __future__ import annotations

from alembic import op

revision = "0043"
down_revision = "0042"

# By fulfilment and reason how many; the reason "" where none was given.
REASONS = """
ALTER TABLE sla_order_days ADD COLUMN reasons jsonb NOT NULL DEFAULT '{}';
ALTER TABLE sla_tenant_order_days ADD COLUMN reasons jsonb NOT NULL DEFAULT '{}';
"""
# A roll-up that was made, or is extended, by the commit before does not have them: it is made anew.
PROGRESS = "ALTER TABLE sla_progress ADD COLUMN reasons_seq bigint NOT NULL DEFAULT 0"
# Few of many entries, by their time.
RETURNED = """
CREATE INDEX order_status_events_returned ON order_status_events (tenant_id, occurred_at)
    WHERE (from_status = 'ready' AND to_status = 'preparing')
        OR (from_status = 'delivering' AND to_status = 'ready')
"""
CHANGED = "CREATE INDEX order_actions_changes ON order_actions (tenant_id, occurred_at) WHERE act = 'change'"


def upgrade() -> None:
    op.execute(REASONS)
    op.execute(PROGRESS)
    op.execute(RETURNED)
    op.execute(CHANGED)
