"""Writing orders of the past into a tenant's log, with their own times; all of its guards apply."""

from __future__ import annotations

import datetime as dt
import json
import secrets
import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import func, select

from ordertrack.database.channels import EVENTS_CHANNEL, notify
from ordertrack.database.session import db
from ordertrack.orders.forgetting import retention
from ordertrack.orders.models import Order
from ordertrack.orders.placing.intake import IdempotencyKeyReused
from ordertrack.past import loads
from ordertrack.past import orders as past
from ordertrack.past.counts import Counts, OpenNumbers
from ordertrack.past.loads import MOST_COUNTED, LogLoads
from ordertrack.past.orders import NotYetPast, PastOrder
from ordertrack.past.statements import ANALYZE, PATIENCE, PLACE, WRITE, WRITER, WRITTEN
from ordertrack.restaurants import operations
from ordertrack.rules.state_machine import FIRST
from ordertrack.tenants.stream import TenantStream

AT_ONCE = 1000  # events in one call
DayOf = Callable[[str, dt.datetime], dt.date]
"""The business day of the restaurant with this slug that a moment belongs to."""


class _Event(NamedTuple):
    """One step of one order; of equal times those of earlier orders come first."""

    at: dt.datetime
    number: int
    place: int


class History:
    """The past of one tenant, to be written as the owner of the schema, inside the tenant.

    It may be older than what the log has, and lie among it: the log says of each entry when it was recorded
    and when it happened. The kitchens' loads are those of then, with what the log knows of that time.

    An order whose idempotency key the log knows goes on from where it stands, so that a writing that was
    broken off can be taken up. Raises IdempotencyKeyReused if a known order says something else.
    """

    def __init__(self, tenant_id: uuid.UUID, orders: Sequence[PastOrder], day_of: DayOf) -> None:
        self._tenant_id = tenant_id
        self._orders = orders
        self._day_of = day_of
        self._found = past.found(tenant_id, orders)
        self._ids = [self._id_of(order) for order in orders]
        self._is_analyzed = False
        self._numbers = OpenNumbers()
        self._loads = loads.of_told(orders)
        self._unwritten = [self._events_of(number) for number in range(len(orders))]
        self._length = sum(map(len, self._unwritten))

    def __len__(self) -> int:
        """How many events are to be written."""
        return self._length

    def written(self, order: PastOrder) -> int:
        """How many steps of an order the log has already; all of them if somebody led it elsewhere."""
        known = self._found.get(order.idempotency_key or "")
        if known is None:
            return 0
        is_ours = known.version <= len(order.steps) and order.steps[known.version - 1].status == known.status
        return known.version if is_ours else len(order.steps)

    def write(self, at_once: int | None = None) -> Iterator[int]:
        """Write all, in transactions of `at_once` events or some more (None: all in one); yields each's.

        A row of the database that changes often in one transaction gets slower with each change: `at_once`
        makes much history quick, one transaction makes it whole or not at all. Orders are written whole, the
        earliest first, so that none that has long ended is seen open. Raises NotYetPast, before anything is
        written, or RestaurantNotFound; then nothing of this transaction has been.
        """
        begun = sorted((events for events in self._unwritten if events), key=lambda events: events[0])
        if not begun:
            return
        refuse_future(max(events[-1].at for events in begun))
        known = LogLoads(self._tenant_id, begun[0][0].at, set(self._ids))
        for piece in _pieces(begun, at_once or self._length):
            try:
                written = self._write(piece, known)
                db.session.commit()
            except Exception:
                db.session.rollback()
                raise
            yield written

    def _events_of(self, number: int) -> list[_Event]:
        """What is to be written of an order."""
        order = self._orders[number]
        return [
            _Event(step.at, number, place)
            for place, step in enumerate(order.steps)
            if place >= self.written(order)
        ]

    def _id_of(self, order: PastOrder) -> uuid.UUID:
        known = self._found.get(order.idempotency_key or "")
        if known is None:
            return uuid.uuid4()
        if known.fingerprint != order.order.fingerprint:
            raise IdempotencyKeyReused(f"{order.idempotency_key} was used before, for a different order.")
        return known.id

    def _write(self, piece: Sequence[_Event], known: LogLoads) -> int:
        """Write one transaction's events; locks as all writers do: restaurants, orders, last the stream.

        Answers how many. An order that somebody has moved since it was looked for is left to them.
        """
        db.session.execute(PATIENCE)
        counts = Counts(self._tenant_id, self._numbers)
        versions = self._lock_orders({self._ids[event.number] for event in piece})
        begins = {event.number: event.place for event in reversed(piece)}
        piece = [e for e in piece if versions.get(self._ids[e.number], 0) == begins[e.number]]
        if not piece:
            return 0
        self._lock_stream()
        counts.read_open()
        known.read(piece[0].at, piece[-1].at)
        orders = [self._begun(event, counts) for event in piece if event.place == 0]
        steps = [self._taken(event, counts, known) for event in piece]
        values = {"tenant_id": self._tenant_id, "first": FIRST, "orders": json.dumps(orders, default=str)}
        db.session.execute(PLACE, values)
        retention.look_again(self._tenant_id)
        db.session.execute(WRITER)
        for begin in range(0, len(steps), AT_ONCE):
            told = json.dumps(steps[begin : begin + AT_ONCE], default=str)
            head = db.session.scalar(WRITE, {"tenant_id": self._tenant_id, "steps": told})
            if not self._is_analyzed:
                db.session.execute(ANALYZE)
                self._is_analyzed = True
        db.session.execute(WRITTEN)
        notify(EVENTS_CHANNEL, f"{self._tenant_id}:{head}")
        return len(piece)

    def _lock_orders(self, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
        """The versions of those that are there."""
        there = select(Order.id, Order.version).where(Order.tenant_id == self._tenant_id, Order.id.in_(ids))
        locked = db.session.execute(there.order_by(Order.id).with_for_update(key_share=True))
        return {row.id: row.version for row in locked}

    def _lock_stream(self) -> None:
        """From here on nobody else writes."""
        stream = select(TenantStream.seq).where(TenantStream.tenant_id == self._tenant_id)
        db.session.execute(stream.with_for_update())

    def _begun(self, event: _Event, counts: Counts) -> dict[str, Any]:
        """What the database is given of an order."""
        told = self._orders[event.number]
        new, key = told.order, told.idempotency_key
        restaurant_id = counts.restaurant_id(new.restaurant)
        settings = operations.of_restaurant(self._tenant_id, restaurant_id)
        day = self._day_of(new.restaurant, event.at)
        return {
            "id": self._ids[event.number],
            "restaurant_id": restaurant_id,
            "business_date": day,
            "number": counts.number(new.restaurant, day, event.at, told.ended_at),
            "fulfilment": new.fulfilment,
            "placed_at": event.at,
            "promised_at": new.promised_at,
            "reference": new.reference,
            "customer": new.customer,
            "idempotency_key": key,
            "idempotency_hash": new.fingerprint if key is not None else None,
            "idempotency_sender": told.sender if key is not None else None,
            "token": secrets.token_urlsafe(16),
            "items": [item.routed(settings) for item in new.items],
        }

    def _taken(self, event: _Event, counts: Counts, known: LogLoads) -> dict[str, Any]:
        """What the database is given of a step."""
        order = self._orders[event.number]
        step, before = order.steps[event.place], order.steps[event.place - 1] if event.place else None
        restaurant = order.order.restaurant
        load = self._loads[event.number, event.place] + known.at(restaurant, event.at)
        return {
            "order_id": self._ids[event.number],
            "restaurant_id": counts.restaurant_id(restaurant),
            "version": event.place + 1,
            "from_status": before and before.status,
            "to_status": step.status,
            "changed_by": step.by.name,
            "actor": step.by.actor,
            "at": event.at,
            "since": before and before.at,
            "metadata": order.metadata(event.place),
            "rule_set": order.rule_set,
            "kitchen_load": min(load, MOST_COUNTED),
        }


def refuse_future(last: dt.datetime) -> None:
    """Raise NotYetPast for a moment that is still to come."""
    now: dt.datetime = db.session.execute(select(func.clock_timestamp())).scalar_one()
    if last > now:
        raise NotYetPast(last)


def _pieces(begun: Sequence[list[_Event]], at_once: int) -> Iterator[list[_Event]]:
    """The events of some orders each, `at_once` or some more, in the order of time."""
    piece: list[_Event] = []
    for events in begun:
        piece += events
        if len(piece) >= at_once:
            yield sorted(piece)
            piece = []
    if piece:
        yield sorted(piece)
