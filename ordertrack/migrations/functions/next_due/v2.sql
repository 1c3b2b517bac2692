-- As before. In a company that is suspended nothing is begun by the clock.
CREATE OR REPLACE FUNCTION next_due() RETURNS TABLE (tenant_id uuid, at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    tenant uuid;
    first timestamptz;
    before text := current_setting('ordertrack.tenant_id', true);
BEGIN
    FOR tenant IN SELECT id FROM tenants LOOP
        PERFORM set_config('ordertrack.tenant_id', tenant::text, true);
        SELECT least(
            (SELECT min(start_by) FROM orders WHERE orders.tenant_id = tenant AND is_later
                AND status IN ('pending', 'confirmed')),
            (SELECT min(accept_by) FROM orders WHERE orders.tenant_id = tenant AND status = 'pending'
                AND accept_then <> 'nothing'))
          INTO first;
        IF first IS NOT NULL AND NOT EXISTS (
            SELECT FROM tenant_streams AS stream WHERE stream.tenant_id = tenant AND suspended_at IS NOT NULL)
        THEN
            RETURN QUERY SELECT tenant, first;
        END IF;
    END LOOP;
    -- By hand: only a superuser may make a function with a SET clause for a parameter of this kind.
    PERFORM set_config('ordertrack.tenant_id', coalesce(before, ''), true);
END $$;
