"""An order is changed after it was placed: lines are added and voided, and what it says besides is set anew.

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
    ],
    "order_items": ["UPDATE (voided_in)"],
    "changed_values": ["SELECT", "INSERT"],
}

# Amounts are in the currency's minor units. `changed_in` is the revision of the last change that concerns the
# kitchen, `changes_seen_in` the one up to which somebody there has seen them, `unseen_fields` what was set
# since.
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
    ADD CHECK ((currency IS NULL) = (total IS NULL AND to_collect IS NULL)),
    ADD CHECK (changes_seen_in <= changed_in),
    ADD FOREIGN KEY (tenant_id, follows) REFERENCES orders (tenant_id, id);

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
    ADD COLUMN changes jsonb CHECK ((changes IS NOT NULL) = (act = 'change')),
    ADD CONSTRAINT order_actions_act_check CHECK (act IN (
        'strike', 'unstrike', 'rush', 'unrush', 'hold', 'release', 'assign', 'unassign', 'acknowledge',
        'change')),
    ADD CONSTRAINT order_actions_detail_check CHECK (
        CASE WHEN act = 'change' THEN true ELSE (detail IS NOT NULL) = (act IN ('hold', 'assign')) END);

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


def upgrade() -> None:
    make_function("guard_item", 1)
    make_function("guard_item_is_logged", 1)
    op.execute(ORDERS)
    op.execute(ACTIONS)
    keep_tenants_apart("changed_values")
    make_function("guard_order_status", 4)
    make_function("guard_action", 3)
    make_function("advance_order", 7)
    make_function("act_on_order", 3)
    make_function("act_on_order", 4)
