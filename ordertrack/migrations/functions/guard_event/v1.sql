-- And the other way round: no event without the order that made it, none out of turn.
CREATE OR REPLACE FUNCTION guard_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.tenant_streams WHERE tenant_id = NEW.tenant_id AND seq = NEW.seq
    ) OR NOT EXISTS (
        SELECT FROM public.orders
         WHERE tenant_id = NEW.tenant_id AND id = NEW.order_id
           AND version = NEW.version AND status = NEW.to_status
    ) THEN
        RAISE EXCEPTION 'an event is written together with its order''s move and at the head of the stream'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
