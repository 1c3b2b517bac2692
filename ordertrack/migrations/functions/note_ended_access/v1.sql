-- Whoever loses access is named for an hour, as principals name them, for the processes of all tenants: each of
-- them asks about once a second, whatever notification it has missed. Who is given access again is named no more.
-- With its owner's rights: the commit before, which fires it too, has none in this table.
CREATE OR REPLACE FUNCTION note_ended_access() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE named text := TG_ARGV[0] || ':' || NEW.id;
BEGIN
    IF TG_ARGV[1] = 'ended' THEN
        INSERT INTO ended_access (name) VALUES (named) ON CONFLICT DO NOTHING;
    ELSE
        DELETE FROM ended_access WHERE name = named;
    END IF;
    DELETE FROM ended_access WHERE (at, name) IN (
        SELECT at, name FROM ended_access WHERE at < clock_timestamp() - interval '1 hour' FOR UPDATE SKIP LOCKED);
    RETURN NULL;
END $$;
