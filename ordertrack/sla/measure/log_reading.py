"""Reading the log for the roll-up: events as arrays, straight from the bytes that the database sends."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text

from ordertrack.database.session import db
from ordertrack.database.statements import Statement
from ordertrack.orders.imported import CHANNELS, DRAWN, IMPORTER, TIME_UNKNOWN, WALKED
from ordertrack.sla.measure.cells import FULFILMENTS, STATUSES, Mask, order_id
from ordertrack.sla.measure.fold import EVENT, NO_EVENTS, NOBODY, Events
from ordertrack.sla.measure.microseconds import moment_at

Span: TypeAlias = tuple[int, int | None]
"""From one moment to another, both in it; None: without end."""

_STATUSES = [status.value for status in STATUSES]
_FULFILMENTS = [fulfilment.value for fulfilment in FULFILMENTS]
_FIXED = {
    "statuses": _STATUSES,
    "fulfilments": _FULFILMENTS,
    "importer": IMPORTER,
    "unknown": TIME_UNKNOWN,
    "channels": CHANNELS,
    "walked": WALKED,
    "drawn": DRAWN,
    "nobody": NOBODY,
}
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
    ("is_timed", ">i4"),
    ("is_early", ">i4"),
    ("is_walked", ">i4"),
    ("is_drawn", ">i4"),
    ("fired", ">i8"),
)
_AS_SENT = (
    "seq",
    "order",
    "to",
    "actor",
    "fulfilment",
    "load",
    "is_timed",
    "is_early",
    "is_walked",
    "is_drawn",
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
            CASE WHEN event.actor = %(importer)s THEN %(nobody)s ELSE hashtextextended(event.actor, 0) END,
            array_position(%(fulfilments)s::text[], (
                SELECT fulfilment FROM orders
                 WHERE orders.tenant_id = event.tenant_id AND orders.id = event.order_id)) - 1,
            coalesce(event.kitchen_load, -1)::integer,
            (event.actor <> %(importer)s OR NOT jsonb_exists(event.metadata, %(unknown)s))::integer,
            event.is_early::integer,
            (starts_with(event.actor, %(channels)s)
                AND coalesce(event.metadata -> %(walked)s ->> -1 <> event.to_status, false))::integer,
            (event.actor = %(importer)s AND jsonb_exists(event.metadata, %(drawn)s))::integer,
            coalesce((
                SELECT max(occurred_at) FROM order_actions AS action
                 WHERE action.tenant_id = event.tenant_id AND action.order_id = event.order_id
                   AND act = 'fire' AND action.seq < event.seq), '2000-01-01 00:00+00')
        )), '' ORDER BY event.seq)
      FROM order_status_events AS event
     WHERE event.tenant_id = %(tenant_id)s AND event.seq <= %(until)s
       -- None of a test: see `orders.tests_of_boards`.
       AND event.order_id <> ALL (ARRAY(
            SELECT id FROM orders
             WHERE tenant_id = %(tenant_id)s AND idempotency_sender = 'program:test-order'))
"""
_BETWEEN = _READ + " AND event.seq > %(after)s"
_OF_ORDERS = _READ + " AND event.order_id = ANY (%(orders)s)"
# By the index of times, span by span: a planner that may turn it round compares the whole log with them.
_WITHIN = (
    _READ.replace(  # noqa: S608 (words of our own)
        "FROM order_status_events AS event",
        """FROM unnest(%(begins)s::timestamptz[], %(ends)s::timestamptz[]) AS span (begins, ends)
     CROSS JOIN LATERAL (
            SELECT * FROM order_status_events AS near
             WHERE near.tenant_id = %(tenant_id)s AND near.seq <= %(until)s
               AND near.occurred_at BETWEEN span.begins AND span.ends
            OFFSET 0) AS event""",
    )
    + " AND (%(restaurant)s::uuid IS NULL OR event.restaurant_id = %(restaurant)s)"
)

_FIRED = text("""
    SELECT DISTINCT order_id FROM order_actions
     WHERE tenant_id = :tenant_id AND act = 'fire' AND seq <= :until AND occurred_at >= :begins
       AND (CAST(:ends AS timestamptz) IS NULL OR occurred_at <= :ends)
       AND (CAST(:restaurant AS uuid) IS NULL OR restaurant_id = :restaurant)
       AND order_id <> ALL (ARRAY(
            SELECT id FROM orders
             WHERE tenant_id = :tenant_id AND idempotency_sender = 'program:test-order'))
""")

_NEXT = Statement(
    "SELECT seq FROM order_status_events"
    " WHERE tenant_id = %(tenant_id)s AND seq BETWEEN %(seq)s AND %(until)s AND order_id <> ALL (ARRAY("
    "SELECT id FROM orders WHERE tenant_id = %(tenant_id)s AND idempotency_sender = 'program:test-order'))"
    " ORDER BY seq LIMIT 1"
)


class LogReader:
    """The log of the entered tenant; restaurants are told by their place in a list."""

    def __init__(self, tenant_id: uuid.UUID, restaurants: Sequence[uuid.UUID]) -> None:
        self._tenant_id = tenant_id
        self._restaurants = restaurants
        names = np.array([each.bytes for each in restaurants], "S16")
        self._sorted = np.argsort(names)
        self._names = names[self._sorted]

    def between(self, after: int, until: int) -> Events:
        """The events after one position, up to another."""
        events, is_known = self._read(_BETWEEN, until, after=after)
        # What a restaurant did that was opened just now is left for the next reading, with all that follows.
        return events if is_known.all() else events[: is_known.argmin()]

    def of_orders(self, orders: NDArray[Any], until: int) -> Events:
        """The events up to a position of these orders."""
        if not len(orders):
            return NO_EVENTS
        events, is_known = self._read(_OF_ORDERS, until, orders=[order_id(each) for each in orders])
        return events[is_known]

    def within(self, spans: Sequence[Span], until: int, restaurant: int | None = None) -> Events:
        """The events up to a position that happened in one of these spans, which have nothing in common."""
        if not spans or until < 1:
            return NO_EVENTS
        events, is_known = self._read(
            _WITHIN,
            until,
            begins=[moment_at(begins) for begins, _ in spans],
            ends=["infinity" if ends is None else moment_at(ends) for _, ends in spans],
            restaurant=None if restaurant is None else self._restaurants[restaurant],
        )
        return events[is_known]

    def fired_within(self, span: Span, until: int, restaurant: int | None = None) -> NDArray[Any]:
        """The orders that were fired in this span: a stage may begin with that, and with no event there."""
        begins, ends = span
        rows = db.session.execute(
            _FIRED,
            {
                "tenant_id": self._tenant_id,
                "until": until,
                "begins": moment_at(begins),
                "ends": None if ends is None else moment_at(ends),
                "restaurant": None if restaurant is None else self._restaurants[restaurant],
            },
        )
        return np.array([row.order_id.bytes for row in rows], "S16")

    def _read(self, query: str, until: int, **values: Any) -> tuple[Events, Mask]:
        """The events, and of each whether it is of one of the restaurants."""
        connection: Any = db.session.connection().connection.driver_connection
        values |= {"tenant_id": self._tenant_id, "until": until}
        values |= _FIXED
        with connection.cursor(binary=True) as cursor:
            (sent,) = cursor.execute(query, values).fetchone()
        records = np.frombuffer(sent or b"", _RECORD)
        events = np.empty(len(records), EVENT)
        for name in _AS_SENT:
            events[name] = records[name]
        for name in ("at", "fired"):
            events[name] = records[name] + _SINCE_2000
        place = np.searchsorted(self._names, records["restaurant"]).clip(max=len(self._names) - 1)
        events["restaurant"] = self._sorted[place]
        return events, self._names[place] == records["restaurant"]


class HeldLog(LogReader):
    """The log up to one position, which is read once and looked through in memory: for a small one."""

    def __init__(self, tenant_id: uuid.UUID, restaurants: Sequence[uuid.UUID], until: int) -> None:
        super().__init__(tenant_id, restaurants)
        events, is_known = self._read(_BETWEEN, until, after=0)
        self._events = events[is_known]

    def of_orders(self, orders: NDArray[Any], until: int) -> Events:
        return self._events[np.isin(self._events["order"], orders)]

    def fired_within(self, span: Span, until: int, restaurant: int | None = None) -> NDArray[Any]:
        (begins, ends), fired = span, self._events["fired"]
        is_meant = (fired >= begins) & ((fired <= ends) if ends is not None else True)
        if restaurant is not None:
            is_meant &= self._events["restaurant"] == restaurant
        found: NDArray[Any] = np.unique(self._events["order"][is_meant])
        return found

    def within(self, spans: Sequence[Span], until: int, restaurant: int | None = None) -> Events:
        at = self._events["at"]
        is_meant = np.zeros(len(at), bool)
        for begins, ends in spans:
            is_meant |= (at >= begins) & ((at <= ends) if ends is not None else True)
        if restaurant is not None:
            is_meant &= self._events["restaurant"] == restaurant
        return self._events[is_meant]


def next_event(tenant_id: uuid.UUID, after: int, until: int) -> int | None:
    """Where the next status event stands after one position, up to another, that is none of a test."""
    return next((int(row.seq) for row in _NEXT.rows(tenant_id=tenant_id, seq=after + 1, until=until)), None)
