"""A restaurant says that it is busy, or takes no orders for a while.

Revision ID: 0016
"""

from alembic import op

from ordertrack.migrations.building import keep_tenants_apart

revision = "0016"
down_revision = "0015"

GRANTS = {"restaurant_paces": ["SELECT", "INSERT"]}


def upgrade() -> None:
    op.execute("""
        CREATE TABLE restaurant_paces (
            tenant_id uuid NOT NULL,
            restaurant_id uuid NOT NULL,
            version integer NOT NULL,
            state text NOT NULL CHECK (state IN ('open', 'busy', 'paused')),
            minutes integer NOT NULL CHECK ((minutes > 0) = (state = 'busy') AND minutes >= 0),
            until timestamptz,
            saved_by text NOT NULL,
            actor text NOT NULL,
            saved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            PRIMARY KEY (tenant_id, restaurant_id, version),
            FOREIGN KEY (tenant_id, restaurant_id) REFERENCES restaurants (tenant_id, id)
        )
    """)
    keep_tenants_apart("restaurant_paces")
