-- Whoever loses access is named for an hour, as principals name them, for the processes of all tenants: each of
-- them asks about once a second, whatever notification it has missed.
CREATE OR REPLACE FUNCTION note_ended_access() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ended_access (name) VALUES (TG_ARGV[0] || ':' || NEW.id) ON CONFLICT DO NOTHING;
    DELETE FROM ended_access WHERE (at, name) IN (
        SELECT at, name FROM ended_access WHERE at < clock_timestamp() - interval '1 hour' FOR UPDATE SKIP LOCKED);
    RETURN NULL;
END $$;
