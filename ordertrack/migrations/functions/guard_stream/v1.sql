CREATE OR REPLACE FUNCTION guard_stream() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.epoch = OLD.epoch AND NEW.seq <> OLD.seq + 1 THEN
        RAISE EXCEPTION 'an event stream goes on by one event at a time' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
