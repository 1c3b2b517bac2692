"""What reports read: rules and targets with their history, the roll-up of the log, the kitchen's load.

Revision ID: 0003
"""

from alembic import op

revision = "0003"
down_revision = "0002"

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
# most, and nothing that could be found out afterwards. Counted up to 99: the rest makes no difference.
LOAD = """
ALTER TABLE order_status_events ADD COLUMN kitchen_load smallint;

CREATE FUNCTION kitchen_load(asked_tenant uuid, asked_restaurant uuid) RETURNS smallint
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT count(*)::smallint FROM (
        SELECT FROM public.orders
         WHERE tenant_id = asked_tenant AND restaurant_id = asked_restaurant
           AND status IN ('pending', 'confirmed', 'preparing') LIMIT 99) AS kitchen
$$;
"""

# As in 0002, and with the load.
ADVANCE = """
DROP FUNCTION advance_order(uuid, uuid, text, text, text, text, jsonb, text);
CREATE FUNCTION advance_order(
    mover_tenant uuid, moved_order uuid, seen text, target text, mover_name text, mover text,
    event_metadata jsonb, channel text
) RETURNS TABLE (seq bigint, at timestamptz, load smallint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('ordertrack.tenant_id', mover_tenant::text, true);
    RETURN QUERY
    WITH held AS MATERIALIZED (
        SELECT tenant_id, id, restaurant_id, status, version, status_since FROM public.orders
         WHERE tenant_id = mover_tenant AND id = moved_order AND status = seen FOR NO KEY UPDATE
    ), stream AS (
        UPDATE public.tenant_streams SET seq = tenant_streams.seq + 1 FROM held
         WHERE tenant_streams.tenant_id = held.tenant_id
        RETURNING tenant_streams.seq, clock_timestamp() AS at,
            public.kitchen_load(held.tenant_id, held.restaurant_id) AS load, held.*
    ), moved AS (
        UPDATE public.orders SET status = target, version = stream.version + 1, status_since = stream.at
          FROM stream
         WHERE orders.tenant_id = mover_tenant AND orders.id = stream.id
    ), event AS (
        INSERT INTO public.order_status_events (tenant_id, seq, order_id, restaurant_id, version,
            from_status, to_status, changed_by, actor, occurred_at, in_status_for, metadata, kitchen_load)
        SELECT tenant_id, seq, id, restaurant_id, version + 1,
            status, target, mover_name, mover, at, at - status_since, event_metadata, load FROM stream
    ), woken AS MATERIALIZED (
        SELECT stream.seq, stream.at, stream.load, pg_notify(channel, tenant_id || ':' || seq) FROM stream
    )
    SELECT woken.seq, woken.at, woken.load FROM woken;
END $$
"""

# Which tenants the roll-up lags behind: their ids and nothing else, for the one process that keeps it up and
# that belongs to no tenant.
BEHIND = """
CREATE FUNCTION tenants_behind() RETURNS SETOF uuid LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    tenant uuid;
    before text := current_setting('ordertrack.tenant_id', true);
BEGIN
    FOR tenant IN SELECT id FROM tenants LOOP
        PERFORM set_config('ordertrack.tenant_id', tenant::text, true);
        IF EXISTS (
            SELECT FROM tenant_streams AS stream LEFT JOIN sla_progress AS progress USING (tenant_id)
             WHERE stream.tenant_id = tenant AND stream.seq > coalesce(progress.seq, 0)
        ) OR EXISTS (SELECT FROM sla_stale WHERE tenant_id = tenant) THEN
            RETURN NEXT tenant;
        END IF;
    END LOOP;
    -- By hand: only a superuser may make a function with a SET clause for a parameter of this kind.
    PERFORM set_config('ordertrack.tenant_id', coalesce(before, ''), true);
END $$;
REVOKE ALL ON FUNCTION tenants_behind() FROM PUBLIC;
"""


def upgrade() -> None:
    op.execute(TABLES)
    for table in TENANT_OWNED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant_isolation ON {table}"
            " USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant())"
        )
    op.execute(LOAD)
    op.execute(ADVANCE)
    op.execute(BEHIND)
