"""The floor: what is done to an order besides moving it, shared tablets and their people, living screens.

Revision ID: 0004
"""

from alembic import op

from ordertrack.migrations.building import keep_tenants_apart, make_function

revision = "0004"
down_revision = "0003"

GRANTS = {
    "orders": ["UPDATE (acts, is_rush, hold_reason, rider, acknowledged_at)"],
    "order_items": ["UPDATE (is_done)"],
    "staff_members": ["INSERT (tenant_id, id, name, role, pin_hash)", "UPDATE (pin_hash)"],
    "order_actions": ["SELECT", "INSERT"],
    "floor_settings": ["SELECT", "INSERT"],
    "tablets": ["SELECT", "INSERT", "UPDATE (ended_at)"],
    "pin_attempts": ["SELECT", "INSERT", "UPDATE", "DELETE"],
    "screens": ["SELECT", "INSERT", "UPDATE", "DELETE"],
}

STATUSES = "('pending', 'confirmed', 'preparing', 'ready', 'delivering', 'completed', 'cancelled')"
ACTS = "('strike', 'unstrike', 'rush', 'unrush', 'hold', 'release', 'assign', 'unassign', 'acknowledge')"

ORDERS = """
ALTER TABLE orders
    ADD COLUMN acts integer NOT NULL DEFAULT 0,
    ADD COLUMN is_rush boolean NOT NULL DEFAULT false,
    ADD COLUMN hold_reason text,
    ADD COLUMN rider text,
    ADD COLUMN acknowledged_at timestamptz;
-- Who was cancelled before there was anything to acknowledge does not cry out now. An owner who is no
-- superuser sees all tenants' rows only while row-level security is not forced.
ALTER TABLE orders NO FORCE ROW LEVEL SECURITY;
UPDATE orders SET acknowledged_at = status_since WHERE status = 'cancelled';
ALTER TABLE orders FORCE ROW LEVEL SECURITY;

ALTER TABLE order_items
    ADD COLUMN station text,
    ADD COLUMN is_done boolean NOT NULL DEFAULT false;

-- How many lines were not yet struck off when the order was called ready; null for every other move.
ALTER TABLE order_status_events ADD COLUMN open_lines smallint;
"""

TABLES = f"""
CREATE TABLE order_actions (
    tenant_id uuid NOT NULL REFERENCES tenants,
    seq bigint NOT NULL,
    order_id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    act text NOT NULL CHECK (act IN {ACTS}),
    status text NOT NULL CHECK (status IN {STATUSES}),
    line integer CHECK ((line IS NOT NULL) = (act IN ('strike', 'unstrike'))),
    detail text CHECK ((detail IS NOT NULL) = (act IN ('hold', 'assign'))),
    changed_by text NOT NULL,
    actor text NOT NULL,
    occurred_at timestamptz NOT NULL,
    metadata jsonb NOT NULL DEFAULT '{{}}'::jsonb,
    PRIMARY KEY (tenant_id, seq),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, id)
);
CREATE INDEX order_actions_order ON order_actions (tenant_id, order_id);

CREATE TABLE floor_settings (
    tenant_id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    version integer NOT NULL,
    undo_seconds jsonb NOT NULL,
    rest_after integer NOT NULL CHECK (rest_after > 0),
    arabic_digits boolean NOT NULL,
    stations jsonb NOT NULL,
    saved_by text NOT NULL,
    actor text NOT NULL,
    saved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, restaurant_id, version),
    FOREIGN KEY (tenant_id, restaurant_id) REFERENCES restaurants (tenant_id, id)
);

CREATE TABLE tablets (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    board text NOT NULL CHECK (board IN ('kitchen', 'dispatch', 'pickup')),
    name text NOT NULL,
    set_up_by text NOT NULL,
    actor text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, restaurant_id) REFERENCES restaurants (tenant_id, id)
);

-- A person who only ever taps a name and a PIN needs no address and no password.
ALTER TABLE staff_members
    ALTER COLUMN email DROP NOT NULL,
    ALTER COLUMN password_hash DROP NOT NULL,
    ADD COLUMN pin_hash text,
    ADD CHECK ((email IS NULL) = (password_hash IS NULL)),
    ADD CHECK (role IN ('kitchen', 'dispatch') OR email IS NOT NULL);

CREATE TABLE pin_attempts (
    tenant_id uuid NOT NULL,
    staff_id uuid NOT NULL,
    failures integer NOT NULL,
    locked_until timestamptz,
    PRIMARY KEY (tenant_id, staff_id),
    FOREIGN KEY (tenant_id, staff_id) REFERENCES staff_members (tenant_id, id)
);

-- Which boards are open on which screens, as each process that carries them says every few seconds.
CREATE TABLE screens (
    tenant_id uuid NOT NULL,
    process uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    board text NOT NULL,
    watcher text NOT NULL,
    connected_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, process, restaurant_id, board, watcher),
    FOREIGN KEY (tenant_id, restaurant_id) REFERENCES restaurants (tenant_id, id)
);
CREATE POLICY by_watching ON screens FOR ALL USING (
    tenant_id = ANY (string_to_array(current_setting('ordertrack.watched_tenants', true), ',')::uuid[])
);
"""

TENANT_OWNED = ("order_actions", "floor_settings", "tablets", "pin_attempts", "screens")

TRIGGER = """
CREATE TRIGGER guard_action AFTER INSERT ON order_actions
    FOR EACH ROW EXECUTE FUNCTION guard_action();
"""


def upgrade() -> None:
    op.execute(ORDERS)
    op.execute(TABLES)
    keep_tenants_apart(*TENANT_OWNED)
    make_function("guard_action", 1)
    op.execute(TRIGGER)
    make_function("act_on_order", 1)
    op.execute("DROP FUNCTION advance_order(uuid, uuid, text, text, text, text, jsonb, text)")
    make_function("advance_order", 3)
