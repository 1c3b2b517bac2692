"""Whether reports tell people apart is the company's choice; fires are found by their moment.

Revision ID: 0039
"""

from alembic import op

revision = "0039"
down_revision = "0038"

GRANTS = {"tenants": ["UPDATE (reports_by_person)"]}


def upgrade() -> None:
    op.execute("ALTER TABLE tenants ADD COLUMN reports_by_person boolean NOT NULL DEFAULT false")
    op.execute(
        "CREATE INDEX order_actions_fires ON order_actions (occurred_at, tenant_id) WHERE act = 'fire'"
    )
