-- Writes down tries to tell webhooks, each by the names of the columns; how many.
CREATE OR REPLACE FUNCTION note_deliveries(tried jsonb) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO webhook_deliveries (tenant_id, id, endpoint_id, seq, order_id, kind, milliseconds, tries, status, failure,
           excerpt, next_at)
    SELECT current_tenant(), gen_random_uuid(), each.*
      FROM jsonb_to_recordset(tried) AS each (endpoint_id uuid, seq bigint, order_id uuid, kind text, milliseconds integer,
           tries integer, status integer, failure text, excerpt text, next_at timestamptz);
    RETURN jsonb_array_length(tried);
END $$;
