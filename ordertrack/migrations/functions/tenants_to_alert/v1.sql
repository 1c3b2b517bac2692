-- In which tenants an alert stands, or one of these kinds that somebody chose could begin, for there is an open order, an
-- event since then, or a webhook or channel that fails: their ids and nothing else, for the one process that looks after
-- alerts and that belongs to no tenant.
CREATE OR REPLACE FUNCTION tenants_to_alert(any_of text[], open text[], event_since timestamptz) RETURNS SETOF uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    tenant uuid;
    before text := current_setting('ordertrack.tenant_id', true);
BEGIN
    FOR tenant IN SELECT id FROM tenants LOOP
        PERFORM set_config('ordertrack.tenant_id', tenant::text, true);
        IF EXISTS (SELECT FROM manager_alerts WHERE tenant_id = tenant AND ended_at IS NULL) THEN
            RETURN NEXT tenant;
            CONTINUE;
        END IF;
        CONTINUE WHEN NOT EXISTS (SELECT FROM alert_choices WHERE tenant_id = tenant AND kinds && any_of);
        IF event_since <= (SELECT coalesce(recorded_at, occurred_at) FROM order_status_events
                            WHERE tenant_id = tenant ORDER BY seq DESC LIMIT 1)
            -- A restaurant at a time, by the index of its board: closed orders are very many.
            OR EXISTS (SELECT FROM restaurants AS place, LATERAL (
                SELECT FROM orders WHERE tenant_id = tenant AND restaurant_id = place.id AND status = ANY (open)
                 LIMIT 1) AS one WHERE place.tenant_id = tenant)
            OR EXISTS (SELECT FROM webhook_endpoints WHERE tenant_id = tenant AND ended_at IS NULL
                          AND (failing_since IS NOT NULL OR disabled_why <> 'manager'))
            OR EXISTS (SELECT FROM channel_connections
                        WHERE tenant_id = tenant AND ended_at IS NULL AND failing_since IS NOT NULL) THEN
            RETURN NEXT tenant;
        END IF;
    END LOOP;
    -- By hand: only a superuser may make a function with a SET clause for a parameter of this kind.
    PERFORM set_config('ordertrack.tenant_id', coalesce(before, ''), true);
END $$;
