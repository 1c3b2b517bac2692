"""The menu of a company, what of it is sold out in which restaurant, and which dish a line of an order is.

Revision ID: 0027
"""

from alembic import op

from ordertrack.migrations.building import keep_tenants_apart

revision = "0027"
down_revision = "0026"

GRANTS = {
    "menus": ["SELECT", "INSERT", "UPDATE (version)"],
    "menu_categories": ["SELECT", "INSERT", "UPDATE (names, position)", "DELETE"],
    "menu_dishes": [
        "SELECT",
        "INSERT",
        "UPDATE (names, category, position, station, price, prepare_seconds, modifier_groups, is_offered,"
        " version)",
    ],
    "menu_sold_out": ["SELECT", "INSERT", "UPDATE (until, marked_by, actor, marked_at)", "DELETE"],
}

# Dishes are never deleted: orders have named them. `names` are by language, prices in the minor units of the
# company's currency. A `version` is the menu's at the last change.
MENU = """
CREATE TABLE menus (
    tenant_id uuid PRIMARY KEY REFERENCES tenants,
    version integer NOT NULL
);

CREATE TABLE menu_categories (
    tenant_id uuid NOT NULL REFERENCES tenants,
    key text NOT NULL,
    names jsonb NOT NULL CHECK (jsonb_typeof(names) = 'object' AND names <> '{}'),
    position integer NOT NULL,
    PRIMARY KEY (tenant_id, key)
);

CREATE TABLE menu_dishes (
    tenant_id uuid NOT NULL REFERENCES tenants,
    sku text NOT NULL,
    names jsonb NOT NULL CHECK (jsonb_typeof(names) = 'object' AND names <> '{}'),
    category text,
    position integer NOT NULL,
    station text,
    price bigint CHECK (price >= 0),
    prepare_seconds integer CHECK (prepare_seconds > 0),
    modifier_groups jsonb NOT NULL DEFAULT '[]'::jsonb CHECK (jsonb_typeof(modifier_groups) = 'array'),
    is_offered boolean NOT NULL DEFAULT true,
    version integer NOT NULL,
    PRIMARY KEY (tenant_id, sku),
    FOREIGN KEY (tenant_id, category) REFERENCES menu_categories (tenant_id, key)
);
CREATE INDEX menu_dishes_category ON menu_dishes (tenant_id, category);

CREATE TABLE menu_sold_out (
    tenant_id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    sku text NOT NULL,
    until timestamptz NOT NULL,
    marked_by text NOT NULL,
    actor text NOT NULL,
    marked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, restaurant_id, sku),
    FOREIGN KEY (tenant_id, restaurant_id) REFERENCES restaurants (tenant_id, id),
    FOREIGN KEY (tenant_id, sku) REFERENCES menu_dishes (tenant_id, sku)
);
"""


def upgrade() -> None:
    op.execute(MENU)
    keep_tenants_apart("menus", "menu_categories", "menu_dishes", "menu_sold_out")
    op.execute("ALTER TABLE order_items ADD COLUMN sku text")
