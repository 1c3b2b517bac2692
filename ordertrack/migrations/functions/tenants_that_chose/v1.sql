-- In which tenants somebody chose to be told of any of these: their ids and nothing else, for the one process that tells
-- managers and that belongs to no tenant.
CREATE OR REPLACE FUNCTION tenants_that_chose(any_of text[]) RETURNS SETOF uuid LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    tenant uuid;
    before text := current_setting('ordertrack.tenant_id', true);
BEGIN
    FOR tenant IN SELECT id FROM tenants LOOP
        PERFORM set_config('ordertrack.tenant_id', tenant::text, true);
        IF EXISTS (SELECT FROM alert_choices WHERE tenant_id = tenant AND kinds && any_of) THEN
            RETURN NEXT tenant;
        END IF;
    END LOOP;
    -- By hand: only a superuser may make a function with a SET clause for a parameter of this kind.
    PERFORM set_config('ordertrack.tenant_id', coalesce(before, ''), true);
END $$;
