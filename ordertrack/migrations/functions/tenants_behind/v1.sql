-- Which tenants the roll-up lags behind: their ids and nothing else, for the one process that keeps it up and
-- that belongs to no tenant.
CREATE OR REPLACE FUNCTION tenants_behind() RETURNS SETOF uuid LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    tenant uuid;
    before text := current_setting('ordertrack.tenant_id', true);
BEGIN
    FOR tenant IN SELECT id FROM tenants LOOP
        PERFORM set_config('ordertrack.tenant_id', tenant::text, true);
        IF EXISTS (
            SELECT FROM tenant_streams AS stream LEFT JOIN sla_progress AS progress USING (tenant_id)
             WHERE stream.tenant_id = tenant AND stream.seq > coalesce(progress.seq, 0)
        ) OR EXISTS (SELECT FROM sla_stale WHERE tenant_id = tenant) THEN
            RETURN NEXT tenant;
        END IF;
    END LOOP;
    -- By hand: only a superuser may make a function with a SET clause for a parameter of this kind.
    PERFORM set_config('ordertrack.tenant_id', coalesce(before, ''), true);
END $$;
