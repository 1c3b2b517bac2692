-- As before. An action is recorded when its stream went on.
CREATE OR REPLACE FUNCTION guard_action() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    done record;
BEGIN
    SELECT orders.restaurant_id, orders.status, status_since, last_at, orders.version + acts AS revision,
        CASE NEW.act
        WHEN 'rush' THEN is_rush WHEN 'unrush' THEN NOT is_rush
        WHEN 'hold' THEN hold_reason IS NOT DISTINCT FROM NEW.detail
        WHEN 'release' THEN hold_reason IS NULL
        WHEN 'assign' THEN rider IS NOT DISTINCT FROM NEW.detail WHEN 'unassign' THEN rider IS NULL
        WHEN 'acknowledge' THEN acknowledged_at IS NOT NULL OR
            (orders.status <> 'cancelled' AND changes_seen_in = changed_in AND changed_in > 0)
        WHEN 'change' THEN orders.status NOT IN ('completed', 'cancelled')
        WHEN 'delay' THEN orders.status NOT IN ('completed', 'cancelled') AND NEW.minutes > 0
            AND delayed_now >= NEW.minutes
        WHEN 'fire' THEN NOT is_later AND fired_at = NEW.occurred_at AND orders.status IN ('pending', 'confirmed')
        ELSE EXISTS (
            SELECT FROM public.order_items AS item
             WHERE item.tenant_id = NEW.tenant_id AND item.order_id = NEW.order_id
               AND position = NEW.line AND voided_in IS NULL AND is_done = (NEW.act = 'strike')) END AS is_so
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
    IF NEW.act = 'change' AND (
        (NEW.changes ->> 'revision')::integer IS DISTINCT FROM done.revision
        OR (done.status IN ('ready', 'delivering') AND NEW.changes -> 'added' <> '[]')
        OR (NEW.changes -> 'added', NEW.changes -> 'voided') IS DISTINCT FROM (
            SELECT (coalesce(jsonb_agg(position ORDER BY position) FILTER (WHERE added_in = done.revision), '[]'),
                    coalesce(jsonb_agg(position ORDER BY position) FILTER (WHERE voided_in = done.revision), '[]'))
              FROM public.order_items AS item
             WHERE item.tenant_id = NEW.tenant_id AND item.order_id = NEW.order_id))
    THEN
        RAISE EXCEPTION 'a change says which lines it added and voided' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT public.goes_on_in_time(NEW.occurred_at, done.last_at, done.status_since)
        OR NEW.recorded_at IS DISTINCT FROM done.last_at
    THEN
        RAISE EXCEPTION 'time in the log never runs against its order' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
