-- As before. An event is recorded when its stream went on, whenever it happened.
CREATE OR REPLACE FUNCTION guard_event() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    moved record;
    before timestamptz;
BEGIN
    SELECT orders.restaurant_id, placed_at, status_since, is_later, last_at INTO moved
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
        OR NEW.is_early <> (moved.is_later AND NEW.version > 1)
        OR NEW.in_status_for IS DISTINCT FROM
            (CASE WHEN NEW.version > 1 THEN greatest(NEW.occurred_at - before, interval '0') END)
    THEN
        RAISE EXCEPTION 'an event says the same as its order and as the event before it'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NOT public.says_reason(NEW.metadata) AND EXISTS (
        SELECT FROM public.rule_set_transitions AS pair
         WHERE pair.rule_set = NEW.rule_set AND pair.from_status = NEW.from_status
           AND pair.to_status = NEW.to_status AND asks_reason)
    THEN
        RAISE EXCEPTION 'a move from % to % says its reason', NEW.from_status, NEW.to_status
            USING ERRCODE = 'check_violation';
    END IF;
    IF NOT public.goes_on_in_time(NEW.occurred_at, moved.last_at, before)
        OR NEW.recorded_at IS DISTINCT FROM moved.last_at
    THEN
        RAISE EXCEPTION 'time in the log never runs against its order' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
