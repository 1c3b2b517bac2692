-- For the commit before, which has others know in the transaction that moves.
CREATE OR REPLACE FUNCTION advance_order(
    mover_tenant uuid, moved_order uuid, seen text, target text, needs_lines_done boolean,
    heeds_hold boolean, mover_name text, mover text, event_metadata jsonb, channel text,
    needs_changes_seen boolean
) RETURNS TABLE (seq bigint, at timestamptz, load smallint, revision integer) LANGUAGE sql AS $$
    WITH moved AS MATERIALIZED (
        SELECT * FROM public.advance_order(mover_tenant, moved_order, seen, target, needs_lines_done,
            needs_changes_seen, heeds_hold, mover_name, mover, event_metadata)
    ), woken AS MATERIALIZED (
        SELECT moved.*, pg_notify(channel, mover_tenant || ':' || seq) FROM moved
    )
    SELECT seq, at, load, revision FROM woken
$$;
