-- As `advance_order`, for a mover who knows the order without having read it just now: nothing is done unless it is
-- at `expected_revision` still.
CREATE OR REPLACE FUNCTION advance_known_order(
    mover_tenant uuid, moved_order uuid, seen text, target text, needs_lines_done boolean,
    needs_changes_seen boolean, heeds_hold boolean, mover_name text, mover text, event_metadata jsonb,
    expected_revision integer
) RETURNS TABLE (
    epoch bigint, seq bigint, at timestamptz, load smallint, revision integer, in_status_for interval,
    open_lines smallint
) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('ordertrack.tenant_id', mover_tenant::text, true);
    PERFORM FROM public.orders WHERE tenant_id = mover_tenant AND id = moved_order
        AND version + acts = expected_revision FOR NO KEY UPDATE;
    IF FOUND THEN
        RETURN QUERY SELECT * FROM public.advance_order(mover_tenant, moved_order, seen, target, needs_lines_done,
            needs_changes_seen, heeds_hold, mover_name, mover, event_metadata);
    END IF;
END $$;
