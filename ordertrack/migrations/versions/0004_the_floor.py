"""The floor: what is done to an order besides moving it, shared tablets and their people, living screens.

Revision ID: 0004
"""

from alembic import op

revision = "0004"
down_revision = "0003"

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

GUARD = """
CREATE FUNCTION guard_action() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.tenant_streams WHERE tenant_id = NEW.tenant_id AND seq = NEW.seq
    ) THEN
        RAISE EXCEPTION 'an action is written at the head of the stream' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER guard_action AFTER INSERT ON order_actions
    FOR EACH ROW EXECUTE FUNCTION guard_action();
"""

# Locks in the order of every move: the order, its line, last the tenant's stream. It yields no row if the
# order is not as it was `seen`, or if what is to be done is done already.
ACT = """
CREATE FUNCTION act_on_order(
    mover_tenant uuid, moved_order uuid, seen text, wanted text, wanted_line integer, wanted_detail text,
    mover_name text, mover text, action_metadata jsonb, channel text
) RETURNS TABLE (seq bigint, at timestamptz) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE place uuid; next bigint; moment timestamptz;
BEGIN
    PERFORM set_config('ordertrack.tenant_id', mover_tenant::text, true);
    SELECT restaurant_id INTO place FROM public.orders
     WHERE tenant_id = mover_tenant AND id = moved_order AND status = seen FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF wanted IN ('strike', 'unstrike') THEN
        UPDATE public.order_items SET is_done = (wanted = 'strike')
         WHERE tenant_id = mover_tenant AND order_id = moved_order AND position = wanted_line
           AND is_done <> (wanted = 'strike');
        IF NOT FOUND THEN
            RETURN;
        END IF;
    END IF;
    UPDATE public.orders SET acts = acts + 1,
        is_rush = CASE wanted WHEN 'rush' THEN true WHEN 'unrush' THEN false ELSE is_rush END,
        hold_reason = CASE wanted
            WHEN 'hold' THEN wanted_detail WHEN 'release' THEN NULL ELSE hold_reason END,
        rider = CASE wanted WHEN 'assign' THEN wanted_detail WHEN 'unassign' THEN NULL ELSE rider END,
        acknowledged_at = CASE wanted WHEN 'acknowledge' THEN clock_timestamp() ELSE acknowledged_at END
     WHERE tenant_id = mover_tenant AND id = moved_order AND CASE wanted
        WHEN 'rush' THEN NOT is_rush WHEN 'unrush' THEN is_rush
        WHEN 'hold' THEN hold_reason IS DISTINCT FROM wanted_detail
        WHEN 'release' THEN hold_reason IS NOT NULL
        WHEN 'assign' THEN rider IS DISTINCT FROM wanted_detail WHEN 'unassign' THEN rider IS NOT NULL
        WHEN 'acknowledge' THEN acknowledged_at IS NULL
        ELSE true END;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    UPDATE public.tenant_streams SET seq = tenant_streams.seq + 1 WHERE tenant_id = mover_tenant
        RETURNING tenant_streams.seq, clock_timestamp() INTO next, moment;
    INSERT INTO public.order_actions (tenant_id, seq, order_id, restaurant_id, act, status, line, detail,
        changed_by, actor, occurred_at, metadata)
    VALUES (mover_tenant, next, moved_order, place, wanted, seen, wanted_line, wanted_detail,
        mover_name, mover, moment, action_metadata);
    PERFORM pg_notify(channel, mover_tenant || ':' || next);
    RETURN QUERY SELECT next, moment;
END $$
"""

# As in 0003, and it counts the lines that are still open when an order is called ready. With
# `needs_lines_done` an order that has any is left as it is, as if it had not been as it was seen.
ADVANCE = """
DROP FUNCTION advance_order(uuid, uuid, text, text, text, text, jsonb, text);
CREATE FUNCTION advance_order(
    mover_tenant uuid, moved_order uuid, seen text, target text, needs_lines_done boolean,
    mover_name text, mover text, event_metadata jsonb, channel text
) RETURNS TABLE (seq bigint, at timestamptz, load smallint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE undone smallint;
BEGIN
    PERFORM set_config('ordertrack.tenant_id', mover_tenant::text, true);
    IF target = 'ready' THEN
        -- Held first: a line that is struck off meanwhile is then either before this or after it.
        PERFORM FROM public.orders
          WHERE tenant_id = mover_tenant AND id = moved_order AND status = seen FOR NO KEY UPDATE;
        SELECT count(*) INTO undone FROM public.order_items
         WHERE tenant_id = mover_tenant AND order_id = moved_order AND NOT is_done;
        IF needs_lines_done AND undone > 0 THEN
            RETURN;
        END IF;
    END IF;
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
            from_status, to_status, changed_by, actor, occurred_at, in_status_for, metadata, kitchen_load,
            open_lines)
        SELECT tenant_id, seq, id, restaurant_id, version + 1,
            status, target, mover_name, mover, at, at - status_since, event_metadata, load, undone FROM stream
    ), woken AS MATERIALIZED (
        SELECT stream.seq, stream.at, stream.load, pg_notify(channel, tenant_id || ':' || seq) FROM stream
    )
    SELECT woken.seq, woken.at, woken.load FROM woken;
END $$
"""


def upgrade() -> None:
    op.execute(ORDERS)
    op.execute(TABLES)
    for table in TENANT_OWNED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant_isolation ON {table}"
            " USING (tenant_id = current_tenant()) WITH CHECK (tenant_id = current_tenant())"
        )
    op.execute(GUARD)
    op.execute(ACT)
    op.execute(ADVANCE)
