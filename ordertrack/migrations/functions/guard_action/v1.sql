CREATE OR REPLACE FUNCTION guard_action() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.tenant_streams WHERE tenant_id = NEW.tenant_id AND seq = NEW.seq
    ) THEN
        RAISE EXCEPTION 'an action is written at the head of the stream' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
