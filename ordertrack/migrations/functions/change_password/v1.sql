-- A person's own password, of the tenant that was entered: only whoever knows which hash stands there changes it.
-- The application has no right to write the column otherwise.
CREATE OR REPLACE FUNCTION change_password(p_staff uuid, p_was text, p_hash text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE staff_members SET password_hash = p_hash
     WHERE tenant_id = current_tenant() AND id = p_staff AND password_hash = p_was AND revoked_at IS NULL;
    RETURN FOUND;
END $$;
