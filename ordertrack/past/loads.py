"""How many orders a kitchen had at moments of the past: of those to be written, and of those in the log."""

from __future__ import annotations

import datetime as dt
import uuid
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import text

from ordertrack.database.session import db
from ordertrack.past.orders import PastOrder
from ordertrack.rules.state_machine import OrderStatus

MOST_COUNTED = 99
LONGEST = dt.timedelta(hours=36)
"""An order of the log that has been in a kitchen for longer was forgotten there."""

_IN_KITCHEN = frozenset({OrderStatus.PENDING, OrderStatus.CONFIRMED, OrderStatus.PREPARING})
_MOVES = text("""
    SELECT event.order_id, restaurants.slug, event.to_status, event.occurred_at
      FROM order_status_events AS event JOIN restaurants
        ON restaurants.tenant_id = event.tenant_id AND restaurants.id = event.restaurant_id
     WHERE event.tenant_id = :tenant_id AND event.occurred_at > :after AND event.occurred_at <= :until
       AND (event.to_status = ANY (:kitchen)) IS DISTINCT FROM (event.from_status = ANY (:kitchen))
     ORDER BY event.occurred_at, event.seq
""")


def of_told(orders: Sequence[PastOrder]) -> dict[tuple[int, int], int]:
    """By order and step: how many of these orders the kitchen had then.

    The order included, if it was there before or is placed now. Of equal times those of earlier orders come
    first.
    """
    moves = sorted(
        (step.at, number, place)
        for number, order in enumerate(orders)
        for place, step in enumerate(order.steps)
    )
    loads = Counter[str]()
    found = {}
    for _, number, place in moves:
        order = orders[number]
        slug, steps = order.order.restaurant, order.steps
        was_there = place > 0 and steps[place - 1].status in _IN_KITCHEN
        found[number, place] = loads[slug] + (place == 0)
        loads[slug] += (steps[place].status in _IN_KITCHEN) - was_there
    return found


class LogLoads:
    """How many orders each kitchen had, of those in the entered tenant's log; asked in the order of time."""

    def __init__(self, tenant_id: uuid.UUID, first: dt.datetime, without: Collection[uuid.UUID]) -> None:
        self._tenant_id = tenant_id
        self._read_until = first - LONGEST
        self._without = without
        self._there: set[uuid.UUID] = set()
        self._moments: defaultdict[str, list[dt.datetime]] = defaultdict(list)
        self._loads: defaultdict[str, list[int]] = defaultdict(list)

    def read(self, first: dt.datetime, last: dt.datetime) -> None:
        """Read what is asked of next: moments from one to another, both in it."""
        for slug, moments in self._moments.items():
            passed = bisect_right(moments, first) - 1
            if passed > 0:
                del moments[:passed], self._loads[slug][:passed]
        if last <= self._read_until:
            return
        values = {"tenant_id": self._tenant_id, "after": self._read_until, "until": last}
        for row in db.session.execute(_MOVES, {**values, "kitchen": [each.value for each in _IN_KITCHEN]}):
            if row.order_id not in self._without:
                self._move(row.order_id, row.slug, row.to_status in _IN_KITCHEN, row.occurred_at)
        self._read_until = last

    def at(self, slug: str, moment: dt.datetime) -> int:
        place = bisect_right(self._moments[slug], moment)
        return self._loads[slug][place - 1] if place else 0

    def _move(self, order_id: uuid.UUID, slug: str, comes: bool, at: dt.datetime) -> None:
        loads = self._loads[slug]
        before = loads[-1] if loads else 0
        if comes and order_id not in self._there:
            self._there.add(order_id)
            loads.append(before + 1)
        elif not comes and order_id in self._there:
            self._there.remove(order_id)
            loads.append(before - 1)
        else:
            return
        self._moments[slug].append(at)
