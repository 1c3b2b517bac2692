"""All-day counts and filters: what is to be made of what this tablet shows, and nothing hidden unsaid."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from boards.hands import COOKING, KITCHEN, act, card, expect_live, move, order_of, set_operations
from ordertrack.orders.placing.new_order import NewItem
from ordertrack.restaurants.stations import Station
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from support.cast import House

Open = Callable[..., Page]
STATIONS = (Station("Grill", ("kebab",)), Station("Cold", ("fattoush",)))
LARGE = {"width": 1920, "height": 1080}


def isolated(name: str) -> str:
    return f"\u2068{name}\u2069"


def counts(page: Page) -> list[str]:
    return [row.inner_text() for row in page.locator("#allday summary").all()]


def expect_counts(page: Page, *rows: str) -> None:
    expect(page.locator("#allday summary")).to_have_text(list(rows))


def test_all_day_counts_what_is_still_to_be_made_live_and_stays_open(
    app: Flask, cedar: House, open_page: Open
) -> None:
    first = order_of(app, cedar, NewItem("Kebab", 2), NewItem("Fattoush", 1))
    second = order_of(app, cedar, NewItem("Kebab", 3, None, ("no pickles",)))
    page = open_page(cedar.nour, KITCHEN, viewport=LARGE)
    expect_live(page)
    page.get_by_role("button", name="All day").click()
    expect_counts(page, "5 Kebab", "1 Fattoush")
    page.locator("#allday summary").first.click()
    expect(page.locator("#allday [open] li")).to_have_text(["2 —", "3 no pickles"])

    order_of(app, cedar, NewItem("Fattoush", 6))
    expect_counts(page, "7 Fattoush", "5 Kebab")
    move(app, cedar, first, *COOKING)
    act(app, cedar, first, OrderAction.STRIKE, line=1)
    expect_counts(page, "7 Fattoush", "3 Kebab")
    move(app, cedar, second, *COOKING, OrderStatus.READY)
    expect_counts(page, "7 Fattoush")
    page.reload()
    expect_counts(page, "7 Fattoush")


@pytest.mark.parametrize("view", ["columns", "rail"])
def test_a_station_sees_its_own_lines_and_what_has_no_station_and_is_told_where_the_rest_is(
    app: Flask, cedar: House, open_page: Open, view: str
) -> None:
    set_operations(app, cedar, stations=STATIONS)
    both = order_of(app, cedar, NewItem("Kebab", 1), NewItem("Fattoush", 1), NewItem("Baklava", 1))
    cold = order_of(app, cedar, NewItem("Fattoush", 2))
    move(app, cedar, both, OrderStatus.CONFIRMED)
    page = open_page(cedar.nour, KITCHEN, view=view, viewport=LARGE)
    expect_live(page)
    page.get_by_role("button", name="All day").click()
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("button", name="Grill").click()
    page.keyboard.press("Escape")
    expect(page.locator("#filter")).to_have_text("Filter: Grill")
    expect(card(page, cold)).to_be_hidden()
    expect(page.locator("#hidden-by-filter")).to_have_text("1 hidden by filter")
    where = card(page, both).locator(".elsewhere")
    expect(where).to_have_text(f"also at: {isolated('Cold')} 1")
    for position, is_ours in ((1, True), (2, False), (3, True)):
        expect(card(page, both).locator(f"[data-line='{position}']")).to_be_visible(visible=is_ours)
    expect_counts(page, "1 Baklava", "1 Kebab")

    page.reload()
    expect_live(page)
    order_of(app, cedar, NewItem("Fattoush", 1))
    expect(page.locator("#hidden-by-filter")).to_have_text("2 hidden by filter")
    act(app, cedar, both, OrderAction.STRIKE, line=1)
    expect_counts(page, "1 Baklava")
    act(app, cedar, both, OrderAction.STRIKE, line=2)
    expect(where).to_have_text(f"also at: {isolated('Cold')} ✓")
    page.locator("#filter").click()
    page.get_by_role("button", name="Grill", exact=True).click()
    page.keyboard.press("Escape")
    expect(page.locator("#filter")).to_have_text("Filter")
    expect(where).to_have_count(0)
    expect(card(page, cold)).to_be_visible()
    expect(page.locator("#hidden-by-filter")).to_be_empty()


def test_a_kind_of_order_is_hidden_where_it_is_not_wanted_but_never_its_cancellation(
    app: Flask, cedar: House, open_page: Open
) -> None:
    pickup, delivery = (
        order_of(app, cedar, NewItem("Kebab", 1), fulfilment=kind)
        for kind in (Fulfilment.PICKUP, Fulfilment.DELIVERY)
    )
    page = open_page(cedar.nour, KITCHEN)
    expect_live(page)
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("button", name="Delivery").click()
    page.keyboard.press("Escape")
    expect(card(page, pickup)).to_be_hidden()
    expect(card(page, delivery)).to_be_visible()
    expect(page.locator("#hidden-by-filter")).to_have_text("1 hidden by filter")
    move(app, cedar, pickup, OrderStatus.CANCELLED)
    expect(card(page, pickup)).to_be_visible()
    expect(page.locator("#hidden-by-filter")).to_be_empty()
