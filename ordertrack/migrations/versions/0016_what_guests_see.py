"""How a restaurant shows itself to its guests.

Revision ID: 0016
"""

from alembic import op

from ordertrack.migrations.building import keep_tenants_apart

revision = "0016"
down_revision = "0015"

GRANTS = {"restaurant_brands": ["SELECT", "INSERT"]}

# `address` is a list of lines.
BRANDS = """
CREATE TABLE restaurant_brands (
    tenant_id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    version integer NOT NULL,
    colour text NOT NULL CHECK (colour ~ '^#[0-9a-f]{6}$'),
    name text,
    phone text,
    address jsonb NOT NULL,
    saved_by text NOT NULL,
    actor text NOT NULL,
    saved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, restaurant_id, version),
    FOREIGN KEY (tenant_id, restaurant_id) REFERENCES restaurants (tenant_id, id)
);
"""


def upgrade() -> None:
    op.execute(BRANDS)
    keep_tenants_apart("restaurant_brands")
