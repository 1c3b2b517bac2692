"""The till of a house: a program that moves orders without a page, and reads how they stand."""

from __future__ import annotations

import uuid

from flask import Flask

from ordertrack.database.session import tenant_context
from ordertrack.orders.moving import transitions
from ordertrack.orders.reading import records
from ordertrack.orders.reading.records import OrderRecord
from ordertrack.rules.state_machine import OrderStatus
from support.cast import House


def move(
    app: Flask, house: House, order_id: uuid.UUID, *statuses: OrderStatus, reason: str | None = None
) -> OrderRecord:
    """Have the till move an order, step by step; the order after that."""
    with tenant_context(app, house.tenant_id):
        for status in statuses:
            transitions.advance(order_id, status, by=house.program, reason=reason)
    return order_of(app, house, order_id)


def order_of(app: Flask, house: House, order_id: uuid.UUID) -> OrderRecord:
    """An order as the database has it."""
    with tenant_context(app, house.tenant_id):
        order = records.find(house.tenant_id, order_id)
        assert order is not None
        return order
