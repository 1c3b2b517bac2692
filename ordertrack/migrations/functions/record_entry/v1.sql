-- An entry is recorded when its stream went on to its number: a moment that never goes back behind the one before.
CREATE OR REPLACE FUNCTION record_entry() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    SELECT last_at INTO NEW.recorded_at FROM public.tenant_streams WHERE tenant_id = NEW.tenant_id;
    RETURN NEW;
END $$;
