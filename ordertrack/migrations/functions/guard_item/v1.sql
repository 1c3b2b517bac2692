-- A line is written with its order, or later by a change, and stays: it is struck off and voided, and its notes can
-- be erased. A line that is voided stays so. Which change it was is asked once the log has it (`guard_item_is_logged`).
CREATE OR REPLACE FUNCTION guard_item() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        -- Its order is not seen yet where both are written by one statement.
        IF NEW.voided_in IS NOT NULL OR NEW.is_done OR (NEW.added_in IS NULL AND EXISTS (
            SELECT FROM public.orders
             WHERE tenant_id = NEW.tenant_id AND id = NEW.order_id AND (version > 1 OR acts > 0)))
        THEN
            RAISE EXCEPTION 'a line is added to an order by a change' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.tenant_id, NEW.order_id, NEW.position, NEW.name, NEW.quantity, NEW.modifiers, NEW.station, NEW.added_in)
        IS DISTINCT FROM
        (OLD.tenant_id, OLD.order_id, OLD.position, OLD.name, OLD.quantity, OLD.modifiers, OLD.station, OLD.added_in)
        OR NEW.notes <> OLD.notes OR (OLD.notes IS NULL AND NEW.notes IS NOT NULL)
        OR (OLD.voided_in IS NOT NULL AND NEW.voided_in IS DISTINCT FROM OLD.voided_in)
    THEN
        RAISE EXCEPTION 'a line stays as it was written; it can be struck off or voided'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
