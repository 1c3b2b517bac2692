-- As version 9, in the tenant that was entered: whoever calls it cannot name another one.
CREATE OR REPLACE FUNCTION advance_order(
    moved_order uuid, seen text, target text, needs_lines_done boolean,
    needs_changes_seen boolean, heeds_hold boolean, mover_name text, mover text, event_metadata jsonb
) RETURNS TABLE (
    epoch bigint, seq bigint, at timestamptz, load smallint, revision integer, in_status_for interval,
    open_lines smallint
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE mover_tenant uuid := public.current_tenant(); undone smallint; is_unseen boolean;
BEGIN
    IF target = 'ready' AND seen = 'preparing' THEN
        -- Held first: a line that is struck off meanwhile is then either before this or after it.
        SELECT changes_seen_in < changed_in INTO is_unseen FROM public.orders
          WHERE tenant_id = mover_tenant AND id = moved_order AND status = seen FOR NO KEY UPDATE;
        SELECT count(*) INTO undone FROM public.order_items
         WHERE tenant_id = mover_tenant AND order_id = moved_order AND voided_in IS NULL
           AND NOT is_done;
        IF (needs_lines_done AND undone > 0) OR (needs_changes_seen AND is_unseen) THEN
            RETURN;
        END IF;
    END IF;
    RETURN QUERY
    WITH held AS MATERIALIZED (
        SELECT orders.tenant_id, id, orders.restaurant_id, status, orders.version, occurred_at AS since,
            is_later
          FROM public.orders JOIN public.order_status_events AS event
            ON event.tenant_id = orders.tenant_id AND order_id = id
           AND event.version = orders.version AND to_status = status
         WHERE orders.tenant_id = mover_tenant AND id = moved_order AND status = seen
           AND NOT (heeds_hold AND hold_reason IS NOT NULL)
           FOR NO KEY UPDATE OF orders
    ), stream AS (
        UPDATE public.tenant_streams SET seq = tenant_streams.seq + 1 FROM held
         WHERE tenant_streams.tenant_id = held.tenant_id
        RETURNING tenant_streams.epoch, tenant_streams.seq, last_at AS at,
            public.kitchen_load(held.tenant_id, held.restaurant_id) AS load, held.*
    ), moved AS (
        UPDATE public.orders SET status = target, version = stream.version + 1, status_since = stream.at,
                delayed_now = 0
          FROM stream
         WHERE orders.tenant_id = mover_tenant AND orders.id = stream.id
        RETURNING orders.version + acts AS revision
    ), event AS (
        INSERT INTO public.order_status_events (tenant_id, seq, order_id, restaurant_id, version,
            from_status, to_status, changed_by, actor, occurred_at, in_status_for, metadata, kitchen_load,
            open_lines, is_early)
        SELECT tenant_id, seq, id, restaurant_id, version + 1, status, target, mover_name, mover, at,
            greatest(at - since, interval '0'), event_metadata, load, undone, is_later FROM stream
        RETURNING order_status_events.in_status_for
    )
    SELECT stream.epoch, stream.seq, stream.at, stream.load, moved.revision, event.in_status_for, undone
      FROM stream, moved, event;
END $$;
