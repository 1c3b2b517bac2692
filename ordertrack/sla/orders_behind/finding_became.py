"""Finding the orders behind a count of what became of orders, as they are now.

An order that ended a few seconds ago is in no report yet, and is here.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, NamedTuple

from sqlalchemy import text

from ordertrack.database.session import db
from ordertrack.orders.due.open_orders import OPEN
from ordertrack.orders.imported import CHANNELS, IMPORTER, NO_REASON, TIME_UNKNOWN, WALKED
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.sla.measure.cells import GOAL
from ordertrack.sla.orders_behind.became import AskedFate
from ordertrack.sla.report.order_links import Fate
from ordertrack.sla.report.selection import Selection

A_PAGE = 100
MOST_IN_A_FILE = 60_000


class BecameOrder(NamedTuple):
    """One order; `since` is when it came into its status, `before` the status before, `reason` why."""

    order_id: uuid.UUID
    number: int
    restaurant_id: uuid.UUID
    fulfilment: Fulfilment
    began: dt.datetime
    status: OrderStatus
    since: dt.datetime
    before: OrderStatus | None
    reason: str
    is_unfinished: bool


class Cancelled(NamedTuple):
    """How many were cancelled: from where and why; of how many orders of each restaurant and hour."""

    reasons: list[tuple[OrderStatus, str, int]]
    restaurants: list[tuple[uuid.UUID, int, int]]
    hours: list[tuple[int, int, int]]


_OPEN_NOW = "orders.status = ANY (:open)"
_UNTOUCHED = "greatest(orders.status_since, orders.promised_at) < :now - make_interval(secs => span.patience)"
_HAD = "orders.status = 'completed' AND orders.promised_at IS NOT NULL AND had.at IS NOT NULL"
_OF_FATE = {
    Fate.ALL: "true",
    Fate.COMPLETED: "orders.status = 'completed'",
    Fate.CANCELLED: "orders.status = 'cancelled'",
    Fate.NOT_ENDED: _OPEN_NOW,
    Fate.OPEN: f"{_OPEN_NOW} AND NOT {_UNTOUCHED}",
    Fate.UNFINISHED: f"{_OPEN_NOW} AND {_UNTOUCHED}",
    Fate.PROMISED: _HAD,
    Fate.KEPT: f"{_HAD} AND had.at <= orders.promised_at",
    Fate.BROKEN: f"{_HAD} AND had.at > orders.promised_at",
    Fate.MOVED: f"{_HAD} AND had.at <= orders.promised_at"
    " AND had.at > orders.promised_at - make_interval(mins => orders.delayed_by)",
    Fate.HELD: "orders.status IN ('completed', 'cancelled') AND orders.acts > 0 AND EXISTS ("
    "SELECT FROM order_actions AS action WHERE action.tenant_id = orders.tenant_id"
    " AND action.order_id = orders.id AND action.act = 'hold')",
    Fate.DELIVERIES: "orders.status = 'completed' AND orders.fulfilment = 'delivery'",
    Fate.UNLEFT: "orders.status = 'completed' AND orders.fulfilment = 'delivery'"
    " AND last.from_status <> 'delivering'",
}
# When the guest had it, if that is known; asked for promises only.
_LAST_HAD = """
    LEFT JOIN LATERAL (
        SELECT CASE WHEN event.actor = :importer AND jsonb_exists(event.metadata, :unknown) THEN NULL
            WHEN starts_with(event.actor, :channels)
                AND coalesce(event.metadata -> :walked ->> -1 <> event.to_status, false) THEN NULL
            ELSE event.occurred_at END AS at
          FROM order_status_events AS event
         WHERE event.tenant_id = orders.tenant_id AND event.order_id = orders.id
           AND event.to_status = CASE orders.fulfilment {goals} END
         ORDER BY event.seq DESC LIMIT 1
    ) AS had ON true
""".format(goals=" ".join(f"WHEN '{kind}' THEN '{goal}'" for kind, goal in GOAL.items()))  # noqa: S608 (words of our own)
_FROM = """
      FROM orders JOIN unnest(
            CAST(:restaurants AS uuid[]), CAST(:begins AS timestamptz[]), CAST(:ends AS timestamptz[]),
            CAST(:zones AS text[]), CAST(:patience AS float[])
        ) AS span (restaurant_id, begins, ends, zone, patience) ON span.restaurant_id = orders.restaurant_id
      CROSS JOIN LATERAL (SELECT coalesce(orders.fired_at, orders.placed_at) AS at) AS began
      LEFT JOIN LATERAL (
        SELECT event.from_status, coalesce(nullif(event.metadata ->> 'reason', :unsaid), '') AS reason
          FROM order_status_events AS event
         WHERE event.tenant_id = orders.tenant_id AND event.order_id = orders.id
           AND event.version = orders.version AND orders.status IN ('completed', 'cancelled')
      ) AS last ON true
"""
_WHERE = """
     WHERE orders.tenant_id = :tenant_id AND began.at >= span.begins AND began.at < span.ends
       AND ((orders.placed_at >= :first AND orders.placed_at < :last) OR orders.id = ANY (ARRAY(
            SELECT order_id FROM order_actions AS action WHERE action.tenant_id = :tenant_id
               AND action.act = 'fire' AND action.occurred_at >= :first AND action.occurred_at < :last)))
       AND NOT (orders.is_later AND orders.status = ANY (:open))
       AND orders.idempotency_sender IS DISTINCT FROM 'program:test-order'
       AND (CAST(:fulfilment AS text) IS NULL OR orders.fulfilment = :fulfilment)
"""
_CHOSEN = """
       AND (CAST(:before AS text) IS NULL OR last.from_status = :before)
       AND (CAST(:reason AS text) IS NULL OR last.reason = :reason)
       AND (CAST(:hour AS int) IS NULL OR extract(hour FROM began.at AT TIME ZONE span.zone) = :hour)
"""
_CANCELLED = text(f"""
    SELECT GROUPING(last.from_status) AS no_why, GROUPING(orders.restaurant_id) AS no_restaurant,
        last.from_status, last.reason, orders.restaurant_id, hour.number::int AS hour, count(*) AS orders,
        count(*) FILTER (WHERE orders.status = 'cancelled') AS cancelled
    {_FROM} CROSS JOIN LATERAL (SELECT extract(hour FROM began.at AT TIME ZONE span.zone) AS number) AS hour
    {_WHERE}
     GROUP BY GROUPING SETS ((last.from_status, last.reason, orders.status), (orders.restaurant_id),
        (hour.number))
    HAVING count(*) FILTER (WHERE orders.status = 'cancelled') > 0
     ORDER BY cancelled DESC, reason, hour
""")  # noqa: S608 (a query of our own)


def find(asked: AskedFate, most: int = A_PAGE) -> tuple[list[BecameOrder], int]:
    """A page of them (of so many), the newest first; and how many there are of all pages."""
    had = _LAST_HAD if "had." in _OF_FATE[asked.fate] else ""
    query = f"""
        SELECT orders.id, orders.number, orders.restaurant_id, orders.fulfilment, began.at AS began,
            orders.status, orders.status_since, last.from_status, last.reason,
            {_OPEN_NOW} AND {_UNTOUCHED} AS is_unfinished, count(*) OVER () AS all_of_them
        {_FROM} {had} {_WHERE} AND {_OF_FATE[asked.fate]} {_CHOSEN}
         ORDER BY began.at DESC, orders.id LIMIT :most OFFSET :skipped
    """
    values = {
        **_values(asked.selection),
        "before": asked.before and asked.before.value,
        "reason": asked.reason,
        "hour": asked.hour,
        "most": most,
        "skipped": (asked.page - 1) * most,
    }
    if had:
        values |= {"importer": IMPORTER, "unknown": TIME_UNKNOWN, "channels": CHANNELS, "walked": WALKED}
    rows = db.session.execute(text(query), values).all()
    found = [
        BecameOrder(
            row.id,
            row.number,
            row.restaurant_id,
            Fulfilment(row.fulfilment),
            row.began,
            OrderStatus(row.status),
            row.status_since,
            row.from_status and OrderStatus(row.from_status),
            row.reason or "",
            row.is_unfinished,
        )
        for row in rows
    ]
    return found, rows[0].all_of_them if rows else 0


def cancelled(selection: Selection) -> Cancelled:
    """The most first; hours as a clock counts them."""
    rows = db.session.execute(_CANCELLED, _values(selection)).all()
    reasons = [(OrderStatus(row.from_status), row.reason, row.cancelled) for row in rows if not row.no_why]
    restaurants = [(row.restaurant_id, row.cancelled, row.orders) for row in rows if not row.no_restaurant]
    hours = [(row.hour, row.cancelled, row.orders) for row in rows if row.no_why and row.no_restaurant]
    return Cancelled(reasons, restaurants, sorted(hours))


def _values(selection: Selection) -> dict[str, Any]:
    spans = [selection.span_of(each) for each in selection.restaurants]
    return {
        "tenant_id": selection.tenant_id,
        "restaurants": [each.id for each in selection.restaurants],
        "begins": [begins for begins, _ in spans],
        "ends": [ends for _, ends in spans],
        "zones": [each.calendar.zone_on(selection.last).key for each in selection.restaurants],
        "patience": [float(each.calendar.rules[-1].forgotten_after) for each in selection.restaurants],
        "first": min(begins for begins, _ in spans),
        "last": max(ends for _, ends in spans),
        "fulfilment": selection.fulfilment and selection.fulfilment.value,
        "open": [status.value for status in OPEN],
        "now": dt.datetime.now(dt.UTC),
        "unsaid": NO_REASON,
    }
