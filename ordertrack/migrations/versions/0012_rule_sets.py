"""A company works by one of two rule sets, and each event keeps the one that it was made under.

Revision ID: 0012
"""

from alembic import op

from ordertrack.migrations.building import keep_tenants_apart, make_function

revision = "0012"
down_revision = "0011"

GRANTS = {
    "rule_set_transitions": ["SELECT"],
    "saved_rule_sets": ["SELECT", "INSERT"],
    "tenant_streams": ["UPDATE (rule_set)"],
}

# The commit before reads `status_transitions`, which stays as it is for it.
TRANSITIONS = """
CREATE TABLE rule_set_transitions (
    rule_set text NOT NULL CHECK (rule_set IN ('strict', 'extended')),
    from_status text NOT NULL,
    to_status text NOT NULL,
    asks_reason boolean NOT NULL,
    PRIMARY KEY (rule_set, from_status, to_status)
);
INSERT INTO rule_set_transitions
SELECT rule_set, from_status, to_status, false
  FROM status_transitions, (VALUES ('strict'), ('extended')) AS sets (rule_set);
INSERT INTO rule_set_transitions VALUES
    ('extended', 'preparing', 'cancelled', true),
    ('extended', 'ready', 'cancelled', true),
    ('extended', 'delivering', 'cancelled', true),
    ('extended', 'ready', 'preparing', true),
    ('extended', 'delivering', 'ready', true);
"""

# In the stream's row, which every move holds until its commit: so a choice is made between two moves.
CHOICE = """
ALTER TABLE tenant_streams ADD COLUMN rule_set text NOT NULL DEFAULT 'strict'
    CHECK (rule_set IN ('strict', 'extended'));

CREATE TABLE saved_rule_sets (
    tenant_id uuid NOT NULL REFERENCES tenants,
    version integer NOT NULL,
    rule_set text NOT NULL CHECK (rule_set IN ('strict', 'extended')),
    saved_by text NOT NULL,
    actor text NOT NULL,
    saved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, version)
);
"""

# For how long the kitchen may recall, and the reasons that boards offer.
SETTINGS = """
ALTER TABLE floor_settings
    ADD COLUMN recall_within integer NOT NULL DEFAULT 600 CHECK (recall_within >= 0),
    ADD COLUMN reasons jsonb NOT NULL DEFAULT '{}'::jsonb;
"""

EVENTS = """
ALTER TABLE order_status_events ADD COLUMN rule_set text NOT NULL DEFAULT 'strict';
ALTER TABLE order_status_events
    DROP CONSTRAINT order_status_events_from_status_to_status_fkey,
    ADD CONSTRAINT order_status_events_move_fkey FOREIGN KEY (rule_set, from_status, to_status)
        REFERENCES rule_set_transitions (rule_set, from_status, to_status);
CREATE TRIGGER name_rule_set BEFORE INSERT ON order_status_events
    FOR EACH ROW EXECUTE FUNCTION name_rule_set();
"""


def upgrade() -> None:
    op.execute(TRANSITIONS)
    op.execute(CHOICE)
    keep_tenants_apart("saved_rule_sets")
    make_function("is_written_by_importer", 1)
    make_function("name_rule_set", 1)
    make_function("guard_order_status", 3)
    make_function("guard_event", 3)
    make_function("advance_order", 6)
    op.execute(EVENTS)
    op.execute(SETTINGS)
