"""Writing orders of the past into a tenant's log, with their own times; all of its guards apply."""

from __future__ import annotations

import datetime as dt
import json
import secrets
import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

from sqlalchemy import func, select, union_all

from ordertrack.database.channels import EVENTS_CHANNEL, notify
from ordertrack.database.session import db
from ordertrack.orders.models import ActionEvent, Order, StatusEvent
from ordertrack.orders.placing.intake import IdempotencyKeyReused
from ordertrack.past import orders as past
from ordertrack.past.counts import Counts
from ordertrack.past.orders import LogIsYounger, NotYetPast, PastOrder
from ordertrack.past.statements import ANALYZE, PATIENCE, PLACE, WRITE, WRITER, WRITTEN
from ordertrack.rules.state_machine import FIRST, TERMINAL
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
        self._events = sorted(
            _Event(step.at, number, place)
            for number, order in enumerate(orders)
            for place, step in enumerate(order.steps)
            if place >= self.written(order)
        )

    def __len__(self) -> int:
        """How many events are to be written."""
        return len(self._events)

    def written(self, order: PastOrder) -> int:
        """How many steps of an order the log has already; all of them if somebody led it elsewhere."""
        known = self._found.get(order.idempotency_key or "")
        if known is None:
            return 0
        is_ours = known.version <= len(order.steps) and order.steps[known.version - 1].status == known.status
        return known.version if is_ours else len(order.steps)

    def write(self, at_once: int | None = None) -> Iterator[int]:
        """Write all, `at_once` events in each transaction (None: all in one); yields how many after each.

        A row of the database that changes often in one transaction gets slower with each change: `at_once`
        makes much history quick, one transaction makes it whole or not at all. Raises LogIsYounger,
        NotYetPast or RestaurantNotFound; then nothing of this transaction has been written.
        """
        if self._events:
            _refuse_future(self._events[-1].at)
        at_once = at_once or len(self._events) or 1
        for begin in range(0, len(self._events), at_once):
            piece = self._events[begin : begin + at_once]
            try:
                self._write(piece)
                db.session.commit()
            except Exception:
                db.session.rollback()
                raise
            yield len(piece)

    def _id_of(self, order: PastOrder) -> uuid.UUID:
        known = self._found.get(order.idempotency_key or "")
        if known is None:
            return uuid.uuid4()
        if known.fingerprint != order.order.fingerprint:
            raise IdempotencyKeyReused(f"{order.idempotency_key} was used before, for a different order.")
        return known.id

    def _write(self, piece: Sequence[_Event]) -> None:
        """Write one transaction's events; locks as all writers do: restaurants, orders, last the stream."""
        db.session.execute(PATIENCE)
        counts = Counts(self._tenant_id)
        self._lock_orders({self._ids[event.number] for event in piece})
        self._lock_stream(piece[0].at)
        counts.count_open()
        orders, steps = [], []
        for event in piece:
            if event.place == 0:
                orders.append(self._begun(event, counts))
            steps.append(self._taken(event, counts))
        values = {"tenant_id": self._tenant_id, "first": FIRST, "orders": json.dumps(orders, default=str)}
        db.session.execute(PLACE, values)
        db.session.execute(WRITER)
        for begin in range(0, len(steps), AT_ONCE):
            told = json.dumps(steps[begin : begin + AT_ONCE], default=str)
            head = db.session.scalar(WRITE, {"tenant_id": self._tenant_id, "steps": told})
            if not self._is_analyzed:
                db.session.execute(ANALYZE)
                self._is_analyzed = True
        db.session.execute(WRITTEN)
        notify(EVENTS_CHANNEL, f"{self._tenant_id}:{head}")

    def _lock_orders(self, ids: Collection[uuid.UUID]) -> None:
        there = select(Order.id).where(Order.tenant_id == self._tenant_id, Order.id.in_(ids))
        db.session.execute(there.order_by(Order.id).with_for_update(key_share=True))

    def _lock_stream(self, first: dt.datetime) -> None:
        """From here on nobody else writes; raises LogIsYounger."""
        stream = select(TenantStream.seq).where(TenantStream.tenant_id == self._tenant_id)
        head = db.session.scalar(stream.with_for_update())
        _refuse_younger_log(self._tenant_id, head or 0, first)

    def _begun(self, event: _Event, counts: Counts) -> dict[str, Any]:
        """What the database is given of an order."""
        told = self._orders[event.number]
        new, key = told.order, told.idempotency_key
        restaurant_id = counts.restaurant_id(new.restaurant)
        order_id = self._ids[event.number]
        day, number = counts.number(new.restaurant, self._day_of(new.restaurant, event.at))
        counts.begin(order_id, new.restaurant, number)
        return {
            "id": order_id,
            "restaurant_id": restaurant_id,
            "business_date": day,
            "number": number,
            "fulfilment": new.fulfilment,
            "placed_at": event.at,
            "promised_at": new.promised_at,
            "reference": new.reference,
            "customer": new.customer,
            "idempotency_key": key,
            "idempotency_hash": new.fingerprint if key is not None else None,
            "idempotency_sender": told.sender if key is not None else None,
            "token": secrets.token_urlsafe(16),
            "items": [asdict(item) for item in new.items],
        }

    def _taken(self, event: _Event, counts: Counts) -> dict[str, Any]:
        """What the database is given of a step."""
        order = self._orders[event.number]
        step, before = order.steps[event.place], order.steps[event.place - 1] if event.place else None
        restaurant = order.order.restaurant
        if step.status in TERMINAL:
            counts.end(self._ids[event.number])
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
            "metadata": step.metadata,
            "rule_set": order.rule_set,
            "kitchen_load": counts.load(restaurant, before and before.status, step.status),
        }


def refuse_without_place(tenant_id: uuid.UUID, first: dt.datetime, last: dt.datetime) -> None:
    """Raise LogIsYounger or NotYetPast if the tenant's log has no place for a past between these moments."""
    _refuse_future(last)
    head = db.session.scalar(select(TenantStream.seq).where(TenantStream.tenant_id == tenant_id))
    _refuse_younger_log(tenant_id, head or 0, first)


def _refuse_future(last: dt.datetime) -> None:
    if last > _now():
        raise NotYetPast(last)


def _refuse_younger_log(tenant_id: uuid.UUID, head: int, first: dt.datetime) -> None:
    entries = union_all(  # the head may be an action
        *(
            select(table.occurred_at).where(table.tenant_id == tenant_id, table.seq == head)
            for table in (StatusEvent, ActionEvent)
        )
    )
    newest = db.session.scalar(entries)
    if newest is not None and newest > first:
        raise LogIsYounger(newest, first)


def _now() -> dt.datetime:
    now: dt.datetime = db.session.execute(select(func.clock_timestamp())).scalar_one()
    return now
