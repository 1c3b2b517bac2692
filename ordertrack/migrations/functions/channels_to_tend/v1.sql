-- In which tenants a payload has waited since then to be settled, or a connection has not been asked since then: their ids
-- and nothing else, for the one process that asks channels and that belongs to no tenant.
CREATE OR REPLACE FUNCTION channels_to_tend(waits_since timestamptz, asked_before timestamptz) RETURNS SETOF uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    tenant uuid;
    before text := current_setting('ordertrack.tenant_id', true);
BEGIN
    FOR tenant IN SELECT id FROM tenants LOOP
        PERFORM set_config('ordertrack.tenant_id', tenant::text, true);
        IF EXISTS (SELECT FROM channel_connections WHERE tenant_id = tenant AND ended_at IS NULL
                      AND paused_at IS NULL AND (asked_at IS NULL OR asked_at <= asked_before))
            OR EXISTS (SELECT FROM channel_payloads
                        WHERE tenant_id = tenant AND outcome = 'received' AND received_at <= waits_since) THEN
            RETURN NEXT tenant;
        END IF;
    END LOOP;
    -- By hand: only a superuser may make a function with a SET clause for a parameter of this kind.
    PERFORM set_config('ordertrack.tenant_id', coalesce(before, ''), true);
END $$;
