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
