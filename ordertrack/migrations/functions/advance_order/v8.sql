-- For the commit before, which asks for lines and knows no changes.
CREATE OR REPLACE FUNCTION advance_order(
    mover_tenant uuid, moved_order uuid, seen text, target text, needs_lines_done boolean,
    heeds_hold boolean, mover_name text, mover text, event_metadata jsonb, channel text
) RETURNS TABLE (seq bigint, at timestamptz, load smallint) LANGUAGE sql AS $$
    SELECT seq, at, load FROM public.advance_order(mover_tenant, moved_order, seen, target, needs_lines_done,
        heeds_hold, mover_name, mover, event_metadata, channel, needs_lines_done)
$$;
