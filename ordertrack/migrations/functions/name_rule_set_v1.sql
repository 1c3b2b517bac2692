-- An event keeps the rule set that its tenant has when it is written. Only the importer's, of orders that it
-- made, may be of another: the log that they come from knew no rules.
CREATE OR REPLACE FUNCTION name_rule_set() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.actor = 'program:replay' AND public.may_write_past() AND (NEW.version = 1 OR EXISTS (
        SELECT FROM public.order_status_events AS made
         WHERE made.tenant_id = NEW.tenant_id AND made.order_id = NEW.order_id
           AND made.version = 1 AND made.actor = NEW.actor))
    THEN
        RETURN NEW;
    END IF;
    SELECT stream.rule_set INTO NEW.rule_set
      FROM public.tenant_streams AS stream WHERE stream.tenant_id = NEW.tenant_id;
    RETURN NEW;
END $$;
