-- Writes down what became of a job that `by_taker` runs, and has the next of its lane wait where it has ended; whether it
-- was still theirs. Two statements: whoever adds to the lane meanwhile is seen by the second.
CREATE OR REPLACE FUNCTION end_job(
    by_taker uuid, job bigint, becomes text, due timestamptz, said text, uncounted integer
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    in_lane text;
    first bigint;
BEGIN
    UPDATE jobs SET state = becomes, due_at = coalesce(due, due_at), note = said, tries = tries - uncounted,
           ended_at = CASE WHEN becomes IN ('done', 'failed', 'unknown') THEN clock_timestamp() END
     WHERE tenant_id = current_tenant() AND id = job AND state = 'running' AND taken_by = by_taker
    RETURNING lane INTO in_lane;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF becomes IN ('done', 'failed', 'unknown') THEN
        SELECT min(id) INTO first FROM jobs
         WHERE tenant_id = current_tenant() AND lane = in_lane AND state = 'queued' GROUP BY lane;
        IF first IS NOT NULL THEN
            UPDATE jobs SET state = 'waiting' WHERE tenant_id = current_tenant() AND id = first AND state = 'queued';
        END IF;
    END IF;
    RETURN true;
END $$;
