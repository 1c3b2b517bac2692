"""Taps made while the line is down: none is lost, none is done twice, none is shown as done that was not."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from boards.tap_steps import (
    ONE_WAITS,
    card,
    cut,
    do,
    expect_none_waiting,
    expect_status,
    expect_waiting,
    log_of,
    strike,
    tap,
)
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import OrderStatus
from support.cast import PASSWORD, House
from support.network_proxy import NetworkProxy
from support.pages import page_recorder
from support.server import wait_for
from support.till import move

KITCHEN = "/r/hamra/kitchen"
KEPT_TAPS = "Object.keys(localStorage).filter((key) => key.startsWith('tap:'))"

Place = Callable[..., uuid.UUID]
Open = Callable[..., Page]


def test_a_tap_made_during_a_cut_waits_in_sight_and_is_sent_when_the_line_is_back(
    app: Flask, cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    order_id = place(cedar)
    page = open_board()
    cut(page, network)
    tap(page, order_id, "Confirm")
    expect(card(page, order_id)).to_contain_text("Waits to be sent: \u2068Confirm\u2069")
    expect_waiting(page, ONE_WAITS)
    expect_status(page, order_id, OrderStatus.PENDING)
    assert log_of(app, cedar, order_id) == []
    network.let_through()
    expect_status(page, order_id, OrderStatus.CONFIRMED)
    expect_none_waiting(page)
    expect(card(page, order_id)).not_to_contain_text("Waits")
    assert log_of(app, cedar, order_id) == ["confirmed Nour"]


def test_an_empty_column_does_not_move_while_a_tap_waits(
    cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    order_id = place(cedar)
    page = open_board()
    empty = page.get_by_text("Nothing is being prepared.")
    before = empty.bounding_box()
    cut(page, network)
    tap(page, order_id, "Confirm")
    expect_waiting(page, ONE_WAITS)
    assert empty.bounding_box() == before


@pytest.mark.usefixtures("at_once", "lines_asked")
def test_a_whole_chain_of_taps_on_one_card_is_made_offline_and_done_in_its_order(
    app: Flask, cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    order_id, other = place(cedar), place(cedar)
    move(app, cedar, order_id, OrderStatus.CONFIRMED)
    page = open_board()
    cut(page, network)
    strike(page, order_id, 1)
    expect(card(page, order_id).locator("[data-line='1']")).to_have_attribute("data-done", "")
    expect(card(page, order_id).locator("[data-line='1']")).to_have_attribute("data-pending", "")
    tap(page, other, "Confirm")
    tap(page, order_id, "Start")
    expect(card(page, order_id).get_by_role("button", name="Ready all the same")).to_be_visible()
    strike(page, order_id, 2)
    tap(page, order_id, "Ready")
    expect_waiting(page, "5 taps wait; they are sent once you are online.")
    expect(card(page, order_id)).to_contain_text("Waits to be sent: \u2068Strike off Kebab, Start")
    expect_status(page, order_id, OrderStatus.CONFIRMED)
    network.let_through(bytes_a_second=20_000)
    expect_status(page, order_id, OrderStatus.READY)
    expect_status(page, other, OrderStatus.CONFIRMED)
    expect_none_waiting(page)
    done = ["confirmed Till", "strike 1 Nour", "preparing Nour", "strike 2 Nour", "ready Nour"]
    assert log_of(app, cedar, order_id) == done
    posted = [request.split("/")[2] for request in network.requests if request.startswith("POST /orders/")]
    assert posted == [str(each) for each in (order_id, other, *[order_id] * 3)]
    expect(page.locator("#refused")).to_be_empty()


def test_taps_outlive_the_page_and_are_done_once(
    app: Flask, cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    done, waiting = place(cedar), place(cedar)
    move(app, cedar, done, OrderStatus.CONFIRMED)
    page = open_board()
    network.hold("post")
    tap(page, done, "Start")
    wait_for(
        lambda: len(log_of(app, cedar, done)) == 2, "the first tap to be done, and its answer to be lost"
    )
    move(app, cedar, done, OrderStatus.READY)
    tap(page, waiting, "Confirm")
    page.reload()
    expect_waiting(page, "2 taps wait; they are sent once you are online.")
    assert log_of(app, cedar, waiting) == []
    network.let_through()
    expect_none_waiting(page)
    expect_status(page, waiting, OrderStatus.CONFIRMED)
    assert log_of(app, cedar, done) == ["confirmed Till", "preparing Nour", "ready Till"]
    assert log_of(app, cedar, waiting) == ["confirmed Nour"]
    expect(page.locator("#refused")).to_be_empty()
    expect(page.locator("#notice")).to_be_empty()


def test_a_tap_whose_answer_got_lost_has_no_effect_a_second_time(
    app: Flask, cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    order_id = place(cedar)
    move(app, cedar, order_id, OrderStatus.CONFIRMED, OrderStatus.PREPARING)
    page = open_board()
    network.hold("post")
    strike(page, order_id, 1)
    wait_for(lambda: len(log_of(app, cedar, order_id)) == 3, "the line to be struck off")
    do(app, cedar, order_id, OrderAction.UNSTRIKE, line=1)
    network.cut()
    expect_waiting(page, ONE_WAITS)
    network.let_through()
    expect_none_waiting(page)
    assert log_of(app, cedar, order_id)[2:] == ["strike 1 Nour", "unstrike 1 Till"]
    expect(card(page, order_id).locator("[data-line='1']")).not_to_have_attribute("data-done", "")


@pytest.mark.parametrize("trouble", ["no answer", "not ours", "refused for now", "too much at once"])
def test_what_is_no_answer_of_ours_leaves_the_tap_waiting(
    app: Flask, cedar: House, place: Place, open_page: Open, trouble: str
) -> None:
    order_id = place(cedar)
    page = open_page(cedar.nour, KITCHEN, strict=False)
    page.clock.install()
    page.reload()
    page_recorder.expect_state(page, "live")
    answers: dict[str, dict[str, Any]] = {
        "not ours": {"status": 200, "body": "<h1>Welcome to the café's network</h1>"},
        "refused for now": {"status": 503, "body": "Bad gateway"},
        "too much at once": {"status": 503, "headers": {"Retry-After": "2"}, "body": "Try again."},
    }
    held = []
    page.route(
        "**/transitions",
        lambda route: route.fulfill(**answers[trouble]) if trouble in answers else held.append(route),
    )
    tap(page, order_id, "Confirm")
    page.clock.run_for(9_000)
    expect_waiting(page, ONE_WAITS)
    expect(card(page, order_id)).to_contain_text("Waits to be sent: \u2068Confirm\u2069")
    expect_status(page, order_id, OrderStatus.PENDING)
    assert log_of(app, cedar, order_id) == []
    for route in held:
        route.abort()
    page.unroute_all(behavior="ignoreErrors")
    page.clock.run_for(9_000)
    expect_status(page, order_id, OrderStatus.CONFIRMED)
    expect_none_waiting(page)
    assert log_of(app, cedar, order_id) == ["confirmed Nour"]


def test_who_was_signed_out_finds_the_taps_sent_after_signing_in_again(
    app: Flask, cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    order_id = place(cedar)
    page = open_board()
    page.context.clear_cookies()
    tap(page, order_id, "Confirm")
    page_recorder.expect_state(page, "signed-out")
    expect_waiting(page, "1 tap waits; it is sent when you have signed in again.")
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("E-mail").fill(cedar.nour.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**{KITCHEN}")
    expect_status(page, order_id, OrderStatus.CONFIRMED)
    assert log_of(app, cedar, order_id) == ["confirmed Nour"]


def test_nobody_elses_taps_are_sent_and_who_signs_out_is_told_of_those_that_wait(
    app: Flask, cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    order_id = place(cedar)
    page = open_board()
    page.route("**/transitions", lambda route: route.abort())
    tap(page, order_id, "Confirm")
    expect_waiting(page, ONE_WAITS)
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("#notice")).to_contain_text(
        "1 tap is not sent yet. Sign out once more to give it up."
    )
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login")
    assert page.evaluate(KEPT_TAPS) == []
    assert log_of(app, cedar, order_id) == []


def test_two_tabs_of_one_board_show_the_same_taps_and_send_each_once(
    app: Flask, cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    orders = [place(cedar) for _ in range(3)]
    first = open_board()
    second = first.context.new_page()
    second.goto(KITCHEN)
    page_recorder.expect_state(second, "live")
    for page in (first, second):
        cut(page, network)
    for order_id, page in zip(orders, (first, second, first), strict=True):
        tap(page, order_id, "Confirm")
    for page in (first, second):
        expect_waiting(page, "3 taps wait; they are sent once you are online.")
    network.let_through()
    for page in (first, second):
        expect_none_waiting(page)
        for order_id in orders:
            expect_status(page, order_id, OrderStatus.CONFIRMED)
    assert network.asked("POST /orders/") == 3
    assert all(log_of(app, cedar, order_id) == ["confirmed Nour"] for order_id in orders)


@pytest.mark.parametrize("delay", [0, 350])
def test_a_double_tap_is_one_tap_whatever_the_button_says_by_then(
    app: Flask, cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page], delay: int
) -> None:
    order_id = place(cedar)
    move(app, cedar, order_id, OrderStatus.CONFIRMED)
    page = open_board()
    line = card(page, order_id).locator("[data-line='1'] button").bounding_box()
    assert line is not None
    page.mouse.dblclick(line["x"] + 20, line["y"] + 10, delay=delay)
    wait_for(lambda: len(log_of(app, cedar, order_id)) > 1, "the line to be struck off")
    page.wait_for_function(f"() => {KEPT_TAPS}.length === 0")  # not the card: that is pushed, maybe first
    cut(page, network)
    button = card(page, order_id).get_by_role("button", name="Start").bounding_box()
    assert button is not None
    page.mouse.dblclick(button["x"] + 20, button["y"] + 10, delay=delay)
    expect_waiting(page, ONE_WAITS)
    network.let_through()
    expect_status(page, order_id, OrderStatus.PREPARING)
    assert log_of(app, cedar, order_id) == ["confirmed Till", "strike 1 Nour", "preparing Nour"]


def test_a_tap_that_waits_can_be_taken_back_and_with_it_what_was_built_on_it(
    app: Flask, cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    order_id, other = place(cedar), place(cedar)
    move(app, cedar, other, OrderStatus.CONFIRMED)
    page = open_board()
    cut(page, network)
    tap(page, order_id, "Confirm")
    tap(page, other, "Start")
    tap(page, order_id, "Start")
    strike(page, other, 1)
    expect_waiting(page, "4 taps wait; they are sent once you are online.")
    strike(page, other, 1)  # a line that waits is put back by tapping it again
    expect_waiting(page, "3 taps wait; they are sent once you are online.")
    page.locator("#pending-taps summary").click()
    rows = page.locator("#pending-taps li")
    expect(rows).to_have_count(3)
    rows.first.get_by_role("button").click()
    expect_waiting(page, ONE_WAITS)
    expect(card(page, order_id).get_by_role("button", name="Confirm", exact=True)).to_be_visible()
    network.let_through()
    expect_status(page, other, OrderStatus.PREPARING)
    expect_none_waiting(page)
    assert log_of(app, cedar, order_id) == []
    assert log_of(app, cedar, other) == ["confirmed Till", "preparing Nour"]


def test_a_tap_that_waits_moves_no_column_and_nothing_in_an_empty_one(
    cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    order_id = place(cedar)
    page = open_board()
    boxes = """() => [...document.querySelectorAll(".column:not([popover]), .column .empty, .column h2")]
      .filter((each) => each.checkVisibility())
      .map((each) => [each.className, JSON.stringify(each.getBoundingClientRect())])"""
    before = page.evaluate(boxes)
    assert sum(name == "empty" for name, _ in before) > 1, "columns are empty"
    network.plug()
    tap(page, order_id, "Confirm")
    expect(page.locator("#pending-taps")).to_be_visible(timeout=10_000)
    wait_for(
        lambda: page.evaluate("document.body.style.getPropertyValue('--covered')") not in ("", "0px"),
        "the box to have its room",
    )
    assert page.evaluate(boxes) == before
    network.let_through()
    expect_none_waiting(page)
