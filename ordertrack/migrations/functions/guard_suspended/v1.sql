-- A company that the operator has suspended reads and does not write; whoever owns the schema may still, to bring it
-- back, to forget guests or to remove it. What it writes to its log its stream holds up (`guard_stream`).
CREATE OR REPLACE FUNCTION guard_suspended() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT public.may_write_past() AND EXISTS (
        SELECT FROM public.tenant_streams
         WHERE tenant_id = public.current_tenant() AND suspended_at IS NOT NULL)
    THEN
        RAISE EXCEPTION 'this company is suspended' USING ERRCODE = 'OT403';
    END IF;
    IF TG_LEVEL = 'ROW' THEN
        RETURN NEW;
    END IF;
    RETURN NULL;
END $$;
