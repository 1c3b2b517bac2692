"""Orders for later wait in a drawer and come onto the board by the clock or a hand; delays reach all."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from boards.hands import DISPATCH, KITCHEN, button, card, expect_live, set_operations
from ordertrack.database.session import tenant_context
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.orders.reading import records
from ordertrack.restaurants.order_handling import AcceptThen, OrderHandling
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from support.cast import TIMEZONE, House

Bring = Callable[..., None]
Open = Callable[..., Page]
Take = Callable[..., uuid.UUID]
NEEDED = dt.timedelta(minutes=45)


@pytest.fixture
def take(app: Flask, cedar: House) -> Take:
    """Place an order that must be begun in so long."""

    def placed(begins_in: dt.timedelta | None = None, **order: Any) -> uuid.UUID:
        new = NewOrder("hamra", Fulfilment.DELIVERY, (NewItem("Kebab", 2),), **order)
        if begins_in is not None:
            new = replace(new, promised_at=dt.datetime.now(dt.UTC) + NEEDED + begins_in)
        with tenant_context(app, cedar.tenant_id):
            return intake.place(new, by=cedar.program)[0]

    return placed


def open_drawer(page: Page) -> None:
    page.locator("#later-toggle").click()
    expect(page.locator("#later")).to_be_visible()


def test_an_order_for_later_waits_in_the_drawer_and_comes_by_the_clock(
    cedar: House, take: Take, open_page: Open
) -> None:
    kitchen = open_page(cedar.nour, KITCHEN)
    expect_live(kitchen)
    order_id = take(dt.timedelta(seconds=6))
    expect(kitchen.locator(f"#column-later #order-{order_id}")).to_be_attached()
    expect(kitchen.locator("#later-toggle .count")).to_have_text("1")
    expect(kitchen.locator("#alerts")).not_to_contain_text("New")
    expect(kitchen.locator(f"#column-pending #order-{order_id}")).to_be_visible(timeout=20_000)
    expect(kitchen.locator("#alerts")).to_contain_text("New")
    expect(kitchen.locator("#later-toggle")).to_be_hidden()


def test_a_later_day_is_said_with_its_day(cedar: House, take: Take, open_page: Open) -> None:
    order_id = take(dt.timedelta(days=3))
    kitchen = open_page(cedar.nour, KITCHEN)
    expect_live(kitchen)
    open_drawer(kitchen)
    day = f"{dt.datetime.now(TIMEZONE) + NEEDED + dt.timedelta(days=3):%a}"
    expect(card(kitchen, order_id).locator(".promised")).to_contain_text(day)


def test_a_hand_begins_it_now_on_every_board(cedar: House, take: Take, open_page: Open) -> None:
    order_id = take(dt.timedelta(hours=5))
    kitchen, dispatch = open_page(cedar.nour, KITCHEN), open_page(cedar.karim, DISPATCH)
    expect_live(kitchen, dispatch)
    open_drawer(kitchen)
    button(kitchen, order_id, "Fire now").click()
    expect(kitchen.locator(f"#column-pending #order-{order_id}")).to_be_attached()
    expect(dispatch.locator(f"#column-kitchen #order-{order_id}")).to_be_visible()


def test_start_in_the_drawer_begins_it(
    cedar: House, take: Take, bring: Bring, open_page: Open, status_of: Callable[..., OrderStatus]
) -> None:
    order_id = take(dt.timedelta(hours=5))
    bring(cedar, order_id, OrderStatus.CONFIRMED)
    kitchen = open_page(cedar.nour, KITCHEN)
    expect_live(kitchen)
    open_drawer(kitchen)
    button(kitchen, order_id, "Start").click()
    expect(kitchen.locator(f"#column-preparing #order-{order_id}")).to_be_attached()
    assert status_of(cedar, order_id) == OrderStatus.PREPARING


def test_a_delay_is_said_to_dispatch_and_to_the_guest(
    app: Flask, cedar: House, take: Take, bring: Bring, open_page: Open
) -> None:
    order_id = take(dt.timedelta(seconds=-60))
    bring(cedar, order_id, OrderStatus.CONFIRMED)
    with tenant_context(app, cedar.tenant_id):
        order = records.find(cedar.tenant_id, order_id)
    assert order is not None
    kitchen, dispatch = open_page(cedar.nour, KITCHEN), open_page(cedar.karim, DISPATCH)
    guest = open_page(None, f"/track/{order.tracking_token}")
    expect_live(kitchen, dispatch, guest)
    card(kitchen, order_id).locator("details.delay summary").click()
    card(kitchen, order_id).get_by_role("button", name="+15 min").click()
    expect(card(dispatch, order_id)).to_contain_text("+15 min")
    expect(guest.get_by_role("main")).to_contain_text("The restaurant needs about 15 minutes longer.")
    expect(guest.get_by_role("main")).to_contain_text("at first for")
    bring(cedar, order_id, OrderStatus.PREPARING)
    expect(guest.get_by_role("main")).not_to_contain_text("minutes longer")


def test_a_card_counts_down_until_it_must_be_confirmed_and_then_is_settled(
    app: Flask, cedar: House, take: Take, open_page: Open
) -> None:
    set_operations(app, cedar, orders=OrderHandling(accept_within=8, accept_then=AcceptThen.CONFIRM))
    kitchen = open_page(cedar.nour, KITCHEN)
    expect_live(kitchen)
    order_id = take()
    expect(card(kitchen, order_id).locator(".accept")).to_contain_text("confirm within")
    expect(card(kitchen, order_id)).to_have_attribute("data-time", "late")
    expect(kitchen.locator(f"#column-confirmed #order-{order_id}")).to_be_visible(timeout=20_000)


@pytest.mark.usefixtures("at_once")
def test_where_lines_need_not_be_struck_off_ready_is_one_tap(
    app: Flask, cedar: House, take: Take, bring: Bring, open_page: Open, status_of: Callable[..., OrderStatus]
) -> None:
    set_operations(app, cedar, orders=OrderHandling(ready_needs_lines=False))
    order_id = take()
    bring(cedar, order_id, OrderStatus.CONFIRMED, OrderStatus.PREPARING)
    kitchen = open_page(cedar.nour, KITCHEN)
    expect_live(kitchen)
    button(kitchen, order_id, "Ready").click()
    expect(kitchen.locator(f"#column-ready #order-{order_id}")).to_be_visible()
    assert status_of(cedar, order_id) == OrderStatus.READY
