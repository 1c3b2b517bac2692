"""What is known of guests ends after a time, or when they ask; what a company may have can be limited.

Revision ID: 0045
"""

from __future__ import annotations

from alembic import op

from ordertrack.migrations.building import keep_tenants_apart, make_function

revision = "0045"
down_revision = "0044"

GRANTS = {
    "guest_retention": ["SELECT", "INSERT", "UPDATE"],
    "tenant_quotas": ["SELECT", "UPDATE (used_mb)"],
    "staff_sessions": ["DELETE"],
    "guest_pages": ["DELETE"],
    "company_invitations": ["DELETE"],
    "FUNCTION mask_orders(uuid[])": ["EXECUTE"],
}

TABLES = """
ALTER TABLE orders ADD COLUMN masked_at timestamptz;
-- Where an order is removed it is asked for which others follow it: few do.
CREATE INDEX orders_that_follow ON orders (tenant_id, follows) WHERE follows IS NOT NULL;

-- What was placed before `masked_before` is masked. Without `days`, as long as the house says.
CREATE TABLE guest_retention (
    tenant_id uuid PRIMARY KEY REFERENCES tenants,
    days integer CHECK (days BETWEEN 7 AND 3650),
    masked_before timestamptz NOT NULL DEFAULT '-infinity'
);
CREATE TRIGGER guard_suspended BEFORE INSERT ON guest_retention FOR EACH ROW
    WHEN (NEW.days IS NOT NULL) EXECUTE FUNCTION guard_suspended();
CREATE TRIGGER guard_suspended_days BEFORE UPDATE OF days ON guest_retention
    FOR EACH STATEMENT EXECUTE FUNCTION guard_suspended();

-- The operator's: without a number, as many as any company may have. `used_mb` is what was found last.
CREATE TABLE tenant_quotas (
    tenant_id uuid PRIMARY KEY REFERENCES tenants,
    restaurants integer CHECK (restaurants >= 0),
    people integer CHECK (people >= 0),
    orders_a_day integer CHECK (orders_a_day >= 0),
    storage_mb integer CHECK (storage_mb >= 0),
    used_mb integer NOT NULL DEFAULT 0
);
"""


def upgrade() -> None:
    op.execute(TABLES)
    keep_tenants_apart("guest_retention", "tenant_quotas")
    make_function("mask_orders", 1)
    op.execute("REVOKE ALL ON FUNCTION mask_orders(uuid[]) FROM PUBLIC")
