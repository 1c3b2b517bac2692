-- For the commit before, which has others know in the transaction that writes.
CREATE OR REPLACE FUNCTION act_on_order(
    mover_tenant uuid, moved_order uuid, seen text, wanted text, wanted_line integer, wanted_detail text,
    mover_name text, mover text, action_metadata jsonb, channel text, seen_revision integer,
    wanted_minutes integer
) RETURNS TABLE (seq bigint, at timestamptz, revision integer) LANGUAGE sql AS $$
    WITH done AS MATERIALIZED (
        SELECT * FROM public.act_on_order(mover_tenant, moved_order, seen, wanted, wanted_line,
            wanted_detail, mover_name, mover, action_metadata, seen_revision, wanted_minutes)
    ), woken AS MATERIALIZED (
        SELECT done.*, pg_notify(channel, mover_tenant || ':' || seq) FROM done
    )
    SELECT seq, at, revision FROM woken
$$;
