"""Orders on their way to dispatch, and riders."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from flask import Flask

from boards.dispatch.steps import Take
from boards.hands import move
from ordertrack.database.session import tenant_context
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.restaurants import roster
from ordertrack.restaurants.roster import Rider
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from support.cast import House


@pytest.fixture
def take(app: Flask, cedar: House) -> Take:
    """An order of Hamra's that has come so far."""

    def place(
        *way: OrderStatus,
        area: str | None = None,
        to_collect: int | None = None,
        fulfilment: Fulfilment = Fulfilment.DELIVERY,
    ) -> uuid.UUID:
        customer: dict[str, Any] = {"name": "Rita", "phone": "+961 3 123456"}
        if fulfilment == Fulfilment.DELIVERY:
            customer["address"] = {"lines": ["Bliss St"]} | ({} if area is None else {"area": area})
        amounts = {} if to_collect is None else {"currency": "USD", "total": 5000, "to_collect": to_collect}
        new = NewOrder("hamra", fulfilment, (NewItem("Kebab", 1),), customer=customer, amounts=amounts)
        with tenant_context(app, cedar.tenant_id):
            order_id = intake.place(new, by=cedar.program)[0]
        move(app, cedar, order_id, *way)
        return order_id

    return place


@pytest.fixture
def here(app: Flask, cedar: House, hamra: uuid.UUID) -> None:
    """Jad and Ali are here, Sami is not."""
    with tenant_context(app, cedar.tenant_id):
        for rider in (Rider("Jad", None, True), Rider("Ali", None, True), Rider("Sami")):
            roster.save(hamra, rider, by=cedar.karim.principal)
