-- Code of before it names no sender, and may run beside code of now: a call that is sent to both is to make one
-- order.
CREATE OR REPLACE FUNCTION name_idempotency_sender() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE orders SET idempotency_sender = NEW.actor
     WHERE tenant_id = NEW.tenant_id AND id = NEW.order_id
       AND idempotency_key IS NOT NULL AND idempotency_sender IS NULL;
    RETURN NULL;
END $$;
