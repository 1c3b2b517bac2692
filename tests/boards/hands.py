"""What a test does at a board: find a card, tap on it, and change orders behind its back."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace

from flask import Flask
from playwright.sync_api import Locator, Page, expect

from ordertrack.boards.fragments import card_id
from ordertrack.database.session import tenant_context
from ordertrack.orders.moving import actions, transitions
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.presence import overview
from ordertrack.restaurants import operations
from ordertrack.restaurants.save import save_operations
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.tenants.restaurants import find_restaurant
from support.cast import House
from support.server import wait_for

KITCHEN = "/r/hamra/kitchen"
DISPATCH = "/r/hamra/dispatch"
COOKING = (OrderStatus.CONFIRMED, OrderStatus.PREPARING)


def card(page: Page, order_id: uuid.UUID) -> Locator:
    return page.locator(f"#{card_id(order_id)}")


def button(page: Page, order_id: uuid.UUID, name: str) -> Locator:
    return card(page, order_id).get_by_role("button", name=name, exact=True)


def line(page: Page, order_id: uuid.UUID, position: int) -> Locator:
    """The button that a line is."""
    return card(page, order_id).locator(f"[data-line='{position}']").get_by_role("button")


def open_card(page: Page, order_id: uuid.UUID) -> None:
    """Have all of an order lie over the dispatch board, which shows a row of it."""
    card(page, order_id).locator("[data-more]").click()


def expect_live(*pages: Page) -> None:
    for page in pages:
        expect(page.locator("#live")).to_have_text("Live", timeout=20_000)


def expect_counted(app: Flask, house: House, is_filtered: Mapping[str, bool]) -> None:
    """The server's account has the screens of these people open, and knows which of them are filtered."""

    def counted() -> dict[str, bool]:
        with tenant_context(app, house.tenant_id):
            floors = overview.read(house.tenant_id).floors
        return {screen.name: screen.is_filtered for floor in floors for screen in floor.screens}

    wait_for(lambda: counted() == is_filtered, "the account of screens")


def order_of(
    app: Flask, house: House, *items: NewItem, fulfilment: Fulfilment = Fulfilment.PICKUP
) -> uuid.UUID:
    """Place an order of these items in Hamra."""
    with tenant_context(app, house.tenant_id):
        return intake.place(NewOrder("hamra", fulfilment, items), by=house.program)[0]


def move(app: Flask, house: House, order_id: uuid.UUID, *statuses: OrderStatus) -> None:
    with tenant_context(app, house.tenant_id):
        for status in statuses:
            transitions.advance(order_id, status, by=house.program, reason="No gas")


def act(
    app: Flask,
    house: House,
    order_id: uuid.UUID,
    what: OrderAction,
    line: int | None = None,
    detail: str | None = None,
) -> None:
    with tenant_context(app, house.tenant_id):
        actions.act(order_id, what, by=house.program, line=line, detail=detail)


def set_operations(app: Flask, house: House, **changes: object) -> None:
    """Save other settings of Hamra's floor."""
    with tenant_context(app, house.tenant_id):
        restaurant = find_restaurant(house.tenant_id, "hamra")
        assert restaurant is not None
        now = operations.of_restaurant(house.tenant_id, restaurant.id)
        save_operations(replace(now, **changes), by=house.maya.principal)  # type: ignore[arg-type]
