-- When something is due next of each tenant that has something due at all: an order for later that is to be fired, or
-- one that nobody has confirmed in time. For the clock, which belongs to no tenant; it is told moments and no orders.
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
        IF first IS NOT NULL THEN
            RETURN QUERY SELECT tenant, first;
        END IF;
    END LOOP;
    -- By hand: only a superuser may make a function with a SET clause for a parameter of this kind.
    PERFORM set_config('ordertrack.tenant_id', coalesce(before, ''), true);
END $$;
