-- Names are looked up among PostgreSQL's own first: a session may have types of its own, and one called
-- `record` or `timestamptz` would be what a guard declares.
-- 
-- `last_at` is the moment of the newest entry's recording: the clock is read when the stream is already held,
-- and it never goes back behind what was recorded before.
CREATE OR REPLACE FUNCTION guard_stream() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.seq NOT IN (OLD.seq, OLD.seq + 1) THEN
        RAISE EXCEPTION 'an event stream goes on by one event at a time' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.seq > OLD.seq THEN
        NEW.last_at := greatest(OLD.last_at, clock_timestamp());
    END IF;
    RETURN NEW;
END $$;
