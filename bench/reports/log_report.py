"""The obvious way to a report: all of it in one query straight from the log, with exact percentiles."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, NamedTuple

import psycopg

# What the page shows: each stage in the range and in the one before, one stage by shift, day, restaurant, and
# hour of the week, the slowest. Orders have an index by time and events one by order, free to be used.
_REPORT = """
    WITH entered AS (
        SELECT orders.id, orders.restaurant_id, timezone, fulfilment,
            max(occurred_at) FILTER (WHERE to_status = 'pending') AS pending,
            max(occurred_at) FILTER (WHERE to_status = 'confirmed') AS confirmed,
            max(occurred_at) FILTER (WHERE to_status = 'preparing') AS preparing,
            max(occurred_at) FILTER (WHERE to_status = 'ready') AS ready,
            max(occurred_at) FILTER (WHERE to_status = 'delivering') AS delivering,
            max(occurred_at) FILTER (WHERE to_status = 'completed') AS completed
          FROM orders
          JOIN restaurants ON restaurants.tenant_id = orders.tenant_id AND restaurants.id = restaurant_id
          JOIN order_status_events AS event ON event.tenant_id = orders.tenant_id AND order_id = orders.id
         WHERE orders.tenant_id = %(tenant)s
           AND placed_at >= %(first)s::date - %(length)s - 1 AND placed_at < %(first)s::date + %(length)s + 1
         GROUP BY orders.tenant_id, orders.id, timezone
    ), times AS MATERIALIZED (
        SELECT id, restaurant_id, fulfilment, stage, extract(epoch FROM ended - began)::float8 AS seconds,
            ((began AT TIME ZONE timezone) - interval '4 hours')::date AS day,
            extract(hour FROM began AT TIME ZONE timezone)::integer AS hour
          FROM entered, LATERAL (VALUES
            ('accept', pending, confirmed), ('queue', confirmed, preparing), ('cook', preparing, ready),
            ('kitchen', confirmed, ready), ('handover', ready, coalesce(delivering, completed)),
            ('road', delivering, completed), ('total', pending, completed)
          ) AS span (stage, began, ended)
         WHERE ended IS NOT NULL AND began IS NOT NULL
    ), chosen AS MATERIALIZED (
        SELECT *,
            CASE WHEN hour BETWEEN 11 AND 15 THEN 'Lunch' WHEN hour >= 16 OR hour = 0 THEN 'Dinner' END
                AS shift,
            seconds <= CASE fulfilment WHEN 'pickup' THEN 900 ELSE 1200 END AS is_in_target
          FROM times WHERE stage = %(stage)s AND day >= %(first)s AND day < %(first)s::date + %(length)s
    )
    SELECT stage, (day >= %(first)s)::text, count(*), avg(seconds),
        percentile_cont(ARRAY[0.5, 0.9, 0.95]) WITHIN GROUP (ORDER BY seconds), NULL
      FROM times WHERE day >= %(first)s::date - %(length)s AND day < %(first)s::date + %(length)s
     GROUP BY 1, 2
    UNION ALL
    SELECT CASE grouping(shift, day, restaurant_id, hour)
            WHEN 7 THEN 'shift' WHEN 11 THEN 'day' WHEN 13 THEN 'restaurant' ELSE 'hour' END,
        concat_ws(' ', shift, day, restaurant_id, weekday, hour), count(*), avg(seconds),
        percentile_cont(ARRAY[0.5, 0.9, 0.95]) WITHIN GROUP (ORDER BY seconds),
        count(*) FILTER (WHERE is_in_target)
      FROM (SELECT *, extract(isodow FROM day) AS weekday FROM chosen) AS chosen
     GROUP BY GROUPING SETS ((shift), (day), (restaurant_id), (weekday, hour))
    UNION ALL
    (SELECT 'slow', id::text, 1, seconds, NULL, is_in_target::integer
       FROM chosen ORDER BY seconds DESC LIMIT 20)
"""


class Exact(NamedTuple):
    """Of one stage in the range: how many times, and two percentiles in seconds."""

    count: int
    p50: float
    p90: float


def make(
    connection: psycopg.Connection[Any], tenant: uuid.UUID, first: dt.date, length: int, stage: str
) -> Exact:
    """Ask for all that the page shows of `length` days from `first` on; the figures of the stage."""
    values = {"tenant": tenant, "first": first, "length": length, "stage": stage}
    for kind, key, count, _, percentiles, _ in connection.execute(_REPORT, values).fetchall():
        if (kind, key) == (stage, "true"):
            return Exact(count, percentiles[0], percentiles[1])
    raise LookupError(f"nothing of {stage} in {length} days from {first} on")
