"""An order is found by touch: by its number, a guest's name or a platform's code, wherever it stands."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from playwright.sync_api import Page, expect

from boards.hands import COOKING, card, move
from boards.rail.steps import open_rail, order_of_lines
from ordertrack.database.session import tenant_context
from ordertrack.orders import intake
from ordertrack.orders.new_order import NewItem, NewOrder
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from support.cast import House


def test_a_name_or_a_code_finds_its_order_on_another_page_and_in_the_drawer_of_ready_ones(
    app: Flask, cedar: House, open_page: Callable[..., Page]
) -> None:
    for number in range(9):
        order_of_lines(app, cedar, 10, in_minutes=number + 1)
    guests = [("Rana Khoury", "4711"), ("Élie", "0815")]
    with tenant_context(app, cedar.tenant_id):
        rana, elie = (
            intake.place(
                NewOrder(
                    "hamra",
                    Fulfilment.PICKUP,
                    (NewItem("Tea", 1),),
                    reference=code,
                    channel="BOLT",
                    customer={"name": name},
                ),
                by=cedar.program,
            )[0]
            for name, code in guests
        )
    move(app, cedar, elie, *COOKING, OrderStatus.READY)
    page = open_rail(open_page, cedar)
    expect(card(page, rana)).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Find an order").click()
    field = page.get_by_label("Number, name or code")
    field.fill("khou")
    page.get_by_role("button", name="10 Pending · Rana Khoury · BOLT 4711").click()
    expect(card(page, rana)).to_be_visible()
    expect(card(page, rana)).to_be_focused()

    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Find an order").click()
    field.fill("0815")
    page.keyboard.press("Enter")
    expect(card(page, elie)).to_be_visible()
