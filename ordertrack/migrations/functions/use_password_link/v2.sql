-- Sets the password of whom the link is for, in the tenant that was entered, the first one of whoever was invited
-- too; NULL if the link is worth nothing. Of two who use it at once the second finds it gone: a new password ends a
-- person's links.
CREATE OR REPLACE FUNCTION use_password_link(p_digest text, p_hash text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE whose uuid;
BEGIN
    SELECT staff_id INTO whose FROM password_links
     WHERE tenant_id = current_tenant() AND digest = p_digest AND expires_at > clock_timestamp() FOR UPDATE;
    UPDATE staff_members SET password_hash = p_hash
     WHERE tenant_id = current_tenant() AND id = whose AND email IS NOT NULL AND revoked_at IS NULL;
    RETURN CASE WHEN FOUND THEN whose END;
END $$;
