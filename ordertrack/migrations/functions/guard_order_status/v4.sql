-- As before. What an order says of its guest, its promise and its money is changed by an action; its owner may
-- erase what is said of the guest.
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
    IF NEW.acts <> OLD.acts + 1 AND (
        (NEW.promised_at, NEW.start_by, NEW.is_later, NEW.fired_at, NEW.delayed_by, NEW.table_name, NEW.currency,
            NEW.total, NEW.to_collect, NEW.changed_in, NEW.changes_seen_in)
        IS DISTINCT FROM
        (OLD.promised_at, OLD.start_by, OLD.is_later, OLD.fired_at, OLD.delayed_by, OLD.table_name, OLD.currency,
            OLD.total, OLD.to_collect, OLD.changed_in, OLD.changes_seen_in)
        OR ((NEW.note, NEW.reference, NEW.customer) IS DISTINCT FROM (OLD.note, OLD.reference, OLD.customer)
            AND NOT public.may_write_past()))
    THEN
        RAISE EXCEPTION 'an order is changed by an action that stands in the log'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.status = OLD.status AND NEW.version = OLD.version THEN
        IF NEW.status_since <> OLD.status_since AND NOT public.may_write_past() THEN
            RAISE EXCEPTION 'an order has its status since the event that gave it'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NOT EXISTS (
        SELECT FROM public.rule_set_transitions AS pair JOIN public.tenant_streams AS stream
            ON stream.rule_set = pair.rule_set OR public.is_written_by_importer(NEW.tenant_id, NEW.id)
         WHERE stream.tenant_id = NEW.tenant_id
           AND pair.from_status = OLD.status AND pair.to_status = NEW.status
    ) OR (NEW.status = 'delivering' AND NEW.fulfilment <> 'delivery') THEN
        RAISE EXCEPTION 'an order that is % cannot become %', OLD.status, NEW.status
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.is_later AND NEW.status NOT IN ('confirmed', 'cancelled') THEN
        RAISE EXCEPTION 'an order for later is fired before it is begun' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.version <> OLD.version + 1 THEN
        RAISE EXCEPTION 'a move counts up version by one and writes the event of that version'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
