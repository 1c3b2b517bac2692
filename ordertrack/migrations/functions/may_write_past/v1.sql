-- Imported history has times of its own, ordered within its order. Who may rewrite the log may write its past:
-- the schema's owner, and never the application.
CREATE OR REPLACE FUNCTION may_write_past() RETURNS boolean LANGUAGE sql STABLE AS
    $$ SELECT has_table_privilege('public.order_status_events', 'UPDATE') $$;
