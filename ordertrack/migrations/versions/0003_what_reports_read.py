"""What reports read: rules and targets with their history, the roll-up of the log, the kitchen's load.

Revision ID: 0003
"""

from alembic import op

from ordertrack.migrations.building import keep_tenants_apart, make_function

revision = "0003"
down_revision = "0002"

GRANTS = {
    "sla_rules": ["SELECT", "INSERT"],
    "sla_targets": ["SELECT", "INSERT"],
    # The roll-up alone may be deleted, for the log can make it again.
    "sla_progress": ["SELECT", "INSERT", "UPDATE", "DELETE"],
    "sla_stale": ["SELECT", "INSERT", "UPDATE", "DELETE"],
    "sla_shift_names": ["SELECT", "INSERT", "UPDATE", "DELETE"],
    "sla_restaurant_days": ["SELECT", "INSERT", "UPDATE", "DELETE"],
    "sla_tenant_days": ["SELECT", "INSERT", "UPDATE", "DELETE"],
    "sla_estimate_days": ["SELECT", "INSERT", "UPDATE", "DELETE"],
    "FUNCTION tenants_behind()": ["EXECUTE"],
}

STAGES = "('accept', 'queue', 'cook', 'kitchen', 'handover', 'road', 'total')"

TABLES = f"""
CREATE TABLE sla_rules (
    tenant_id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    version integer NOT NULL,
    valid_from date NOT NULL,
    timezone text NOT NULL,
    day_starts time NOT NULL,
    shifts jsonb NOT NULL,
    forgotten_after integer NOT NULL CHECK (forgotten_after > 0),
    early_before integer NOT NULL CHECK (early_before >= 0),
    saved_by text NOT NULL,
    actor text NOT NULL,
    saved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, restaurant_id, version),
    FOREIGN KEY (tenant_id, restaurant_id) REFERENCES restaurants (tenant_id, id)
);

CREATE TABLE sla_targets (
    tenant_id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    version integer NOT NULL,
    stage text NOT NULL CHECK (stage IN {STAGES}),
    fulfilment text CHECK (fulfilment IN ('delivery', 'pickup', 'dine_in')),
    valid_from date NOT NULL,
    seconds integer CHECK (seconds > 0),
    saved_by text NOT NULL,
    actor text NOT NULL,
    saved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (tenant_id, restaurant_id, version),
    FOREIGN KEY (tenant_id, restaurant_id) REFERENCES restaurants (tenant_id, id)
);

-- How far into the log the roll-up of a tenant reaches, and from which day on it has to be made anew.
CREATE TABLE sla_progress (
    tenant_id uuid PRIMARY KEY REFERENCES tenants,
    seq bigint NOT NULL
);

CREATE TABLE sla_stale (
    tenant_id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    from_date date NOT NULL,
    PRIMARY KEY (tenant_id, restaurant_id),
    FOREIGN KEY (tenant_id, restaurant_id) REFERENCES restaurants (tenant_id, id)
);

-- Names of shifts as the small numbers that cells hold; 0 is outside any shift.
CREATE TABLE sla_shift_names (
    tenant_id uuid NOT NULL REFERENCES tenants,
    id smallint NOT NULL CHECK (id BETWEEN 1 AND 255),
    name text NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name)
);

CREATE TABLE sla_restaurant_days (
    tenant_id uuid NOT NULL,
    stage text NOT NULL CHECK (stage IN {STAGES}),
    business_date date NOT NULL,
    restaurant_id uuid NOT NULL,
    cells bytea NOT NULL,
    slowest bytea NOT NULL,
    PRIMARY KEY (tenant_id, stage, business_date, restaurant_id),
    FOREIGN KEY (tenant_id, restaurant_id) REFERENCES restaurants (tenant_id, id)
);

-- The same of all restaurants together, which most reports are about.
CREATE TABLE sla_tenant_days (
    tenant_id uuid NOT NULL REFERENCES tenants,
    stage text NOT NULL CHECK (stage IN {STAGES}),
    business_date date NOT NULL,
    by_shift bytea NOT NULL,
    by_hour bytea NOT NULL,
    slowest bytea NOT NULL,
    PRIMARY KEY (tenant_id, stage, business_date)
);

-- What estimates are made of, and how often those that were given turned out right.
CREATE TABLE sla_estimate_days (
    tenant_id uuid NOT NULL,
    restaurant_id uuid NOT NULL,
    learned_on date NOT NULL,
    cells bytea NOT NULL,
    sooner integer NOT NULL,
    within integer NOT NULL,
    later integer NOT NULL,
    silent integer NOT NULL,
    PRIMARY KEY (tenant_id, restaurant_id, learned_on),
    FOREIGN KEY (tenant_id, restaurant_id) REFERENCES restaurants (tenant_id, id)
);

ALTER TABLE sla_restaurant_days ALTER cells SET STORAGE EXTERNAL, ALTER slowest SET STORAGE EXTERNAL;
ALTER TABLE sla_tenant_days ALTER by_shift SET STORAGE EXTERNAL, ALTER by_hour SET STORAGE EXTERNAL,
    ALTER slowest SET STORAGE EXTERNAL;
ALTER TABLE sla_estimate_days ALTER cells SET STORAGE EXTERNAL;
"""

TENANT_OWNED = (
    "sla_rules",
    "sla_targets",
    "sla_progress",
    "sla_stale",
    "sla_shift_names",
    "sla_restaurant_days",
    "sla_tenant_days",
    "sla_estimate_days",
)

# How many orders the kitchen had when the event was written, this one included: what an estimate depends on
# most, and nothing that could be found out afterwards.
LOAD = """
ALTER TABLE order_status_events ADD COLUMN kitchen_load smallint;
"""


def upgrade() -> None:
    op.execute(TABLES)
    keep_tenants_apart(*TENANT_OWNED)
    op.execute(LOAD)
    make_function("kitchen_load", 1)
    op.execute("DROP FUNCTION advance_order(uuid, uuid, text, text, text, text, jsonb, text)")
    make_function("advance_order", 2)
    make_function("tenants_behind", 1)
    op.execute("REVOKE ALL ON FUNCTION tenants_behind() FROM PUBLIC")
