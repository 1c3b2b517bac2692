-- When the first job that waits is due of each tenant that has any, and whether some are under way. For the one process
-- that runs them and belongs to no tenant; it is told moments and no jobs.
CREATE OR REPLACE FUNCTION jobs_due() RETURNS TABLE (tenant_id uuid, at timestamptz, are_under_way boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    tenant uuid;
    first timestamptz;
    under_way boolean;
    before text := current_setting('ordertrack.tenant_id', true);
BEGIN
    FOR tenant IN SELECT id FROM tenants LOOP
        PERFORM set_config('ordertrack.tenant_id', tenant::text, true);
        SELECT min(due_at) INTO first FROM jobs WHERE jobs.tenant_id = tenant AND state = 'waiting';
        under_way := EXISTS (SELECT FROM jobs WHERE jobs.tenant_id = tenant AND state IN ('running', 'queued'));
        IF first IS NOT NULL OR under_way THEN
            RETURN QUERY SELECT tenant, first, under_way;
        END IF;
    END LOOP;
    -- By hand: only a superuser may make a function with a SET clause for a parameter of this kind.
    PERFORM set_config('ordertrack.tenant_id', coalesce(before, ''), true);
END $$;
