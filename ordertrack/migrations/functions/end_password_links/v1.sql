-- A link to set a password is worth nothing once the password or the access that it was made for is another.
-- With its owner's rights: the commit before, which fires it too, has none in this table.
CREATE OR REPLACE FUNCTION end_password_links() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM password_links WHERE (tenant_id, staff_id) = (NEW.tenant_id, NEW.id);
    RETURN NULL;
END $$;
