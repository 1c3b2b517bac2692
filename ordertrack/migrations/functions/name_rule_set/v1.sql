-- An event keeps the rule set that its tenant has when it is written. The importer's may be of another.
CREATE OR REPLACE FUNCTION name_rule_set() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.actor <> 'program:replay' OR NOT public.is_written_by_importer(NEW.tenant_id, NEW.order_id) THEN
        SELECT stream.rule_set INTO NEW.rule_set
          FROM public.tenant_streams AS stream WHERE stream.tenant_id = NEW.tenant_id;
    END IF;
    RETURN NEW;
END $$;
