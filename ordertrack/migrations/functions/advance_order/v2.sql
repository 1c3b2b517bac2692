-- As before, and with the load of the kitchen.
CREATE OR REPLACE FUNCTION advance_order(
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
END $$;
