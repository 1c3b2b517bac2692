-- As version 5, in the tenant that was entered: whoever calls it cannot name another one.
CREATE OR REPLACE FUNCTION act_on_order(
    moved_order uuid, seen text, wanted text, wanted_line integer, wanted_detail text,
    mover_name text, mover text, action_metadata jsonb, seen_revision integer, wanted_minutes integer
) RETURNS TABLE (epoch bigint, seq bigint, at timestamptz, revision integer) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    mover_tenant uuid := public.current_tenant();
    place uuid; era bigint; next bigint; moment timestamptz; made integer;
BEGIN
    SELECT restaurant_id INTO place FROM public.orders
     WHERE tenant_id = mover_tenant AND id = moved_order AND status = seen AND CASE wanted
        WHEN 'rush' THEN NOT is_rush WHEN 'unrush' THEN is_rush
        WHEN 'hold' THEN hold_reason IS DISTINCT FROM wanted_detail
        WHEN 'release' THEN hold_reason IS NOT NULL
        WHEN 'assign' THEN rider IS DISTINCT FROM wanted_detail WHEN 'unassign' THEN rider IS NOT NULL
        WHEN 'acknowledge' THEN CASE status
            WHEN 'cancelled' THEN acknowledged_at IS NULL
            ELSE changes_seen_in < changed_in AND changed_in <= coalesce(seen_revision, changed_in) END
        WHEN 'fire' THEN is_later
        ELSE true END
       FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF wanted IN ('strike', 'unstrike') THEN
        UPDATE public.order_items SET is_done = (wanted = 'strike')
         WHERE tenant_id = mover_tenant AND order_id = moved_order AND position = wanted_line
           AND voided_in IS NULL AND is_done <> (wanted = 'strike');
        IF NOT FOUND THEN
            RETURN;
        END IF;
    END IF;
    UPDATE public.tenant_streams SET seq = tenant_streams.seq + 1 WHERE tenant_id = mover_tenant
        RETURNING tenant_streams.epoch, tenant_streams.seq, last_at INTO era, next, moment;
    UPDATE public.orders SET acts = acts + 1,
        is_rush = CASE wanted WHEN 'rush' THEN true WHEN 'unrush' THEN false ELSE is_rush END,
        hold_reason = CASE wanted
            WHEN 'hold' THEN wanted_detail WHEN 'release' THEN NULL ELSE hold_reason END,
        rider = CASE wanted WHEN 'assign' THEN wanted_detail WHEN 'unassign' THEN NULL ELSE rider END,
        acknowledged_at = CASE
            WHEN wanted = 'acknowledge' AND seen = 'cancelled' THEN moment ELSE acknowledged_at END,
        changes_seen_in = CASE
            WHEN wanted = 'acknowledge' AND seen <> 'cancelled' THEN changed_in ELSE changes_seen_in END,
        unseen_fields = CASE
            WHEN wanted = 'acknowledge' AND seen <> 'cancelled' THEN '[]' ELSE unseen_fields END,
        promised_at = CASE wanted
            WHEN 'delay' THEN promised_at + make_interval(mins => wanted_minutes) ELSE promised_at END,
        start_by = CASE wanted
            WHEN 'delay' THEN start_by + make_interval(mins => wanted_minutes) ELSE start_by END,
        delayed_by = delayed_by + CASE wanted WHEN 'delay' THEN wanted_minutes ELSE 0 END,
        delayed_now = delayed_now + CASE wanted WHEN 'delay' THEN wanted_minutes ELSE 0 END,
        is_later = is_later AND wanted <> 'fire',
        fired_at = CASE wanted WHEN 'fire' THEN moment ELSE fired_at END
     WHERE tenant_id = mover_tenant AND id = moved_order
    RETURNING version + acts INTO made;
    INSERT INTO public.order_actions (tenant_id, seq, order_id, restaurant_id, act, status, line, detail,
        changed_by, actor, occurred_at, metadata, minutes)
    VALUES (mover_tenant, next, moved_order, place, wanted, seen, wanted_line, wanted_detail,
        mover_name, mover, moment, action_metadata, wanted_minutes);
    RETURN QUERY SELECT era, next, moment, made;
END $$;
