"""The log of a tenant, one order after the other."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

from ordertrack.database.session import db

# Three alike that one actor made in one restaurant within five seconds are mass taps, unless the importer
# wrote them or a channel skipped them. An order that tried a board out is no order.
_EVENTS = """
    WITH event AS (
        SELECT seq, order_id, restaurant_id, from_status, to_status, occurred_at AS at, actor,
            actor = 'program:replay' AS is_imported,
            actor = 'program:replay' AND jsonb_exists(metadata, 'time_unknown') AS is_unknown,
            actor LIKE 'channel:%%' AND coalesce(metadata -> 'walked' ->> -1 <> to_status, false)
                AS is_skipped,
            actor = 'program:replay' AND jsonb_exists(metadata, 'drawn') AS is_drawn,
            is_early, coalesce(nullif(metadata ->> 'reason', 'The log gives no reason'), '') AS reason
          FROM order_status_events
         WHERE tenant_id = %(tenant)s AND seq <= %(until)s
    ), tap AS (
        SELECT seq,
            at - lag(at, 2) OVER alike <= '5s' OR lead(at, 1) OVER alike - lag(at, 1) OVER alike <= '5s'
                OR lead(at, 2) OVER alike - at <= '5s' AS is_mass
          FROM event JOIN orders ON orders.tenant_id = %(tenant)s AND orders.id = event.order_id
         WHERE to_status IN ('preparing', 'ready', 'completed') AND NOT is_imported AND NOT is_skipped
           AND orders.idempotency_sender IS DISTINCT FROM 'program:test-order'
        WINDOW alike AS (PARTITION BY event.restaurant_id, to_status, actor ORDER BY at, seq)
    )
    SELECT event.order_id, event.restaurant_id, orders.fulfilment, event.seq, event.from_status,
        event.to_status, event.at, event.is_unknown, event.is_early, event.is_skipped,
        event.is_drawn, coalesce(tap.is_mass, false) AS is_mass, event.reason
      FROM event JOIN orders ON orders.tenant_id = %(tenant)s AND orders.id = event.order_id
      LEFT JOIN tap USING (seq)
     WHERE orders.idempotency_sender IS DISTINCT FROM 'program:test-order'
     ORDER BY event.order_id, event.seq
"""
_FIRES = """
    SELECT order_id, seq, occurred_at FROM order_actions
     WHERE tenant_id = %(tenant)s AND seq <= %(until)s AND act = 'fire' ORDER BY seq
"""
_AT_ONCE = 20_000


class Entry(NamedTuple):
    """An order came to a status. `is_unknown`: when it did is not known; `is_early`: it was for later still;
    `is_skipped`: a channel told a later status only; `is_drawn`: a replay drew the time; `is_mass`: several
    were tapped at once; `reason`: why, empty for none."""

    seq: int
    was: str | None
    status: str
    at: dt.datetime
    is_unknown: bool
    is_early: bool
    is_skipped: bool
    is_drawn: bool
    is_mass: bool
    reason: str


class Story(NamedTuple):
    """Everything that one order lived through; `fires` are the places in the log and moments of its fires."""

    order_id: uuid.UUID
    restaurant_id: uuid.UUID
    fulfilment: str
    entries: list[Entry]
    fires: list[tuple[int, dt.datetime]]


def stories(tenant_id: uuid.UUID, until: int) -> Iterator[Story]:
    """Each order of the entered tenant, with what the log has of it up to this position."""
    connection: Any = db.session.connection().connection.driver_connection
    values = {"tenant": tenant_id, "until": until}
    fires: defaultdict[uuid.UUID, list[tuple[int, dt.datetime]]] = defaultdict(list)
    for order_id, seq, at in connection.execute(_FIRES, values):
        fires[order_id].append((seq, at))
    with connection.cursor("recount") as cursor:
        cursor.itersize = _AT_ONCE
        for (order_id, restaurant_id, fulfilment), rows in groupby(
            cursor.execute(_EVENTS, values), key=lambda row: row[:3]
        ):
            entries = [Entry(*row[3:]) for row in rows]
            yield Story(order_id, restaurant_id, fulfilment, entries, fires.get(order_id, []))
