"""What the platform calls an order stands wherever the order is shown to who works with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ordertrack.boards import fragments
from ordertrack.boards.columns import BOARDS
from ordertrack.database.session import tenant_context
from ordertrack.orders.moving import transitions
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.orders.reading import records
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from support.cast import House, Person

CODE = "#A7F3"
TO_READY = (OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY)


@pytest.mark.parametrize("fulfilment", Fulfilment)
def test_the_code_of_the_platform_stands_on_every_card_and_in_every_list(
    app: Flask, cedar: House, sign_in: Callable[[Person], FlaskClient], fulfilment: Fulfilment
) -> None:
    order = NewOrder("hamra", fulfilment, (NewItem("Kebab", 1),), reference=CODE)
    client = sign_in(cedar.maya)
    with tenant_context(app, cedar.tenant_id):
        order_id, _ = intake.place(order, by=cedar.program)
    for status in (None, *TO_READY):
        if status is not None:
            with tenant_context(app, cedar.tenant_id):
                transitions.advance(order_id, status, by=cedar.program)
        for path in (
            "/r/hamra/kitchen",
            "/r/hamra/dispatch",
            "/r/hamra/open",
            "/orders",
            f"/orders/{order_id}",
        ):
            assert CODE in client.get(path).text, (path, status)
    with tenant_context(app, cedar.tenant_id):
        found = records.find(cedar.tenant_id, order_id)
        assert found is not None
        for board in BOARDS.values():
            assert CODE in fragments.move(board, found, "fr"), "and on the card that is pushed"


@pytest.mark.parametrize("board", ["kitchen", "dispatch"])
def test_a_cancelled_order_cries_out_with_the_code_of_the_platform(
    app: Flask, cedar: House, sign_in: Callable[[Person], FlaskClient], board: str
) -> None:
    order = NewOrder("hamra", Fulfilment.DELIVERY, (NewItem("Kebab", 1),), reference=CODE)
    with tenant_context(app, cedar.tenant_id):
        order_id, _ = intake.place(order, by=cedar.program)
        transitions.advance(order_id, OrderStatus.CANCELLED, by=cedar.program, reason="Sold out")
    page = sign_in(cedar.maya).get(f"/r/hamra/{board}").text
    card = page[page.index(fragments.card_id(order_id)) :]
    assert CODE in card[: card.index("</li>")]
