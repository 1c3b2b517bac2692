-- Each number that was taken has its entry at commit. That it has but one is what the guards of both tables
-- see to: they write at the head only, and the head of a committed log has its entry already.
CREATE OR REPLACE FUNCTION guard_gap() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM public.order_status_events WHERE tenant_id = NEW.tenant_id AND seq = NEW.seq;
    IF NOT FOUND THEN
        PERFORM FROM public.order_actions WHERE tenant_id = NEW.tenant_id AND seq = NEW.seq;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'an event stream goes on together with its entry, and number % has none', NEW.seq
                USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NULL;
END $$;
