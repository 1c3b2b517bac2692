-- What is promised anew begins without a delay; a delay moves the promise, and says by how much.
CREATE OR REPLACE FUNCTION begin_promise() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.delayed_by := 0;
    NEW.delayed_now := 0;
    RETURN NEW;
END $$;
