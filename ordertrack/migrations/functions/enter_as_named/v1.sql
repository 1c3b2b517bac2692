-- Enters the tenant that a function of the commit before is given, unless another one was entered: that is refused.
CREATE OR REPLACE FUNCTION enter_as_named(named_tenant uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF public.current_tenant() <> named_tenant THEN
        RAISE insufficient_privilege USING MESSAGE = 'another tenant was entered than the one that is named';
    END IF;
    PERFORM set_config('ordertrack.tenant_id', named_tenant::text, true);
END $$;
