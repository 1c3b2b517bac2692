"""What tests of the rail share: orders of so many lines, and what the screen shows of them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

from flask import Flask
from playwright.sync_api import Locator, Page, expect

from boards.hands import KITCHEN
from ordertrack.database.session import tenant_context
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.rules.state_machine import Fulfilment
from support.cast import House, Person
from support.pages import page_recorder

TABLET = {"width": 1280, "height": 800}


def order_of_lines(
    app: Flask,
    house: House,
    lines: int,
    *,
    in_minutes: float | None = None,
    notes: str | None = None,
    fulfilment: Fulfilment = Fulfilment.PICKUP,
) -> uuid.UUID:
    """Place an order of so many lines in Hamra, promised in so many minutes; the last line has the notes."""
    items = [NewItem(f"Dish {number}", 1) for number in range(1, lines)]
    items.append(NewItem(f"Dish {lines}", 1, notes))
    promised = None if in_minutes is None else dt.datetime.now(dt.UTC) + dt.timedelta(minutes=in_minutes)
    order = NewOrder("hamra", fulfilment, tuple(items), promised_at=promised)
    with tenant_context(app, house.tenant_id):
        return intake.place(order, by=house.program)[0]


def open_rail(
    open_page: Callable[..., Page], house: House, person: Person | None = None, **options: Any
) -> Page:
    """Nour's kitchen, or somebody else's, on a tablet that lies across, live."""
    page = open_page(person or house.nour, KITCHEN, view="rail", **({"viewport": TABLET} | options))
    page_recorder.expect_state(page, "live")
    return page


def tickets(page: Page) -> Locator:
    """The tickets that are on the page of the rail that is shown, in the order of the document."""
    return page.locator(".columns .column:not([popover]) .card[data-spot]")


def numbers(page: Page) -> list[str]:
    """The numbers on the page that is shown, in the rail's order."""
    placed = tickets(page).evaluate_all(
        "cards => cards.filter(card => card.checkVisibility())"
        ".sort((a, b) => a.dataset.spot - b.dataset.spot)"
        ".map(card => card.querySelector('h3').textContent.trim())"
    )
    return [str(number) for number in placed]


def expect_numbers(page: Page, *shown: int) -> None:
    expect(tickets(page)).to_have_count(len(shown))
    page.wait_for_function(
        "shown => [...document.querySelectorAll('.card[data-spot]')]"
        ".sort((a, b) => a.dataset.spot - b.dataset.spot)"
        ".map(card => card.querySelector('h3').textContent.trim()).join() === shown",
        arg=",".join(map(str, shown)),
    )


def places(page: Page) -> dict[str, tuple[float, float]]:
    """Where each ticket stands, by its id."""
    found: dict[str, Any] = page.evaluate(
        "() => Object.fromEntries([...document.querySelectorAll('.card[data-spot]')].map(card => {"
        " const { left, top } = card.getBoundingClientRect(); return [card.id, [left, top]]; }))"
    )
    return {key: (left, top) for key, (left, top) in found.items()}
