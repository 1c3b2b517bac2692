-- Locks in the order of every move: the order, its line, last the tenant's stream. It yields no row if the
-- order is not as it was `seen`, or if what is to be done is done already.
CREATE OR REPLACE FUNCTION act_on_order(
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
END $$;
