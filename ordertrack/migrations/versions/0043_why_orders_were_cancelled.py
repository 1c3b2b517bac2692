"""Why orders were cancelled, beside what became of them: reports looked each order up to say so.

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


def upgrade() -> None:
    op.execute(REASONS)
    op.execute(PROGRESS)
