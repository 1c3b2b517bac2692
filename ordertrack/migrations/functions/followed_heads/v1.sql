-- How far the log of each tenant goes, and how far each follower has come there: {name: seq}. For the one process that
-- follows all logs and belongs to no tenant; it is told positions and no orders.
CREATE OR REPLACE FUNCTION followed_heads() RETURNS TABLE (tenant_id uuid, seq bigint, positions jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    tenant uuid;
    before text := current_setting('ordertrack.tenant_id', true);
BEGIN
    FOR tenant IN SELECT id FROM tenants LOOP
        PERFORM set_config('ordertrack.tenant_id', tenant::text, true);
        RETURN QUERY SELECT tenant,
            coalesce((SELECT seq FROM tenant_streams WHERE tenant_id = tenant), 0),
            (SELECT coalesce(jsonb_object_agg(follower, seq), '{}') FROM follower_positions
              WHERE tenant_id = tenant);
    END LOOP;
    -- By hand: only a superuser may make a function with a SET clause for a parameter of this kind.
    PERFORM set_config('ordertrack.tenant_id', coalesce(before, ''), true);
END $$;
