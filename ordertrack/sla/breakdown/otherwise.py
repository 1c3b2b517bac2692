"""What went otherwise with the orders of some days: recalled, come back, changed after sending."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import text

from ordertrack.database.session import db
from ordertrack.orders.imported import NO_REASON
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.sla.report.selection import Selection

# Of orders that were placed on these business days; none that only tried a board out. Entries are found by
# their time, which is no earlier, but for a clock that was set otherwise since; each order is looked up by
# itself: joined, a planner reads all that the company ever had.
_ORDERS = """
    CROSS JOIN LATERAL (SELECT FROM orders
     WHERE orders.tenant_id = :tenant_id AND orders.id = entry.order_id
       AND business_date BETWEEN :first AND :last AND restaurant_id = ANY (:restaurants)
       AND (CAST(:fulfilment AS text) IS NULL OR fulfilment = :fulfilment)
       AND idempotency_sender IS DISTINCT FROM 'program:test-order'
    OFFSET 0) AS placed
     WHERE entry.tenant_id = :tenant_id
       AND entry.occurred_at >= CAST(:first AS timestamp) AT TIME ZONE 'UTC' - interval '2 days'
"""
_MOVES = text(f"""
    SELECT from_status, to_status, coalesce(nullif(metadata ->> 'reason', :unsaid), '') AS reason,
        count(*) AS times, count(DISTINCT order_id) AS orders
      FROM order_status_events AS entry {_ORDERS}
       AND ((from_status = 'ready' AND to_status = 'preparing')
        OR (from_status = 'delivering' AND to_status = 'ready'))
     GROUP BY from_status, to_status, reason ORDER BY times DESC, reason
""")  # noqa: S608 (a query of our own)
_CHANGES = text(f"""
    SELECT status, count(*) AS times, count(DISTINCT order_id) AS orders,
        coalesce(sum(jsonb_array_length(changes -> 'added')), 0) AS added,
        coalesce(sum(jsonb_array_length(changes -> 'voided')), 0) AS voided,
        count(*) FILTER (WHERE changes -> 'fields' <> '[]') AS fields
      FROM order_actions AS entry {_ORDERS} AND act = 'change' AND changes IS NOT NULL
     GROUP BY status
""")  # noqa: S608 (a query of our own)


class Move(NamedTuple):
    """From one status into another for this `reason` ("": none was said), of so many orders."""

    before: OrderStatus
    after: OrderStatus
    reason: str
    times: int
    orders: int


class Changes(NamedTuple):
    """Of orders in `status`: how often, by how many lines, and how often by other `fields`."""

    status: OrderStatus
    times: int
    orders: int
    added: int
    voided: int
    fields: int


def returned(selection: Selection) -> list[Move]:
    """Recalled and come back, the most frequent first."""
    rows = db.session.execute(_MOVES, {**_asked(selection), "unsaid": NO_REASON})
    return [Move(OrderStatus(row[0]), OrderStatus(row[1]), *row[2:]) for row in rows]


def changes(selection: Selection) -> list[Changes]:
    """By the status in which they were changed, as an order comes to them."""
    rows = db.session.execute(_CHANGES, _asked(selection))
    found = [Changes(OrderStatus(row[0]), *map(int, row[1:])) for row in rows]
    return sorted(found, key=lambda each: list(OrderStatus).index(each.status))


def _asked(selection: Selection) -> dict[str, Any]:
    return {
        "tenant_id": selection.tenant_id,
        "first": selection.first,
        "last": selection.last,
        "restaurants": [each.id for each in selection.restaurants],
        "fulfilment": selection.fulfilment and selection.fulfilment.value,
    }
