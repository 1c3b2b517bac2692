"""What is sent to write history: orders by the hundred, their events one by one inside the server."""

from __future__ import annotations

from sqlalchemy import text

# A request's limit is for requests.
PATIENCE = text("SET LOCAL statement_timeout = 0")

PLACE = text("""
    WITH new AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(CAST(:orders AS jsonb)) AS new (id uuid, restaurant_id uuid,
            business_date date, number integer, fulfilment text, placed_at timestamptz,
            promised_at timestamptz, reference text, customer jsonb, idempotency_key text,
            idempotency_hash text, idempotency_sender text, token text, items jsonb)
    ), placed AS (
        INSERT INTO orders (tenant_id, id, restaurant_id, business_date, number, status, version,
            status_since, fulfilment, placed_at, promised_at, reference, customer,
            idempotency_key, idempotency_hash, idempotency_sender)
        SELECT :tenant_id, id, restaurant_id, business_date, number, :first, 1,
            placed_at, fulfilment, placed_at, promised_at, reference, customer,
            idempotency_key, idempotency_hash, idempotency_sender FROM new
    ), lines AS (
        INSERT INTO order_items (tenant_id, order_id, position, name, quantity, notes, modifiers, station)
        SELECT :tenant_id, id, line.position, line.item ->> 'name', (line.item ->> 'quantity')::integer,
            line.item ->> 'notes', line.item -> 'modifiers', line.item ->> 'station'
          FROM new, jsonb_array_elements(items) WITH ORDINALITY AS line (item, position)
    )
    INSERT INTO tracking_links (tenant_id, order_id, token) SELECT :tenant_id, id, token FROM new
""")

# The guards look at the order and at the stream after every statement, so no statement writes two events.
# It belongs to the operator's session and ends with the transaction: nobody gets a way to write other times.
# Looking the stream's row up passes every version that this transaction has made, so each event would take
# longer than the last: the function keeps the row's ctid, and without seqscan the guard uses the index.
WRITER = text("""
    CREATE FUNCTION pg_temp.write_history(log uuid, steps jsonb) RETURNS bigint
    LANGUAGE plpgsql SET enable_seqscan = off AS $$
    DECLARE
        step record;
        place bigint;
        held tid;
        recorded timestamptz;
    BEGIN
        SELECT ctid INTO STRICT held FROM public.tenant_streams WHERE tenant_id = log FOR UPDATE;
        FOR step IN SELECT * FROM jsonb_to_recordset(steps) AS step (order_id uuid, restaurant_id uuid,
            version integer, from_status text, to_status text, changed_by text, actor text,
            at timestamptz, since timestamptz, metadata jsonb, kitchen_load smallint, rule_set text)
        LOOP
            UPDATE public.tenant_streams SET seq = seq + 1 WHERE ctid = held
            RETURNING seq, ctid, last_at INTO STRICT place, held, recorded;
            -- Of what was cancelled in the past nobody has to be told now.
            UPDATE public.orders SET status = step.to_status, version = step.version, status_since = step.at,
                acknowledged_at = CASE step.to_status WHEN 'cancelled' THEN step.at END
             WHERE tenant_id = log AND id = step.order_id AND step.version > 1;
            INSERT INTO public.order_status_events (tenant_id, seq, order_id, restaurant_id, version,
                from_status, to_status, changed_by, actor, occurred_at, recorded_at, in_status_for, metadata,
                kitchen_load, rule_set)
            VALUES (log, place, step.order_id, step.restaurant_id, step.version,
                step.from_status, step.to_status, step.changed_by, step.actor, step.at,
                recorded, step.at - step.since, step.metadata, step.kitchen_load, step.rule_set);
        END LOOP;
        RETURN place;
    END $$
""")
WRITE = text("SELECT pg_temp.write_history(:tenant_id, CAST(:steps AS jsonb))")
# With statistics, the guard finds an order's last event by its key. Without them, the tenant alone looks as
# selective to the planner, and the guard would read the whole log for each event.
ANALYZE = text("ANALYZE orders, order_status_events")
WRITTEN = text("DROP FUNCTION pg_temp.write_history(uuid, jsonb)")
