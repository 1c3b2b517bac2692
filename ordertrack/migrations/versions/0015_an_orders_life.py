"""An order's life: it is changed after it was placed, delayed, and waits for its time if it is for later.

Revision ID: 0015
"""

from alembic import op

from ordertrack.migrations.building import keep_tenants_apart, make_function

revision = "0015"
down_revision = "0014"

GRANTS = {
    "orders": [
        "UPDATE (note, promised_at, reference, table_name, customer, currency, total, to_collect)",
        "UPDATE (changed_in, changes_seen_in, unseen_fields)",
        "UPDATE (delayed_by, delayed_now, start_by, is_later, fired_at)",
    ],
    "order_items": ["UPDATE (voided_in)"],
    "FUNCTION next_due()": ["EXECUTE"],
    "changed_values": ["SELECT", "INSERT"],
    "restaurant_paces": ["SELECT", "INSERT"],
    "riders": ["SELECT", "INSERT", "UPDATE"],
}

# Amounts are in the currency's minor units. `changed_in` is the revision of the last change that concerns the
# kitchen, `changes_seen_in` the one up to which somebody there has seen them, `unseen_fields` what was set
# since. Delays are minutes: all that were said, and those since the order has its status. `start_by` is when
# it must be begun; what is later is begun by a fire. `accept_by` is until when somebody must confirm it.
ORDERS = """
ALTER TABLE orders
    ADD COLUMN note text,
    ADD COLUMN table_name text,
    ADD COLUMN channel text,
    ADD COLUMN currency text CHECK (currency ~ '^[A-Z]{3}$'),
    ADD COLUMN total bigint CHECK (total >= 0),
    ADD COLUMN to_collect bigint CHECK (to_collect >= 0),
    ADD COLUMN follows uuid,
    ADD COLUMN follows_number integer,
    ADD COLUMN follows_due timestamptz,
    ADD COLUMN changed_in integer NOT NULL DEFAULT 0,
    ADD COLUMN changes_seen_in integer NOT NULL DEFAULT 0,
    ADD COLUMN unseen_fields jsonb NOT NULL DEFAULT '[]'::jsonb,
    ADD COLUMN delayed_by integer NOT NULL DEFAULT 0,
    ADD COLUMN delayed_now integer NOT NULL DEFAULT 0,
    ADD COLUMN start_by timestamptz,
    ADD COLUMN is_later boolean NOT NULL DEFAULT false,
    ADD COLUMN fired_at timestamptz,
    ADD COLUMN accept_by timestamptz,
    ADD COLUMN accept_then text NOT NULL DEFAULT 'nothing'
        CHECK (accept_then IN ('nothing', 'confirm', 'cancel')),
    ADD CHECK (delayed_by >= delayed_now AND delayed_now >= 0),
    ADD CHECK (NOT is_later OR (start_by IS NOT NULL AND status IN ('pending', 'confirmed', 'cancelled'))),
    ADD CHECK ((currency IS NULL) = (total IS NULL AND to_collect IS NULL)),
    ADD CHECK (changes_seen_in <= changed_in),
    ADD FOREIGN KEY (tenant_id, follows) REFERENCES orders (tenant_id, id);
CREATE INDEX orders_later ON orders (tenant_id, restaurant_id, start_by) WHERE is_later;
CREATE INDEX orders_to_accept ON orders (tenant_id, accept_by)
    WHERE status = 'pending' AND accept_then <> 'nothing';

ALTER TABLE order_status_events ADD COLUMN is_early boolean NOT NULL DEFAULT false;

ALTER TABLE order_items
    ADD COLUMN added_in integer,
    ADD COLUMN voided_in integer;
CREATE TRIGGER guard_item BEFORE INSERT OR UPDATE ON order_items
    FOR EACH ROW EXECUTE FUNCTION guard_item();
CREATE CONSTRAINT TRIGGER guard_item_is_logged AFTER INSERT OR UPDATE ON order_items
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.added_in IS NOT NULL OR NEW.voided_in IS NOT NULL) EXECUTE FUNCTION guard_item_is_logged();
"""

# What a change says, but for values: those stand in a table of their own, of which they can be erased.
ACTIONS = """
ALTER TABLE order_actions
    DROP CONSTRAINT order_actions_act_check,
    DROP CONSTRAINT order_actions_check1,
    ADD COLUMN minutes integer CHECK ((minutes IS NOT NULL) = (act = 'delay')),
    ADD COLUMN changes jsonb CHECK ((changes IS NOT NULL) = (act = 'change')),
    ADD CONSTRAINT order_actions_act_check CHECK (act IN (
        'strike', 'unstrike', 'rush', 'unrush', 'hold', 'release', 'assign', 'unassign', 'acknowledge',
        'change', 'delay', 'fire')),
    ADD CONSTRAINT order_actions_detail_check CHECK (
        act IN ('change', 'delay') OR (detail IS NOT NULL) = (act IN ('hold', 'assign')));

CREATE TABLE changed_values (
    tenant_id uuid NOT NULL,
    seq bigint NOT NULL,
    field text NOT NULL,
    before jsonb,
    after jsonb,
    PRIMARY KEY (tenant_id, seq, field),
    FOREIGN KEY (tenant_id, seq) REFERENCES order_actions (tenant_id, seq)
);
"""

# How long an order takes where estimates are silent, what the house confirms, and until when the rest is.
SETTINGS = """
ALTER TABLE floor_settings ADD COLUMN order_handling jsonb NOT NULL DEFAULT '{}'::jsonb;
"""

# Whether a restaurant is open, busy or paused, and until when.
PACES = """
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
);
"""

# Who carries orders. One row a person, not one a change: who is here changes all day, a phone is erased.
RIDERS = """
CREATE TABLE riders (
    tenant_id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL CHECK (name <> ''),
    name_key text NOT NULL,
    phone text,
    is_here boolean NOT NULL,
    is_listed boolean NOT NULL DEFAULT true,
    version integer NOT NULL CHECK (version > 0),
    saved_by text NOT NULL,
    actor text NOT NULL,
    saved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, restaurant_id, id),
    CHECK (is_listed OR (phone IS NULL AND NOT is_here)),
    FOREIGN KEY (tenant_id, restaurant_id) REFERENCES restaurants (tenant_id, id)
);
CREATE UNIQUE INDEX riders_names ON riders (tenant_id, restaurant_id, name_key) WHERE is_listed;
"""


def upgrade() -> None:
    make_function("guard_item", 1)
    make_function("guard_item_is_logged", 1)
    op.execute(ORDERS)
    op.execute(ACTIONS)
    op.execute(SETTINGS)
    op.execute(PACES)
    op.execute(RIDERS)
    keep_tenants_apart("changed_values", "restaurant_paces", "riders")
    make_function("kitchen_load", 2)
    make_function("guard_order_status", 4)
    make_function("guard_action", 3)
    make_function("guard_event", 5)
    make_function("advance_order", 7)
    make_function("advance_order", 8)
    make_function("act_on_order", 3)
    make_function("act_on_order", 4)
    make_function("next_due", 1)
    op.execute("REVOKE ALL ON FUNCTION next_due() FROM PUBLIC")
