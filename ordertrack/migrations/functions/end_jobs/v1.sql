-- Writes down what became of several jobs that `by_taker` runs, and has the next of their lanes wait where they have ended;
-- how many were still theirs. Rows are locked in the order of their numbers, as whoever adds or drops does. By index,
-- also by a plan that is made while there are few.
CREATE OR REPLACE FUNCTION end_jobs(by_taker uuid, ended jsonb) RETURNS integer LANGUAGE plpgsql
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan SET jit = off AS $$
DECLARE
    ids bigint[];
    of_lanes text[];
    many integer;
BEGIN
    IF ended = '[]' THEN
        RETURN 0;
    END IF;
    ids := ARRAY(SELECT (each ->> 'id')::bigint FROM jsonb_array_elements(ended) AS each);
    PERFORM id FROM jobs WHERE tenant_id = current_tenant() AND id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;
    WITH written AS (
        UPDATE jobs SET state = became.state, due_at = coalesce(became.due_at, jobs.due_at), note = became.note,
               tries = tries - became.uncounted,
               ended_at = CASE WHEN became.state IN ('done', 'failed', 'unknown') THEN clock_timestamp() END
          FROM jsonb_to_recordset(ended)
               AS became (id bigint, state text, due_at timestamptz, note text, uncounted integer)
         WHERE tenant_id = current_tenant() AND jobs.id = ANY (ids) AND jobs.id = became.id
           AND jobs.state = 'running' AND taken_by = by_taker
        RETURNING jobs.lane, jobs.state
    ) SELECT count(*), coalesce(array_agg(lane) FILTER (WHERE state <> 'waiting'), '{}') INTO many, of_lanes FROM written;
    ids := ARRAY(
        SELECT (SELECT min(id) FROM jobs WHERE tenant_id = current_tenant() AND lane = each AND state = 'queued')
          FROM unnest(of_lanes) AS each);
    PERFORM id FROM jobs WHERE tenant_id = current_tenant() AND id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;
    UPDATE jobs SET state = 'waiting' WHERE tenant_id = current_tenant() AND id = ANY (ids) AND state = 'queued';
    RETURN many;
END $$;
