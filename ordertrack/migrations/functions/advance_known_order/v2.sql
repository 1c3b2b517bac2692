-- As version 1, in the tenant that was entered.
CREATE OR REPLACE FUNCTION advance_known_order(
    moved_order uuid, seen text, target text, needs_lines_done boolean,
    needs_changes_seen boolean, heeds_hold boolean, mover_name text, mover text, event_metadata jsonb,
    expected_revision integer
) RETURNS TABLE (
    epoch bigint, seq bigint, at timestamptz, load smallint, revision integer, in_status_for interval,
    open_lines smallint
) LANGUAGE plpgsql AS $$
DECLARE mover_tenant uuid := public.current_tenant();
BEGIN
    PERFORM FROM public.orders WHERE tenant_id = mover_tenant AND id = moved_order
        AND version + acts = expected_revision FOR NO KEY UPDATE;
    IF FOUND THEN
        RETURN QUERY SELECT * FROM public.advance_order(moved_order, seen, target, needs_lines_done,
            needs_changes_seen, heeds_hold, mover_name, mover, event_metadata);
    END IF;
END $$;
