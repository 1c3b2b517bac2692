"""Orders of the past for tests: told by minutes after a noon, and read back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from ordertrack.database.session import db, tenant_context
from ordertrack.orders.models import Order
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.past.orders import PastOrder, PastStep
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.tenants.principal import Principal
from support.cast import House

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
WAY = (
    OrderStatus.PENDING,
    OrderStatus.CONFIRMED,
    OrderStatus.PREPARING,
    OrderStatus.READY,
    OrderStatus.COMPLETED,
)
Write = Callable[..., int]


def by(house: House) -> Principal:
    return Principal(house.tenant_id, "program:past", "Somebody then")


def past(house: House, *minutes: float, restaurant: str = "hamra", key: str | None = None) -> PastOrder:
    """An order that was placed so many minutes after noon, then confirmed, preparing, ready and completed."""
    steps = tuple(
        PastStep(status, NOON + dt.timedelta(minutes=minute), by(house), {"told": str(status)})
        for status, minute in zip(WAY, minutes, strict=False)
    )
    items = (NewItem("Kebab", 2, "no onion", ("extra garlic",)), NewItem("Fattoush", 1))
    return PastOrder(NewOrder(restaurant, Fulfilment.PICKUP, items, reference="A 7"), steps, key)


def served(minute: float) -> list[float]:
    """The minutes of an order that was placed then and completed at once."""
    return [minute + step / 100 for step in range(len(WAY))]


def orders(app: Flask, house: House) -> list[Order]:
    with tenant_context(app, house.tenant_id):
        query = select(Order).where(Order.tenant_id == house.tenant_id).order_by(Order.placed_at)
        return list(db.session.scalars(query))
