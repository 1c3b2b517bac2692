"""A move that cannot be taken back waits a few seconds in which it can: in sight, and without a dialog."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from boards.hands import open_card
from boards.tap_steps import card, expect_status, log_of, set_undo, tap
from ordertrack.rules.state_machine import OrderStatus
from support.cast import House, Person
from support.network_proxy import NetworkProxy
from support.pages import page_recorder
from support.server import wait_for
from support.till import move

READY = (OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY)
DISPATCH = "/r/hamra/dispatch"
KITCHEN = "/r/hamra/kitchen"
COUNTING = re.compile(r"Undo · [123] s")

Place = Callable[..., uuid.UUID]
Open = Callable[..., Page]


@pytest.fixture
def open_board(cedar: House, network: NetworkProxy, open_page: Open) -> Callable[..., Page]:
    """Somebody's board over the wire, live, whose time the test tells."""

    def open_it(person: Person, path: str, **options: Any) -> Page:
        page = open_page(person, path, strict=False, base_url=network.address, **options)
        page.clock.install()
        page.reload()
        page_recorder.expect_state(page, "live")
        page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)
        return page

    return open_it


def undo(page: Page, order_id: uuid.UUID) -> Locator:
    return card(page, order_id).locator("[data-undoing]")


def taps_sent(network: NetworkProxy) -> int:
    return network.asked("POST /orders/")


def test_completing_counts_down_in_the_button_and_a_tap_on_it_takes_it_back(
    app: Flask, cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    order_id = place(cedar)
    move(app, cedar, order_id, *READY, OrderStatus.DELIVERING)
    page = open_board(cedar.karim, DISPATCH)
    tap(page, order_id, "Delivered")
    expect(undo(page, order_id)).to_have_text("Undo · 3 s")
    expect(undo(page, order_id)).to_be_focused()
    page.clock.run_for(1_100)
    expect(undo(page, order_id)).to_have_text("Undo · 2 s")
    undo(page, order_id).click()
    expect(undo(page, order_id)).to_have_count(0)
    expect(card(page, order_id).get_by_role("button", name="Delivered", exact=True)).to_be_focused()
    page.clock.run_for(10_000)
    assert taps_sent(network) == 0
    expect_status(page, order_id, OrderStatus.DELIVERING)


def test_what_nobody_takes_back_is_sent_when_its_seconds_are_over_and_not_before(
    app: Flask, cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    order_id = place(cedar)
    move(app, cedar, order_id, *READY, OrderStatus.DELIVERING)
    page = open_board(cedar.karim, DISPATCH)
    tap(page, order_id, "Delivered")
    page.clock.run_for(2_500)
    expect(undo(page, order_id)).to_have_text("Undo · 1 s")
    assert taps_sent(network) == 0
    page.clock.run_for(1_000)
    expect_status(page, order_id, OrderStatus.COMPLETED)
    expect(undo(page, order_id)).to_have_count(0)
    assert log_of(app, cedar, order_id)[-1] == "completed Karim"


def test_escape_takes_back_a_cancellation_and_leaves_its_reason(
    cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    order_id = place(cedar)
    page = open_board(cedar.nour, KITCHEN)
    card(page, order_id).get_by_text("Cancel…").click()
    card(page, order_id).locator("[name=reason]").fill("No gas")
    card(page, order_id).get_by_role("button", name="Cancel order").click()
    expect(undo(page, order_id)).to_have_text(COUNTING)
    expect(undo(page, order_id)).to_be_focused()
    page.clock.run_for(500)  # a second tap would no longer be the same one
    expect(undo(page, order_id)).to_be_focused()
    page.keyboard.press("Escape")
    expect(undo(page, order_id)).to_have_count(0)
    expect(card(page, order_id).locator("[name=reason]")).to_have_value("No gas")
    page.clock.run_for(10_000)
    assert taps_sent(network) == 0


def test_while_one_card_can_be_undone_the_others_are_moved_at_once(
    app: Flask, cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    held, other = place(cedar), place(cedar)
    for order_id in (held, other):
        move(app, cedar, order_id, *READY)
    set_undo(app, cedar, {OrderStatus.COMPLETED: 3})
    page = open_board(cedar.karim, DISPATCH, viewport={"width": 1600, "height": 1200})  # nothing is scrolled
    open_card(page, held)
    tap(page, held, "Delivered")
    expect(undo(page, held)).to_have_text(COUNTING)
    expect(card(page, held).get_by_role("button", name="Send out")).to_be_disabled()
    page.clock.run_for(1_000)
    tap(page, held, "Close")
    open_card(page, other)
    tap(page, other, "Send out")
    expect_status(page, other, OrderStatus.DELIVERING)
    expect(undo(page, held)).to_have_text(COUNTING)
    assert log_of(app, cedar, held)[-1] == "ready Till"


def test_the_countdown_outlives_changes_of_its_card_and_the_page(
    app: Flask, cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    order_id = place(cedar)
    move(app, cedar, order_id, *READY)
    page = open_board(cedar.karim, DISPATCH)
    open_card(page, order_id)
    tap(page, order_id, "Delivered")
    expect(undo(page, order_id)).to_have_text(COUNTING)
    move(app, cedar, order_id, OrderStatus.DELIVERING)  # at another tablet
    expect_status(page, order_id, OrderStatus.DELIVERING)
    expect(undo(page, order_id)).to_have_text(COUNTING)
    page.reload()
    page_recorder.expect_state(page, "live")
    expect(undo(page, order_id)).to_have_text(COUNTING)
    page.clock.run_for(4_000)
    expect(page.locator("#refused")).to_contain_text(
        "1: \u2068Delivered\u2069 was not done: The order is deliver"
    )
    assert log_of(app, cedar, order_id)[-1] == "delivering Till"


def test_how_long_is_the_restaurants_own_and_0_is_at_once(
    app: Flask, cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    order_id = place(cedar)
    move(app, cedar, order_id, *READY)
    set_undo(app, cedar, {OrderStatus.DELIVERING: 7, OrderStatus.COMPLETED: 0})
    page = open_board(cedar.karim, DISPATCH)
    open_card(page, order_id)
    tap(page, order_id, "Send out")
    expect(undo(page, order_id)).to_have_text("Undo · 7 s")
    page.clock.run_for(7_300)
    expect_status(page, order_id, OrderStatus.DELIVERING)
    tap(page, order_id, "Delivered")
    expect_status(page, order_id, OrderStatus.COMPLETED)


def test_a_double_tap_does_not_undo_itself(
    app: Flask, cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    order_id = place(cedar)
    move(app, cedar, order_id, *READY, OrderStatus.DELIVERING)
    page = open_board(cedar.karim, DISPATCH)
    card(page, order_id).get_by_role("button", name="Delivered", exact=True).dblclick()
    expect(undo(page, order_id)).to_have_text(COUNTING)
    page.clock.run_for(4_000)
    wait_for(lambda: log_of(app, cedar, order_id)[-1] == "completed Karim", "the order to be completed")
    assert taps_sent(network) == 1


def test_who_leaves_the_board_takes_nothing_back_any_more(
    app: Flask, cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    order_id = place(cedar)
    move(app, cedar, order_id, *READY, OrderStatus.DELIVERING)
    page = open_board(cedar.karim, DISPATCH)
    tap(page, order_id, "Delivered")
    expect(undo(page, order_id)).to_have_text(COUNTING)
    page.get_by_role("link", name="Hamra").click()
    page.wait_for_url("**/boards")
    wait_for(lambda: log_of(app, cedar, order_id)[-1] == "completed Karim", "the order to be completed")


def test_the_page_stays_until_a_tap_has_left_while_another_tab_is_sending(
    app: Flask, cedar: House, place: Place, open_board: Callable[..., Page]
) -> None:
    order_id = place(cedar)
    move(app, cedar, order_id, *READY, OrderStatus.DELIVERING)
    page = open_board(cedar.karim, DISPATCH)
    other = page.context.new_page()
    other.goto("/boards")
    tap(page, order_id, "Delivered")
    expect(undo(page, order_id)).to_have_text(COUNTING)
    lock = page.evaluate(
        "({ restaurant, board, signIn }) => `taps:${restaurant}:${board}:${signIn}`",
        page.evaluate("({ ...document.body.dataset })"),
    )
    other.evaluate(
        "name => new Promise(held => navigator.locks.request(name, () => new Promise((end) => "
        "{ window.end = end; held(); })))",
        lock,
    )
    page.get_by_role("link", name="Hamra").click(no_wait_after=True)
    assert page.url.endswith(DISPATCH)
    other.evaluate("window.end()")
    page.wait_for_url("**/boards")
    assert log_of(app, cedar, order_id)[-1] == "completed Karim"


def test_a_call_to_a_guest_leaves_the_countdown_alone(
    app: Flask, cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    order_id = place(cedar)
    move(app, cedar, order_id, *READY, OrderStatus.DELIVERING)
    page = open_board(cedar.karim, DISPATCH)
    page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<a id=call href=tel:123>Call</a>')"
    )
    tap(page, order_id, "Delivered")
    page.locator("#call").dispatch_event("click")
    expect(undo(page, order_id)).to_have_text(COUNTING)
    assert taps_sent(network) == 0
