"""The log has no gap, no number twice, no entry that contradicts its order, and time that never runs back.

Revision ID: 0008
"""

from alembic import op

revision = "0008"
down_revision = "0007"

# The guards look up names among PostgreSQL's own first: a session may have types of its own, and one called
# `record` or `timestamptz` would be what a guard declares.
#
# The moment of the newest entry's recording: the clock is read when the stream is already held, and it never
# goes back behind what was recorded before.
STREAM = """
ALTER TABLE tenant_streams ADD COLUMN last_at timestamptz;
CREATE OR REPLACE FUNCTION guard_stream() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.seq NOT IN (OLD.seq, OLD.seq + 1) THEN
        RAISE EXCEPTION 'an event stream goes on by one event at a time' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.seq > OLD.seq THEN
        NEW.last_at := greatest(OLD.last_at, clock_timestamp());
    END IF;
    RETURN NEW;
END $$;

-- Each number that was taken has its entry at commit. That it has but one is what the guards of both tables
-- see to: they write at the head only, and the head of a committed log has its entry already.
CREATE FUNCTION guard_gap() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM public.order_status_events WHERE tenant_id = NEW.tenant_id AND seq = NEW.seq;
    IF NOT FOUND THEN
        PERFORM FROM public.order_actions WHERE tenant_id = NEW.tenant_id AND seq = NEW.seq;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'an event stream goes on together with its entry, and number % has none', NEW.seq
                USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER guard_gap AFTER UPDATE OF seq ON tenant_streams
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.seq <> OLD.seq) EXECUTE FUNCTION guard_gap();
"""

# An upgraded house begins with the moment at which its log ends. An owner who is no superuser sees the rows
# of all tenants only while row-level security is not forced.
LAST = """
ALTER TABLE tenant_streams NO FORCE ROW LEVEL SECURITY;
ALTER TABLE order_status_events NO FORCE ROW LEVEL SECURITY;
ALTER TABLE order_actions NO FORCE ROW LEVEL SECURITY;
UPDATE tenant_streams AS stream SET last_at = coalesce(
    (SELECT occurred_at FROM order_status_events AS event
      WHERE event.tenant_id = stream.tenant_id AND event.seq = stream.seq),
    (SELECT occurred_at FROM order_actions AS action
      WHERE action.tenant_id = stream.tenant_id AND action.seq = stream.seq));
ALTER TABLE tenant_streams FORCE ROW LEVEL SECURITY;
ALTER TABLE order_status_events FORCE ROW LEVEL SECURITY;
ALTER TABLE order_actions FORCE ROW LEVEL SECURITY;
"""

# Imported history has times of its own, ordered within its order. Who may rewrite the log may write its past:
# the schema's owner, and never the application.
PAST = """
CREATE FUNCTION may_write_past() RETURNS boolean LANGUAGE sql STABLE AS
    $$ SELECT has_table_privilege('public.order_status_events', 'UPDATE') $$;

-- Whether an entry may stand at this moment, in a log that was last written at `last` and that told something
-- of the same order at `before`.
CREATE FUNCTION goes_on_in_time(moment timestamptz, last timestamptz, before timestamptz) RETURNS boolean
LANGUAGE sql VOLATILE AS $$
    SELECT moment <= greatest(last, clock_timestamp())
       AND (moment >= last OR (public.may_write_past() AND moment >= coalesce(before, moment)))
$$;
"""

# As in 0001, and an order has its status since its move.
ORDER = """
CREATE OR REPLACE FUNCTION guard_order_status() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'pending' OR NEW.version <> 1 THEN
            RAISE EXCEPTION 'an order begins as pending, not as %', NEW.status
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.status = OLD.status AND NEW.version = OLD.version THEN
        IF NEW.status_since <> OLD.status_since AND NOT public.may_write_past() THEN
            RAISE EXCEPTION 'an order has its status since the event that gave it'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NOT EXISTS (
        SELECT FROM public.status_transitions WHERE from_status = OLD.status AND to_status = NEW.status
    ) OR (NEW.status = 'delivering' AND NEW.fulfilment <> 'delivery') THEN
        RAISE EXCEPTION 'an order that is % cannot become %', OLD.status, NEW.status
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.version <> OLD.version + 1 THEN
        RAISE EXCEPTION 'a move counts up version by one and writes the event of that version'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""

# An order that comes from before this revision may have been given its status later than now, by a clock that
# was set back since: it has stood there for no time then.
EVENT = """
CREATE OR REPLACE FUNCTION guard_event() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    moved record;
    before timestamptz;
BEGIN
    SELECT orders.restaurant_id, placed_at, status_since, last_at INTO moved
      FROM public.orders JOIN public.tenant_streams AS stream ON stream.tenant_id = NEW.tenant_id
     WHERE orders.tenant_id = NEW.tenant_id AND orders.id = NEW.order_id
       AND orders.version = NEW.version AND status = NEW.to_status AND stream.seq = NEW.seq AND NEW.seq > 0
       AND NOT EXISTS (
        SELECT FROM public.order_actions AS action
         WHERE action.tenant_id = NEW.tenant_id AND action.seq = NEW.seq);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'an event is written together with its order''s move and at the head of the stream'
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT occurred_at INTO before FROM public.order_status_events
     WHERE tenant_id = NEW.tenant_id AND order_id = NEW.order_id
       AND version = NEW.version - 1 AND to_status = NEW.from_status;
    IF NEW.restaurant_id <> moved.restaurant_id OR NEW.occurred_at <> moved.status_since
        OR (NEW.version = 1 AND NEW.occurred_at <> moved.placed_at)
        OR (NEW.version > 1 AND before IS NULL)
        OR NEW.in_status_for IS DISTINCT FROM
            (CASE WHEN NEW.version > 1 THEN greatest(NEW.occurred_at - before, interval '0') END)
    THEN
        RAISE EXCEPTION 'an event says the same as its order and as the event before it'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NOT public.goes_on_in_time(NEW.occurred_at, moved.last_at, before) THEN
        RAISE EXCEPTION 'time in the log never runs against its order' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
"""

ACTION = """
CREATE OR REPLACE FUNCTION guard_action() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    done record;
BEGIN
    SELECT orders.restaurant_id, orders.status, status_since, last_at, CASE NEW.act
        WHEN 'rush' THEN is_rush WHEN 'unrush' THEN NOT is_rush
        WHEN 'hold' THEN hold_reason IS NOT DISTINCT FROM NEW.detail
        WHEN 'release' THEN hold_reason IS NULL
        WHEN 'assign' THEN rider IS NOT DISTINCT FROM NEW.detail WHEN 'unassign' THEN rider IS NULL
        WHEN 'acknowledge' THEN acknowledged_at IS NOT NULL
        ELSE EXISTS (
            SELECT FROM public.order_items AS item
             WHERE item.tenant_id = NEW.tenant_id AND item.order_id = NEW.order_id
               AND position = NEW.line AND is_done = (NEW.act = 'strike')) END AS is_so
      INTO done
      FROM public.orders JOIN public.tenant_streams AS stream ON stream.tenant_id = NEW.tenant_id
     WHERE orders.tenant_id = NEW.tenant_id AND orders.id = NEW.order_id
       AND stream.seq = NEW.seq AND NEW.seq > 0
       AND NOT EXISTS (
        SELECT FROM public.order_status_events AS event
         WHERE event.tenant_id = NEW.tenant_id AND event.seq = NEW.seq);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'an action is written at the head of the stream' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.restaurant_id <> done.restaurant_id OR NEW.status <> done.status OR NOT done.is_so THEN
        RAISE EXCEPTION 'an action says the same as its order' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT public.goes_on_in_time(NEW.occurred_at, done.last_at, done.status_since) THEN
        RAISE EXCEPTION 'time in the log never runs against its order' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
"""

# As in 0004. What the order must be like is asked with its lock, so that it is moved on only when the moment
# is known; it yields no row if the order is not as it was `seen`, or if what is to be done is done already.
ACT = """
CREATE OR REPLACE FUNCTION act_on_order(
    mover_tenant uuid, moved_order uuid, seen text, wanted text, wanted_line integer, wanted_detail text,
    mover_name text, mover text, action_metadata jsonb, channel text
) RETURNS TABLE (seq bigint, at timestamptz) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE place uuid; next bigint; moment timestamptz;
BEGIN
    PERFORM set_config('ordertrack.tenant_id', mover_tenant::text, true);
    SELECT restaurant_id INTO place FROM public.orders
     WHERE tenant_id = mover_tenant AND id = moved_order AND status = seen AND CASE wanted
        WHEN 'rush' THEN NOT is_rush WHEN 'unrush' THEN is_rush
        WHEN 'hold' THEN hold_reason IS DISTINCT FROM wanted_detail
        WHEN 'release' THEN hold_reason IS NOT NULL
        WHEN 'assign' THEN rider IS DISTINCT FROM wanted_detail WHEN 'unassign' THEN rider IS NOT NULL
        WHEN 'acknowledge' THEN acknowledged_at IS NULL
        ELSE true END
       FOR NO KEY UPDATE;
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
    UPDATE public.tenant_streams SET seq = tenant_streams.seq + 1 WHERE tenant_id = mover_tenant
        RETURNING tenant_streams.seq, last_at INTO next, moment;
    UPDATE public.orders SET acts = acts + 1,
        is_rush = CASE wanted WHEN 'rush' THEN true WHEN 'unrush' THEN false ELSE is_rush END,
        hold_reason = CASE wanted
            WHEN 'hold' THEN wanted_detail WHEN 'release' THEN NULL ELSE hold_reason END,
        rider = CASE wanted WHEN 'assign' THEN wanted_detail WHEN 'unassign' THEN NULL ELSE rider END,
        acknowledged_at = CASE wanted WHEN 'acknowledge' THEN moment ELSE acknowledged_at END
     WHERE tenant_id = mover_tenant AND id = moved_order;
    INSERT INTO public.order_actions (tenant_id, seq, order_id, restaurant_id, act, status, line, detail,
        changed_by, actor, occurred_at, metadata)
    VALUES (mover_tenant, next, moved_order, place, wanted, seen, wanted_line, wanted_detail,
        mover_name, mover, moment, action_metadata);
    PERFORM pg_notify(channel, mover_tenant || ':' || next);
    RETURN QUERY SELECT next, moment;
END $$;
"""

# As in 0005, at the moment that the stream gives. How long the order stood where it was is said by its last
# event, which the key between them holds to be there.
ADVANCE = """
CREATE OR REPLACE FUNCTION advance_order(
    mover_tenant uuid, moved_order uuid, seen text, target text, needs_lines_done boolean,
    heeds_hold boolean, mover_name text, mover text, event_metadata jsonb, channel text
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
        SELECT orders.tenant_id, id, orders.restaurant_id, status, orders.version, occurred_at AS since
          FROM public.orders JOIN public.order_status_events AS event
            ON event.tenant_id = orders.tenant_id AND order_id = id
           AND event.version = orders.version AND to_status = status
         WHERE orders.tenant_id = mover_tenant AND id = moved_order AND status = seen
           AND NOT (heeds_hold AND hold_reason IS NOT NULL)
           FOR NO KEY UPDATE OF orders
    ), stream AS (
        UPDATE public.tenant_streams SET seq = tenant_streams.seq + 1 FROM held
         WHERE tenant_streams.tenant_id = held.tenant_id
        RETURNING tenant_streams.seq, last_at AS at,
            public.kitchen_load(held.tenant_id, held.restaurant_id) AS load, held.*
    ), moved AS (
        UPDATE public.orders SET status = target, version = stream.version + 1, status_since = stream.at
          FROM stream
         WHERE orders.tenant_id = mover_tenant AND orders.id = stream.id
    ), event AS (
        INSERT INTO public.order_status_events (tenant_id, seq, order_id, restaurant_id, version,
            from_status, to_status, changed_by, actor, occurred_at, in_status_for, metadata, kitchen_load,
            open_lines)
        SELECT tenant_id, seq, id, restaurant_id, version + 1, status, target, mover_name, mover, at,
            greatest(at - since, interval '0'), event_metadata, load, undone FROM stream
    ), woken AS MATERIALIZED (
        SELECT stream.seq, stream.at, stream.load, pg_notify(channel, tenant_id || ':' || seq) FROM stream
    )
    SELECT woken.seq, woken.at, woken.load FROM woken;
END $$;
"""


def upgrade() -> None:
    for step in (STREAM, LAST, PAST, ORDER, EVENT, ACTION, ACT, ADVANCE):
        op.execute(step)
