"""What became of orders: for reports, by business day; and the cancelled among the log's entries, by time.

Revision ID: 0038
"""

from alembic import op

from ordertrack.migrations.building import keep_tenants_apart

revision = "0038"
down_revision = "0037"

GRANTS = {
    "sla_order_days": ["SELECT", "INSERT", "UPDATE", "DELETE"],
    "sla_tenant_order_days": ["SELECT", "INSERT", "UPDATE", "DELETE"],
}

DAYS = """
CREATE TABLE sla_order_days (
    tenant_id uuid NOT NULL,
    business_date date NOT NULL,
    restaurant_id uuid NOT NULL,
    cells bytea NOT NULL,
    PRIMARY KEY (tenant_id, business_date, restaurant_id),
    FOREIGN KEY (tenant_id, restaurant_id) REFERENCES restaurants (tenant_id, id)
);
CREATE TABLE sla_tenant_order_days (
    tenant_id uuid NOT NULL REFERENCES tenants,
    business_date date NOT NULL,
    cells bytea NOT NULL,
    PRIMARY KEY (tenant_id, business_date)
);
ALTER TABLE sla_order_days ALTER cells SET STORAGE EXTERNAL;
ALTER TABLE sla_tenant_order_days ALTER cells SET STORAGE EXTERNAL;
"""
# A roll-up that was made, or is extended, by the commit before does not have them: it is made anew.
PROGRESS = "ALTER TABLE sla_progress ADD COLUMN orders_seq bigint NOT NULL DEFAULT 0"
# Reports say why orders were cancelled: few of many entries.
CANCELLED = """
CREATE INDEX order_status_events_cancelled ON order_status_events (tenant_id, occurred_at)
    WHERE to_status = 'cancelled'
"""


def upgrade() -> None:
    op.execute(DAYS)
    op.execute(PROGRESS)
    op.execute(CANCELLED)
    keep_tenants_apart("sla_order_days", "sla_tenant_order_days")
