-- Adds jobs, whose numbers follow one another in their order, and has the first of each lane wait where none does or runs;
-- the last number. A statement of its own for each step: what others did while one was waited for is seen by the next.
-- By index, also by a plan that is made while there are few.
CREATE OR REPLACE FUNCTION add_jobs(new jsonb) RETURNS bigint LANGUAGE plpgsql
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan SET jit = off AS $$
DECLARE
    of_lanes text[] := ARRAY(SELECT DISTINCT each ->> 'lane' FROM jsonb_array_elements(new) AS each);
    many integer := jsonb_array_length(new);
    newest bigint;
    queued text[];
    begun text[];
BEGIN
    INSERT INTO job_numbers AS numbers (tenant_id, last) VALUES (current_tenant(), many)
    ON CONFLICT (tenant_id) DO UPDATE SET last = numbers.last + many RETURNING last INTO newest;
    -- Whoever ends the first of a lane meanwhile is waited for, or waits for us: else nobody would begin ours.
    PERFORM id FROM jobs
      WHERE tenant_id = current_tenant() AND lane = ANY (of_lanes) AND state IN ('waiting', 'running')
      ORDER BY id FOR SHARE;
    begun := ARRAY(SELECT lane FROM jobs
        WHERE tenant_id = current_tenant() AND lane = ANY (of_lanes) AND state IN ('waiting', 'running'));
    queued := ARRAY(SELECT each FROM unnest(of_lanes) AS each WHERE each <> ALL (begun) AND EXISTS (
        SELECT FROM jobs WHERE tenant_id = current_tenant() AND lane = each AND state = 'queued'));
    INSERT INTO jobs (tenant_id, id, kind, lane, destination, payload, state, due_at)
    SELECT current_tenant(), newest - many + place, each ->> 'kind', each ->> 'lane', each ->> 'destination',
           each -> 'payload',
           CASE WHEN each ->> 'lane' = ANY (begun || queued)
                  OR place > min(place) OVER (PARTITION BY each ->> 'lane') THEN 'queued' ELSE 'waiting' END,
           coalesce((each ->> 'due_at')::timestamptz, clock_timestamp())
      FROM jsonb_array_elements(new) WITH ORDINALITY AS added (each, place) ORDER BY place;
    IF queued <> '{}' THEN
        UPDATE jobs SET state = 'waiting' WHERE tenant_id = current_tenant() AND state = 'queued' AND id = ANY (ARRAY(
            SELECT (SELECT min(id) FROM jobs WHERE tenant_id = current_tenant() AND lane = each AND state = 'queued')
              FROM unnest(queued) AS each));
    END IF;
    RETURN newest;
END $$;
