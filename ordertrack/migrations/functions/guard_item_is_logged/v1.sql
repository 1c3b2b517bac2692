-- Of what was added to an order after it was placed, and of what was voided, the log has the change at commit.
CREATE OR REPLACE FUNCTION guard_item_is_logged() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.order_actions AS action
         WHERE action.tenant_id = NEW.tenant_id AND action.order_id = NEW.order_id AND act = 'change'
           AND (changes ->> 'revision')::integer = coalesce(NEW.voided_in, NEW.added_in))
    THEN
        RAISE EXCEPTION 'a line is added and voided by a change that stands in the log'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
