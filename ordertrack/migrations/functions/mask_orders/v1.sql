-- Takes away what orders say of their guests, in the tenant that was entered: name, telephone number, address, notes,
-- what was changed of these, how they were told, and what a channel sent. What happened, when and to what stays: the
-- log, its positions and every figure. Only orders that have ended, or that nobody has touched for a week; how many.
-- With its owner's rights, for nobody else may change these columns without an entry in the log.
CREATE OR REPLACE FUNCTION mask_orders(wanted uuid[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    tenant uuid := current_tenant();
    ended uuid[];
BEGIN
    SELECT coalesce(array_agg(id), '{}') INTO ended FROM (
        SELECT id FROM orders
         WHERE tenant_id = current_tenant() AND id = ANY (wanted) AND (status IN ('completed', 'cancelled')
            OR greatest(status_since, promised_at, start_by) < clock_timestamp() - interval '7 days')
         ORDER BY id FOR NO KEY UPDATE) AS held;
    UPDATE orders SET customer = NULL, note = NULL, masked_at = clock_timestamp()
     WHERE tenant_id = tenant AND id = ANY (ended);
    UPDATE order_items SET notes = NULL
     WHERE tenant_id = tenant AND order_id = ANY (ended) AND notes IS NOT NULL;
    UPDATE changed_values SET before = NULL, after = NULL FROM order_actions AS action
     WHERE changed_values.tenant_id = tenant AND (field = 'note' OR field LIKE 'customer%')
       AND action.tenant_id = tenant AND action.seq = changed_values.seq AND action.order_id = ANY (ended);
    UPDATE guest_messages SET masked = NULL, reference = NULL
     WHERE tenant_id = tenant AND order_id = ANY (ended);
    DELETE FROM guest_browsers WHERE tenant_id = tenant AND order_id = ANY (ended);
    DELETE FROM guest_wishes WHERE tenant_id = tenant AND order_id = ANY (ended);
    DELETE FROM guest_pages WHERE tenant_id = tenant AND order_id = ANY (ended);
    UPDATE channel_payloads SET headers = '{}', body = ''
     WHERE tenant_id = tenant AND order_id = ANY (ended);
    UPDATE channel_orders SET content = NULL FROM orders
     WHERE channel_orders.tenant_id = tenant AND orders.tenant_id = tenant AND orders.id = ANY (ended)
       AND orders.idempotency_sender = 'channel:' || channel_orders.connection_id
       AND orders.idempotency_key = channel_orders.external_id;
    RETURN cardinality(ended);
END $$;
