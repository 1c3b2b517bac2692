-- For the commit before, which names the tenant: the one that was entered, or to be entered where none was.
CREATE OR REPLACE FUNCTION advance_order(
    mover_tenant uuid, moved_order uuid, seen text, target text, needs_lines_done boolean,
    needs_changes_seen boolean, heeds_hold boolean, mover_name text, mover text, event_metadata jsonb
) RETURNS TABLE (
    epoch bigint, seq bigint, at timestamptz, load smallint, revision integer, in_status_for interval,
    open_lines smallint
) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM public.enter_as_named(mover_tenant);
    RETURN QUERY SELECT * FROM public.advance_order(
        moved_order, seen, target, needs_lines_done, needs_changes_seen, heeds_hold, mover_name,
        mover, event_metadata);
END $$;
