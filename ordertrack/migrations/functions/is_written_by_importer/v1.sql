-- Whether the importer writes, an order that it made: the log that it comes from knew no rules.
CREATE OR REPLACE FUNCTION is_written_by_importer(log uuid, written_order uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT public.may_write_past() AND EXISTS (
        SELECT FROM public.order_status_events AS made
         WHERE made.tenant_id = log AND made.order_id = written_order
           AND made.version = 1 AND made.actor = 'program:replay')
$$;
