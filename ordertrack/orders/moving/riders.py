"""A rider is one person, however the name is typed: orders spell it as the roster or the others do."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from sqlalchemy import bindparam, select

from ordertrack.database.statements import TenantQuery
from ordertrack.i18n import names
from ordertrack.orders.models import Order
from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.restaurants import roster
from ordertrack.rules.state_machine import OPEN


def as_carried(order: OrderRecord, name: str) -> str:
    """The name as the restaurant's roster has it, else as its oldest open order does, else as typed, tidy."""
    if listed := roster.of_restaurant(order.tenant_id, order.restaurant_id).find(name):
        return listed.name
    return next(
        (rider for _, rider in _carried(order.tenant_id, order.restaurant_id, name)), names.tidy(name)
    )


def orders_of(tenant_id: uuid.UUID, restaurant_id: uuid.UUID, name: str) -> list[uuid.UUID]:
    """The open orders of the rider of this name, the oldest first."""
    return [order_id for order_id, _ in _carried(tenant_id, restaurant_id, name)]


def _carried(tenant_id: uuid.UUID, restaurant_id: uuid.UUID, name: str) -> Iterator[tuple[uuid.UUID, str]]:
    rows = _CARRIED.rows(tenant_id=tenant_id, restaurant_id=restaurant_id, open=list(OPEN))
    return ((row.id, row.rider) for row in rows if names.key(row.rider) == names.key(name))


_CARRIED = TenantQuery(
    select(Order.id, Order.rider)
    .where(
        Order.tenant_id == bindparam("tenant_id"),
        Order.restaurant_id == bindparam("restaurant_id"),
        Order.status == bindparam("open").any_(),
        Order.rider.is_not(None),
    )
    .order_by(Order.placed_at, Order.id)
)
