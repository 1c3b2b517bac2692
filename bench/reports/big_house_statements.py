"""What is sent to make a house with years behind it: draw the moments, then orders and log from them."""

from __future__ import annotations

SPEEDS = """
    SET session_replication_role = replica;
    SET synchronous_commit = off;
    SET work_mem = '1GB';
    SET maintenance_work_mem = '1GB';
    SET max_parallel_maintenance_workers = 2;
"""
# A lognormal time of this median and 90th percentile.
LOGNORMAL = """
    CREATE FUNCTION pg_temp.took(p50 float8, p90 float8) RETURNS interval LANGUAGE sql VOLATILE AS
    $$ SELECT make_interval(secs => p50 * exp(random_normal() * ln(p90 / p50) / 1.2816)) $$
"""
DRAW = """
    CREATE UNLOGGED TABLE drawn AS
    WITH days AS (
        SELECT restaurants.id AS restaurant_id, timezone, day::date,
            floor(random() + %(a_day)s
                * CASE WHEN extract(isodow FROM day) IN (5, 6) THEN 1.61 ELSE 0.756 END) AS orders
          FROM restaurants,
            generate_series(%(last)s::date - %(days)s + 1, %(last)s::date, interval '1 day') AS day
         WHERE tenant_id = %(tenant)s
    ), orders AS MATERIALIZED (
        SELECT gen_random_uuid() AS id, restaurant_id, day,
            (day + make_interval(
                hours => (%(hours)s::integer[])[width_bucket(random(), %(shares)s::float8[])],
                secs => random() * 3600)) AT TIME ZONE timezone AS placed,
            random() AS kind, random() AS fate, random() AS tap, random() AS queueing
          FROM days, generate_series(1, orders::integer)
    ), stays AS MATERIALIZED (
        SELECT *,
            CASE WHEN kind < 0.55 THEN 'delivery' WHEN kind < 0.8 THEN 'pickup' ELSE 'dine_in' END
                AS fulfilment,
            pg_temp.took(190, 600) AS accepting,
            CASE WHEN tap < 0.034 THEN make_interval(secs => 8 + random() * 47)
                 WHEN tap < 0.039 AND day < %(last)s THEN make_interval(secs => 14760 + random() * 18000)
                 ELSE pg_temp.took(835, 1844) END AS cooking,
            pg_temp.took(120, 420) AS waiting, pg_temp.took(1357, 2251) AS riding
          FROM orders
    ), confirmed AS (SELECT *, placed + accepting AS confirmed FROM stays)
    SELECT id, restaurant_id, day AS business_date, fulfilment, placed,
        CASE WHEN fate >= 0.02 THEN confirmed END AS confirmed,
        CASE WHEN fate >= 0.04 THEN confirmed + cooking * (0.1 + 0.3 * queueing) END AS preparing,
        CASE WHEN fate >= 0.04 THEN confirmed + cooking END AS ready,
        CASE WHEN fate >= 0.04 AND fulfilment = 'delivery' THEN confirmed + cooking + waiting END
            AS delivering,
        CASE WHEN fate >= 0.04 THEN confirmed + cooking + waiting
            + CASE WHEN fulfilment = 'delivery' THEN riding ELSE interval '0' END END AS completed,
        CASE WHEN fate < 0.02 THEN confirmed WHEN fate < 0.04 THEN confirmed + cooking / 4 END AS cancelled
      FROM confirmed
"""
ORDERS = """
    INSERT INTO orders (tenant_id, id, restaurant_id, business_date, number, status, version, status_since,
        fulfilment, placed_at)
    SELECT %(tenant)s, id, restaurant_id, business_date,
        row_number() OVER (PARTITION BY restaurant_id, business_date ORDER BY placed),
        CASE WHEN cancelled IS NULL THEN 'completed' ELSE 'cancelled' END,
        num_nonnulls(placed, confirmed, preparing, ready, delivering, completed, cancelled),
        coalesce(completed, cancelled), fulfilment, placed
      FROM drawn
"""
# The kitchen's load: what came in so far less what went out, before the event.
EVENTS = """
    INSERT INTO order_status_events (tenant_id, seq, order_id, restaurant_id, version, from_status, to_status,
        changed_by, actor, occurred_at, in_status_for, kitchen_load)
    WITH steps AS (
        SELECT id, restaurant_id, step.* FROM drawn, LATERAL (VALUES
            (1, NULL, 'pending', placed, NULL::timestamptz, 1),
            (2, 'pending', 'confirmed', confirmed, placed, 0),
            (3, 'confirmed', 'preparing', preparing, confirmed, 0),
            (4, 'preparing', 'ready', ready, preparing, -1),
            (5, 'ready', 'delivering', delivering, ready, 0),
            (num_nonnulls(delivering) + 5, CASE WHEN delivering IS NULL THEN 'ready' ELSE 'delivering' END,
                'completed', completed, coalesce(delivering, ready), 0),
            (num_nonnulls(confirmed) + 2, CASE WHEN confirmed IS NULL THEN 'pending' ELSE 'confirmed' END,
                'cancelled', cancelled, coalesce(confirmed, placed), -1)
        ) AS step (version, from_status, to_status, at, since, change)
         WHERE at IS NOT NULL
    ), loads AS (
        SELECT *, sum(change) OVER (PARTITION BY restaurant_id ORDER BY at, version ROWS UNBOUNDED PRECEDING)
            - least(change, 0) AS load
          FROM steps
    )
    SELECT %(tenant)s, row_number() OVER (ORDER BY at, version, id), id, restaurant_id, version, from_status,
        to_status, 'Nour', 'staff:' || restaurant_id, at, at - since, least(load, 99)
      FROM loads
"""
HEADS = """
    UPDATE tenant_streams SET seq = (SELECT count(*) FROM order_status_events) WHERE tenant_id = %(tenant)s;
    UPDATE restaurants SET numbered_on = day, last_number = orders
      FROM (SELECT restaurant_id, business_date AS day, count(*) AS orders FROM orders
             WHERE business_date = %(last)s GROUP BY 1, 2) AS today
     WHERE tenant_id = %(tenant)s AND id = restaurant_id;
"""

# Foreign keys first, for they hold on to the others.
KEYS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
     WHERE (contype IN ('p', 'u') AND conrelid = ANY (%s::text[]::regclass[]))
        OR (contype = 'f' AND confrelid = ANY (%s::text[]::regclass[]))
     ORDER BY contype = 'f' DESC, conname
"""
INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
     WHERE indrelid = ANY (%s::text[]::regclass[])
       AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""
