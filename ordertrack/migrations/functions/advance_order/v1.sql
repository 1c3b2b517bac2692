-- One statement does it all, so that nothing can be half done, and locks in one order everywhere: first the
-- order, last the tenant's stream. The clock is read in RETURNING, when the stream is already held, so that no
-- event can carry a time before that of a lower seq. `held` waits for a concurrent mover and then looks again.
-- It yields no row if the order is not as it was `seen`.
CREATE OR REPLACE FUNCTION advance_order(
    mover_tenant uuid, moved_order uuid, seen text, target text, mover_name text, mover text,
    event_metadata jsonb, channel text
) RETURNS TABLE (seq bigint, at timestamptz) LANGUAGE plpgsql AS $$
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
        RETURNING tenant_streams.seq, clock_timestamp() AS at, held.*
    ), moved AS (
        UPDATE public.orders SET status = target, version = stream.version + 1, status_since = stream.at
          FROM stream
         WHERE orders.tenant_id = mover_tenant AND orders.id = stream.id
    ), event AS (
        INSERT INTO public.order_status_events (tenant_id, seq, order_id, restaurant_id, version,
            from_status, to_status, changed_by, actor, occurred_at, in_status_for, metadata)
        SELECT tenant_id, seq, id, restaurant_id, version + 1,
            status, target, mover_name, mover, at, at - status_since, event_metadata FROM stream
    ), woken AS MATERIALIZED (
        SELECT stream.seq, stream.at, pg_notify(channel, tenant_id || ':' || seq) FROM stream
    )
    SELECT woken.seq, woken.at FROM woken;
END $$;
