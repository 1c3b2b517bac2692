-- Whether an entry may stand at this moment, in a log that was last written at `last` and that told something
-- of the same order at `before`.
CREATE OR REPLACE FUNCTION goes_on_in_time(moment timestamptz, last timestamptz, before timestamptz) RETURNS boolean
LANGUAGE sql VOLATILE AS $$
    SELECT moment <= greatest(last, clock_timestamp())
       AND (moment >= last OR (public.may_write_past() AND moment >= coalesce(before, moment)))
$$;
