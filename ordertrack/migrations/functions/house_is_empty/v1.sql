-- Whether there is no company at all, for requests, which see their own company only.
CREATE OR REPLACE FUNCTION house_is_empty() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$ SELECT NOT EXISTS (SELECT FROM tenants) $$;
