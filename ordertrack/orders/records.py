"""What pages, fragments and answers show of an order: read in one query, then only looked at."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.sql import func

from ordertrack.database import db
from ordertrack.orders.models import Order, OrderItem, StatusEvent, TrackingLink
from ordertrack.orders.state_machine import Fulfilment, OrderStatus, Role, allowed
from ordertrack.statements import Confined
from ordertrack.tenants.models import Restaurant


@dataclass(frozen=True, slots=True)
class ItemRecord:
    name: str
    quantity: int
    notes: str | None
    modifiers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A status that the order has been in, since when, and by whose hand.

    `load` is how many orders the kitchen had then, this one included (99 and more are 99); None where nobody
    counted.
    """

    status: OrderStatus
    at: dt.datetime
    changed_by: str
    reason: str | None
    load: int | None


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """An order as of one moment. All moments are aware, in UTC."""

    tenant_id: uuid.UUID
    id: uuid.UUID
    restaurant_id: uuid.UUID
    restaurant: str
    restaurant_name: str
    timezone: str
    number: int
    status: OrderStatus
    version: int
    status_since: dt.datetime
    fulfilment: Fulfilment
    placed_at: dt.datetime
    promised_at: dt.datetime | None
    reference: str | None
    customer: dict[str, str]
    tracking_token: str
    items: tuple[ItemRecord, ...]
    steps: tuple[Step, ...]

    @property
    def due_at(self) -> dt.datetime:
        """What cards sort by: the promised time, else the time when the order was placed."""
        return self.promised_at or self.placed_at

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def allowed(self, role: Role | None = None) -> tuple[OrderStatus, ...]:
        return allowed(self.status, self.fulfilment, role)

    def after(self, step: Step) -> OrderRecord:
        """The same order one step on."""
        return replace(
            self,
            status=step.status,
            version=self.version + 1,
            status_since=step.at,
            steps=(*self.steps, step),
        )


def find(tenant_id: uuid.UUID, order_id: uuid.UUID) -> OrderRecord | None:
    """The order with this id, if it is this tenant's."""
    for row in _FIND.rows(tenant_id=tenant_id, order_id=order_id):
        return to_record(row)
    return None


def of_restaurant(
    tenant_id: uuid.UUID,
    restaurant_id: uuid.UUID,
    statuses: Iterable[OrderStatus],
    ended: Iterable[OrderStatus] = (),
    ended_since: dt.datetime | None = None,
) -> list[OrderRecord]:
    """Orders in one of `statuses`, and those in one of `ended` for no longer than since `ended_since`."""
    shown: ColumnElement[bool] = Order.status.in_(list(statuses))
    if ended_since is not None:
        shown = shown | and_(Order.status.in_(list(ended)), Order.status_since >= ended_since)
    query = (
        _records(tenant_id)
        .where(Order.restaurant_id == restaurant_id, shown)
        .order_by(func.coalesce(Order.promised_at, Order.placed_at), Order.number)
    )
    return [to_record(row) for row in db.session.execute(query)]


def of_day(
    tenant_id: uuid.UUID, restaurant_id: uuid.UUID, day: dt.date, limit: int, number: int | None = None
) -> list[OrderRecord]:
    """Up to `limit` orders of one business day of a restaurant, by number; or the one with `number`."""
    query = _records(tenant_id).where(Order.restaurant_id == restaurant_id, Order.business_date == day)
    if number is not None:
        query = query.where(Order.number == number)
    return [to_record(row) for row in db.session.execute(query.order_by(Order.number).limit(limit))]


def newest(
    tenant_id: uuid.UUID,
    limit: int,
    before: tuple[dt.datetime, uuid.UUID] | None = None,
    restaurant: str | None = None,
    status: OrderStatus | None = None,
) -> list[OrderRecord]:
    """Up to `limit` orders, newest first, placed before the (placed_at, id) of the page above."""
    query = _records(tenant_id).order_by(Order.placed_at.desc(), Order.id.desc()).limit(limit)
    if before is not None:
        query = query.where(func.row(Order.placed_at, Order.id) < func.row(*before))
    if restaurant is not None:
        query = query.where(Restaurant.slug == restaurant)
    if status is not None:
        query = query.where(Order.status == status)
    return [to_record(row) for row in db.session.execute(query)]


def record_columns() -> list[Any]:
    """The columns that `to_record` reads, for queries that join more to an order."""
    items = (
        select(
            func.jsonb_agg(
                aggregate_order_by(
                    func.jsonb_build_array(
                        OrderItem.name, OrderItem.quantity, OrderItem.notes, OrderItem.modifiers
                    ),
                    OrderItem.position,
                )
            )
        )
        .where(OrderItem.tenant_id == Order.tenant_id, OrderItem.order_id == Order.id)
        .correlate(Order)
        .scalar_subquery()
    )
    steps = (
        select(
            func.jsonb_agg(
                aggregate_order_by(
                    func.jsonb_build_array(
                        StatusEvent.to_status,
                        StatusEvent.occurred_at,
                        StatusEvent.changed_by,
                        StatusEvent.event_metadata["reason"],
                        StatusEvent.kitchen_load,
                    ),
                    StatusEvent.version,
                )
            )
        )
        .where(StatusEvent.tenant_id == Order.tenant_id, StatusEvent.order_id == Order.id)
        .correlate(Order)
        .scalar_subquery()
    )
    return [
        Order.tenant_id,
        Order.id,
        Order.restaurant_id,
        Restaurant.slug.label("restaurant"),
        Restaurant.name.label("restaurant_name"),
        Restaurant.timezone,
        Order.number,
        Order.status,
        Order.version,
        Order.status_since,
        Order.fulfilment,
        Order.placed_at,
        Order.promised_at,
        Order.reference,
        Order.customer,
        TrackingLink.token.label("tracking_token"),
        items.label("items"),
        steps.label("steps"),
    ]


def join_order(query: Select[Any]) -> Select[Any]:
    """Join an order's restaurant and link to a query that already selects from orders."""
    return query.join(
        Restaurant,
        and_(Restaurant.tenant_id == Order.tenant_id, Restaurant.id == Order.restaurant_id),
    ).join(TrackingLink, and_(TrackingLink.tenant_id == Order.tenant_id, TrackingLink.order_id == Order.id))


def _records(tenant_id: uuid.UUID) -> Select[Any]:
    return join_order(select(*record_columns()).select_from(Order)).where(Order.tenant_id == tenant_id)


def to_record(row: Row[Any]) -> OrderRecord:
    """Make a record of a row that holds `record_columns`."""
    fields = {name: getattr(row, name) for name in _PLAIN_FIELDS}
    return OrderRecord(
        **fields,
        status=OrderStatus(row.status),
        fulfilment=Fulfilment(row.fulfilment),
        customer=row.customer or {},
        items=tuple(
            ItemRecord(name, quantity, notes, tuple(modifiers))
            for name, quantity, notes, modifiers in row.items
        ),
        steps=tuple(
            Step(
                OrderStatus(status),
                dt.datetime.fromisoformat(at),
                by,
                reason if isinstance(reason, str) else None,
                load,
            )
            for status, at, by, reason, load in row.steps
        ),
    )


_MADE_FIELDS = ("status", "fulfilment", "customer", "items", "steps")
_PLAIN_FIELDS = tuple(name for name in OrderRecord.__slots__ if name not in _MADE_FIELDS)

# Built once: taps and streams find orders by the hundred a second, and putting a query together costs more
# than sending it.
_FIND = Confined(
    join_order(select(*record_columns()).select_from(Order)).where(
        Order.tenant_id == bindparam("tenant_id"), Order.id == bindparam("order_id")
    )
)
