-- For the commit before, which knows neither the revision that somebody saw nor delays.
CREATE OR REPLACE FUNCTION act_on_order(
    mover_tenant uuid, moved_order uuid, seen text, wanted text, wanted_line integer, wanted_detail text,
    mover_name text, mover text, action_metadata jsonb, channel text
) RETURNS TABLE (seq bigint, at timestamptz) LANGUAGE sql AS $$
    SELECT seq, at FROM public.act_on_order(mover_tenant, moved_order, seen, wanted, wanted_line, wanted_detail,
        mover_name, mover, action_metadata, channel, NULL::integer, NULL::integer)
$$;
