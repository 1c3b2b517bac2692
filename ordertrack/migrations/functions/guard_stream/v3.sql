-- As before. The log of a company that is suspended does not go on, and its rules stay as they are.
CREATE OR REPLACE FUNCTION guard_stream() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.seq NOT IN (OLD.seq, OLD.seq + 1) THEN
        RAISE EXCEPTION 'an event stream goes on by one event at a time' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.suspended_at IS NOT NULL AND NOT public.may_write_past() THEN
        RAISE EXCEPTION 'this company is suspended' USING ERRCODE = 'OT403';
    END IF;
    IF NEW.seq > OLD.seq THEN
        NEW.last_at := greatest(OLD.last_at, clock_timestamp());
    END IF;
    RETURN NEW;
END $$;
