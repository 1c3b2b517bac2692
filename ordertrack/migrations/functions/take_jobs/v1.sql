-- Has up to `at_most` jobs of these kinds that are due be run by `by_taker`, and says when the next of those that may run is
-- due. `rooms` says how many more may run of a destination that is `busy`, `most` how many of any other: each has its
-- share, whatever waits for the others. What waits is counted nowhere, for it may be very much. By index, also by a plan that
-- is made while there are few.
CREATE OR REPLACE FUNCTION take_jobs(
    by_taker uuid, of_kinds text[], done_once text[], busy text[], rooms integer[], most integer, at_most integer
) RETURNS TABLE (taken jsonb, next_due timestamptz) LANGUAGE plpgsql
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan SET jit = off AS $$
#variable_conflict use_column
DECLARE
    named text[] := '{}';
    following text;
    open integer[];
    ids bigint[];
    now_taken jsonb;
    now_next timestamptz;
BEGIN
    SELECT min(destination) INTO following FROM jobs WHERE tenant_id = current_tenant() AND state = 'waiting';
    WHILE following IS NOT NULL LOOP
        named := named || following;
        SELECT min(destination) INTO following FROM jobs
         WHERE tenant_id = current_tenant() AND state = 'waiting' AND destination > following;
    END LOOP;
    open := ARRAY(SELECT greatest(coalesce(rooms[array_position(busy, each)], most), 0)
                    FROM unnest(named) WITH ORDINALITY AS there (each, place) ORDER BY place);
    IF at_most > 0 AND named <> '{}' THEN
        ids := ARRAY(SELECT first.id FROM unnest(named, open) AS there (destination, room), LATERAL (
            SELECT id, due_at, row_number() OVER (ORDER BY due_at, id) AS place FROM jobs
             WHERE tenant_id = current_tenant() AND state = 'waiting' AND jobs.destination = there.destination
               AND kind = ANY (of_kinds) AND due_at <= clock_timestamp()
             ORDER BY due_at, id LIMIT there.room) AS first
         ORDER BY first.place, first.due_at LIMIT at_most);
        -- Whoever adds behind one of them holds it a moment, and may wait for what was just ended: it is taken next time.
        ids := ARRAY(SELECT id FROM jobs WHERE tenant_id = current_tenant() AND id = ANY (ids) AND state = 'waiting'
                      FOR NO KEY UPDATE SKIP LOCKED);
        WITH ran AS (
            UPDATE jobs SET state = 'running', tries = tries + 1, taken_by = by_taker, taken_at = clock_timestamp()
             WHERE tenant_id = current_tenant() AND id = ANY (ids) AND state = 'waiting'
            RETURNING id, tenant_id, kind, lane, destination, payload, state, tries, added_at, due_at, ended_at, note
        ) SELECT jsonb_agg(to_jsonb(ran) ORDER BY id) INTO now_taken FROM ran;
    END IF;
    SELECT min(first.due_at) INTO now_next FROM unnest(named, open) AS there (destination, room), LATERAL (
        SELECT min(due_at) AS due_at FROM jobs
         WHERE tenant_id = current_tenant() AND state = 'waiting' AND jobs.destination = there.destination
           AND kind = ANY (of_kinds)) AS first
     WHERE there.room > (SELECT count(*) FROM jsonb_array_elements(now_taken) AS each
                          WHERE each ->> 'destination' = there.destination);
    -- Not waited for until it is on the disk, for what a crash of the database makes undone is done again; but what must
    -- not be done twice must not be taken twice either.
    IF NOT EXISTS (SELECT FROM jsonb_array_elements(now_taken) AS each WHERE each ->> 'kind' = ANY (done_once)) THEN
        PERFORM set_config('synchronous_commit', 'off', true);
    END IF;
    RETURN QUERY SELECT coalesce(now_taken, '[]'), now_next;
END $$;
