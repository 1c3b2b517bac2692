"""A rider is one person, however the name is typed: orders spell it as the roster or the others do."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from ordertrack.database.statements import TenantQuery
from ordertrack.i18n import names
from ordertrack.orders.models import Order
from ordertrack.orders.order_record import OrderRecord
from ordertrack.restaurants import roster
from ordertrack.rules.state_machine import OPEN


def as_carried(order: OrderRecord, name: str) -> str:
    """The name as the restaurant's roster has it, else as its oldest open order does, else as typed, tidy."""
    if listed := roster.of_restaurant(order.tenant_id, order.restaurant_id).find(name):
        return listed.name
    wanted = names.key(name)
    for row in _CARRIED.rows(tenant_id=order.tenant_id, restaurant_id=order.restaurant_id, open=list(OPEN)):
        if names.key(row.rider) == wanted:
            return str(row.rider)
    return names.tidy(name)


_CARRIED = TenantQuery(
    select(Order.rider)
    .where(
        Order.tenant_id == bindparam("tenant_id"),
        Order.restaurant_id == bindparam("restaurant_id"),
        Order.status == bindparam("open").any_(),
        Order.rider.is_not(None),
    )
    .order_by(Order.placed_at, Order.id)
)
