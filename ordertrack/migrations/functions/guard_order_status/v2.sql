-- As before, and an order has its status since its move.
CREATE OR REPLACE FUNCTION guard_order_status() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'pending' OR NEW.version <> 1 THEN
            RAISE EXCEPTION 'an order begins as pending, not as %', NEW.status
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.status = OLD.status AND NEW.version = OLD.version THEN
        IF NEW.status_since <> OLD.status_since AND NOT public.may_write_past() THEN
            RAISE EXCEPTION 'an order has its status since the event that gave it'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NOT EXISTS (
        SELECT FROM public.status_transitions WHERE from_status = OLD.status AND to_status = NEW.status
    ) OR (NEW.status = 'delivering' AND NEW.fulfilment <> 'delivery') THEN
        RAISE EXCEPTION 'an order that is % cannot become %', OLD.status, NEW.status
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.version <> OLD.version + 1 THEN
        RAISE EXCEPTION 'a move counts up version by one and writes the event of that version'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
