"""Reading the log for the roll-up: events as arrays, straight from the bytes that the database sends."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ordertrack.database import db
from ordertrack.sla.cells import FULFILMENTS, STATUSES, order_id
from ordertrack.sla.fold import EVENT, NO_EVENTS, Events
from ordertrack.statements import Statement

_STATUSES = [status.value for status in STATUSES]
_FULFILMENTS = [fulfilment.value for fulfilment in FULFILMENTS]
_SINCE_2000 = 946_684_800_000_000  # microseconds from 1970 on, where the database begins to count

# A record as the database sends it: how many fields, then each with its type and length before it. None of
# these can be null, so all records are of one length, and all together are one value that is read at once.
_FIELDS = (
    ("seq", ">i8"),
    ("order", "S16"),
    ("restaurant", "S16"),
    ("to", ">i4"),
    ("at", ">i8"),
    ("actor", ">i8"),
    ("fulfilment", ">i4"),
    ("load", ">i4"),
)
_RECORD = np.dtype(
    [("fields", ">i4")]
    + [
        (f"{name}{part}", kind)
        for name, of in _FIELDS
        for part, kind in (("_type", ">i4"), ("_length", ">i4"), ("", of))
    ]
)

# No join: whatever the planner believes of a tenant that was filled just now, it looks up one order an event.
_READ = """
    SELECT string_agg(record_send(ROW(
            event.seq, event.order_id, event.restaurant_id,
            array_position(%(statuses)s::text[], event.to_status) - 1, event.occurred_at,
            hashtextextended(event.actor, 0),
            array_position(%(fulfilments)s::text[], (
                SELECT fulfilment FROM orders
                 WHERE orders.tenant_id = event.tenant_id AND orders.id = event.order_id)) - 1,
            coalesce(event.kitchen_load, -1)::integer)), '' ORDER BY event.seq)
      FROM order_status_events AS event
     WHERE event.tenant_id = %(tenant_id)s AND event.seq <= %(until)s
"""
_BETWEEN = _READ + " AND event.seq > %(after)s"
_BETWEEN_OF_ONE = _BETWEEN + " AND event.restaurant_id = %(restaurant)s"
_OF_ORDERS = _READ + " AND event.order_id = ANY (%(orders)s)"

_NEXT = Statement(
    "SELECT seq, occurred_at AS at FROM order_status_events"
    " WHERE tenant_id = %(tenant_id)s AND seq BETWEEN %(seq)s AND %(until)s ORDER BY seq LIMIT 1"
)


class LogReader:
    """The log of the entered tenant; restaurants are told by their place in a list."""

    def __init__(self, tenant_id: uuid.UUID, restaurants: Sequence[uuid.UUID]) -> None:
        self._tenant_id = tenant_id
        names = np.array([each.bytes for each in restaurants], "S16")
        self._sorted = np.argsort(names)
        self._names = names[self._sorted]

    def between(self, after: int, until: int, restaurant: uuid.UUID | None = None) -> Events:
        """The events after one position, up to another, of all restaurants or of one."""
        query = _BETWEEN if restaurant is None else _BETWEEN_OF_ONE
        return self._read(query, after=after, until=until, restaurant=restaurant)

    def before(self, orders: NDArray[Any], until: int) -> Events:
        """The events up to a position of these orders."""
        if not len(orders):
            return NO_EVENTS
        return self._read(_OF_ORDERS, orders=[order_id(each) for each in orders], until=until)

    def _read(self, query: str, **values: Any) -> Events:
        connection: Any = db.session.connection().connection.driver_connection
        values |= {"tenant_id": self._tenant_id, "statuses": _STATUSES, "fulfilments": _FULFILMENTS}
        with connection.cursor(binary=True) as cursor:
            (sent,) = cursor.execute(query, values).fetchone()
        records = np.frombuffer(sent or b"", _RECORD)
        events = np.empty(len(records), EVENT)
        for name in ("seq", "order", "to", "actor", "fulfilment", "load"):
            events[name] = records[name]
        events["at"] = records["at"] + _SINCE_2000
        place = np.searchsorted(self._names, records["restaurant"]).clip(max=len(self._names) - 1)
        events["restaurant"] = self._sorted[place]
        # What a restaurant did that was opened just now is left for the next reading, with all that follows.
        is_known = self._names[place] == records["restaurant"]
        return events if is_known.all() else events[: is_known.argmin()]


def first_at_or_after(tenant_id: uuid.UUID, moment: dt.datetime, until: int) -> int:
    """A position up to which, and not from which on, all events were before a moment; `until` + 1 at most.

    Times never run against the log's order, so a search by halves finds it. Between events there may be
    positions of actions.
    """
    low, high = 1, until + 1
    while low < high:
        middle = (low + high) // 2
        found = _NEXT.rows(tenant_id=tenant_id, seq=middle, until=until)
        if not found or found[0].at >= moment:
            high = middle
        else:
            low = found[0].seq + 1
    return low


def has_events(tenant_id: uuid.UUID, after: int, until: int) -> bool:
    """Whether a status event stands after one position, up to another."""
    return bool(_NEXT.rows(tenant_id=tenant_id, seq=after + 1, until=until))
