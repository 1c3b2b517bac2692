-- As version 1, in the tenant that was entered.
CREATE OR REPLACE FUNCTION act_on_known_order(
    moved_order uuid, seen text, wanted text, wanted_line integer, wanted_detail text,
    mover_name text, mover text, action_metadata jsonb, seen_revision integer, wanted_minutes integer,
    expected_revision integer
) RETURNS TABLE (epoch bigint, seq bigint, at timestamptz, revision integer) LANGUAGE plpgsql AS $$
DECLARE mover_tenant uuid := public.current_tenant();
BEGIN
    PERFORM FROM public.orders WHERE tenant_id = mover_tenant AND id = moved_order
        AND version + acts = expected_revision FOR NO KEY UPDATE;
    IF FOUND THEN
        RETURN QUERY SELECT * FROM public.act_on_order(moved_order, seen, wanted, wanted_line,
            wanted_detail, mover_name, mover, action_metadata, seen_revision, wanted_minutes);
    END IF;
END $$;
