-- For the commit before, which names the tenant: the one that was entered, or to be entered where none was.
CREATE OR REPLACE FUNCTION act_on_known_order(
    mover_tenant uuid, moved_order uuid, seen text, wanted text, wanted_line integer, wanted_detail text,
    mover_name text, mover text, action_metadata jsonb, seen_revision integer, wanted_minutes integer,
    expected_revision integer
) RETURNS TABLE (epoch bigint, seq bigint, at timestamptz, revision integer) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM public.enter_as_named(mover_tenant);
    RETURN QUERY SELECT * FROM public.act_on_known_order(
        moved_order, seen, wanted, wanted_line, wanted_detail, mover_name, mover, action_metadata,
        seen_revision, wanted_minutes, expected_revision);
END $$;
