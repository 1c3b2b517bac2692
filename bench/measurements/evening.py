"""What a worker keeps after an evening of thousands of tenants, played as fast as it can tell of it."""

from __future__ import annotations

import time

import psycopg

from contenders.ours import Served
from many.client import Crowd
from many.guests import GuestPositions
from many.town import EPOCH, SCREENS, Town
from processes import proportional_bytes
from stage import Stage
from table import Row, at_most, number

TENANTS, BUSY, GUESTS = 3020, 20, 3
EVENING = 300, 10_000  # entries of a tenant, and of a busy one
A_ROUND = 1, 33  # the same, of a round
OPEN = 6
LIMIT = 1000  # MB
_MB = 2**20
_QUIET = 0.4  # seconds without a frame, after which a round has been told
# So many entries of each tenant at once, past the triggers; nobody is notified, the heads are looked at.
_ROUND = """
    WITH grown AS (
        UPDATE tenant_streams SET seq = seq + n
          FROM (SELECT tenant_id, CASE WHEN m <= %(busy)s THEN %(many)s ELSE %(few)s END AS n
                  FROM places) AS more
         WHERE tenant_streams.tenant_id = more.tenant_id
        RETURNING tenant_streams.tenant_id, seq - n AS before, n
    ), done AS MATERIALIZED (
        SELECT grown.tenant_id, before + k AS seq, id, restaurant_id
          FROM grown, generate_series(1, n) AS k, LATERAL (
            SELECT id, restaurant_id FROM orders
             WHERE orders.tenant_id = grown.tenant_id AND status = 'pending'
             ORDER BY number OFFSET (before + k) %% %(open)s LIMIT 1) AS touched
    ), moved AS (
        UPDATE orders SET acts = acts + times, is_rush = NOT is_rush
          FROM (SELECT tenant_id, id, count(*)::integer AS times FROM done GROUP BY 1, 2) AS each
         WHERE orders.tenant_id = each.tenant_id AND orders.id = each.id
    )
    INSERT INTO order_actions (tenant_id, seq, order_id, restaurant_id, act, status, changed_by, actor,
        occurred_at)
    SELECT tenant_id, seq, id, restaurant_id, 'rush', 'pending', 'Nour', 'key:bench', clock_timestamp()
      FROM done
"""


def measure(stage: Stage) -> list[Row]:
    """A whole evening, or as much of it as `evening_seconds` have room for: what is kept ends sooner."""
    with stage.database("evening") as settings:
        town = Town(settings, TENANTS, 1)
        town.stock(OPEN)
        with Served(stage, settings) as server, Crowd(stage.folder, server.port, _lines(town)) as crowd:
            crowd.ready()
            worker = server.workers[0]
            held = [proportional_bytes(worker) / _MB]
            began, rounds = time.monotonic(), 0
            while rounds < EVENING[0] and time.monotonic() - began < stage.scale.evening_seconds:
                play(town.sql, *A_ROUND)
                crowd.settle(_QUIET)
                held.append(proportional_bytes(worker) / _MB)
                rounds += 1
            kept = server.metric("ordertrack_kept_bytes") / _MB
            took = time.monotonic() - began
        town.close()
    streams = TENANTS * (len(SCREENS) + GUESTS)
    few, many = (rounds * each for each in A_ROUND)
    what = f"memory of a worker with {TENANTS:,} tenants and {streams:,} screens, at most"
    beside = (
        f"{number(held[0])} MB before; {few:,} entries each, {many:,} of {BUSY} busy ones, in {took:.0f} s,"
        f" where an evening has {EVENING[0]:,} and {EVENING[1]:,}"
    )
    return [
        at_most(what, [max(held)], "MB", beside, LIMIT),
        Row("— of it recent events and their frames", [kept], "MB"),
    ]


def play(sql: psycopg.Connection, few: int, many: int) -> None:
    """So many entries of each tenant, and of each of the first ones, which are busy."""
    with sql.transaction():
        sql.execute("SET LOCAL session_replication_role = replica")
        sql.execute(_ROUND, {"busy": BUSY, "few": few, "many": many, "open": OPEN})


def _lines(town: Town) -> list[str]:
    heads, positions = town.heads(), GuestPositions(town.settings.secret_key)
    tokens = town.tokens([life.order for place in town.places for life in place.lives[:GUESTS]])
    lines = []
    for place in town.places:
        head = heads[place.tenant]
        for (board, language), cookie in zip(SCREENS, place.cookies, strict=True):
            lines.append(f"{EPOCH}-{head}\t/r/{place.slug}/{board}/stream?language={language}\t{cookie}")
        lines += [
            f"{positions.at(life.order, head)}\t/track/{tokens[life.order]}/stream"
            for life in place.lives[:GUESTS]
        ]
    return lines
