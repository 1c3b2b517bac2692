"""Timers on cards: calm, due, late by the targets, at the same moment on every tablet."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Locator, Page, expect

from ordertrack.boards.columns import DISPATCH
from ordertrack.boards.columns import KITCHEN as KITCHEN_BOARD
from ordertrack.boards.fragments import card_id, move
from ordertrack.database.session import tenant_context
from ordertrack.i18n.moments import instant
from ordertrack.orders.moving import transitions
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.orders.reading import records
from ordertrack.restaurants import cache
from ordertrack.restaurants import save as saving
from ordertrack.restaurants.targets import DUE_SHARE, Target
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.tenants.restaurants import find_restaurant
from support.cast import House
from support.http_client import EventStream
from support.http_client import sign_in as sign_in_over_http
from support.network_proxy import NetworkProxy
from support.pages import page_recorder
from support.pages.page_clock import install_clock
from support.server import Server, wait_for
from support.till import order_of

KITCHEN = "/r/hamra/kitchen"
SOON = 2000  # milliseconds
TEN_MINUTES = 600

Place = Callable[..., uuid.UUID]
Open = Callable[..., Page]
Save = Callable[..., None]


@pytest.fixture
def save(app: Flask, cedar: House) -> Save:
    """Save a target of hamra that holds from today on, as the settings page would."""

    def save_it(
        seconds: int | None, stage: Stage = Stage.ACCEPT, fulfilment: Fulfilment | None = None
    ) -> None:
        with tenant_context(app, cedar.tenant_id):
            restaurant = find_restaurant(cedar.tenant_id, "hamra")
            assert restaurant is not None
            calendar = cache.of_restaurant(cedar.tenant_id, restaurant.id).calendar
            today = calendar.day_of(dt.datetime.now(dt.UTC))
            saving.save_target(
                restaurant.id, Target(stage, fulfilment, today, seconds), by=cedar.maya.principal
            )

    return save_it


def card_of(page: Page, order_id: uuid.UUID) -> Locator:
    return page.locator(f"#{card_id(order_id)}")


def expect_timer(
    page: Page, order_id: uuid.UUID, state: str, word: str | re.Pattern[str], timeout: float = 5000
) -> None:
    clock = card_of(page, order_id).locator(".clock")
    expect(clock).to_have_attribute("data-timer", state, timeout=timeout)
    expect(clock.locator(".timer")).to_have_text(word)


def open_board(open_page: Open, house: House, **options: Any) -> Page:
    page = open_page(house.nour, KITCHEN, **options)
    page_recorder.expect_state(page, "live")
    return page


def test_a_timer_turns_from_calm_to_due_to_late_at_its_moments_and_says_so_in_words(
    cedar: House, place: Place, save: Save, open_page: Open
) -> None:
    save(TEN_MINUTES)
    order_id = place(cedar)
    page = open_board(open_page, cedar, strict=False)
    install_clock(page)
    expect_timer(page, order_id, "calm", "")
    page.clock.fast_forward("07:00")
    expect_timer(page, order_id, "calm", "")
    page.clock.fast_forward("00:40")
    expect_timer(page, order_id, "due", "due")
    page.clock.fast_forward("02:25")
    expect_timer(page, order_id, "late", "late")
    page.clock.fast_forward("04:00")
    expect_timer(page, order_id, "late", "target +4 min")
    page.clock.fast_forward("01:02:00")
    expect_timer(page, order_id, "late", "target +1 h 06")


def test_the_server_renders_the_state_of_the_moment_for_a_page_whose_script_has_not_run(
    app: Flask, cedar: House, place: Place, save: Save, sign_in: Callable[..., FlaskClient]
) -> None:
    save(1)
    order_id = place(cedar)
    order = order_of(app, cedar, order_id)
    late_at = order.placed_at + dt.timedelta(seconds=1)
    due_at = order.placed_at + DUE_SHARE * dt.timedelta(seconds=1)
    client = sign_in(cedar.nour)

    def page() -> str:
        return client.get(KITCHEN).text

    assert f'data-due-at="{instant(due_at)}" data-late-at="{instant(late_at)}"' in page()
    wait_for(lambda: 'data-timer="late"' in page(), "the order to be late")
    assert '<b class="timer">late</b>' in page()


def test_a_target_that_a_manager_saves_is_on_every_open_tablet_within_two_seconds(
    app: Flask, cedar: House, place: Place, save: Save, open_page: Open
) -> None:
    order_id = place(cedar)
    first, second = open_board(open_page, cedar), open_board(open_page, cedar)
    for page in (first, second):
        page.evaluate("window.isSamePage = true")
        expect_timer(page, order_id, "calm", "")
        expect(card_of(page, order_id).locator("[data-late-at]")).to_have_count(0)
    placed_at = order_of(app, cedar, order_id).placed_at
    for seconds in (TEN_MINUTES, 2 * TEN_MINUTES, None):
        save(seconds)
        for page in (first, second):
            clock = card_of(page, order_id).locator(".clock")
            if seconds is None:
                expect(clock).not_to_have_attribute("data-late-at", re.compile("."), timeout=SOON)
            else:
                late_at = str(instant(placed_at + dt.timedelta(seconds=seconds)))
                expect(clock).to_have_attribute("data-late-at", late_at, timeout=SOON)
    save(1)
    for page in (first, second):
        expect_timer(page, order_id, "late", "late", timeout=SOON + 1000)
        assert page.evaluate("window.isSamePage"), "a page was reloaded"


def test_new_targets_leave_a_reason_that_is_being_typed_where_it_is(
    cedar: House, place: Place, save: Save, open_page: Open
) -> None:
    order_id = place(cedar)
    page = open_board(open_page, cedar)
    card = card_of(page, order_id)
    card.get_by_text("Cancel…").click()
    card.locator("[name=reason]").fill("No ga")
    save(1)
    expect_timer(page, order_id, "late", "late")
    expect(card.locator("[name=reason]")).to_have_value("No ga")
    expect(card.locator("[name=reason]")).to_be_focused()


def test_a_tablet_that_was_cut_off_meanwhile_learns_of_new_targets_when_it_comes_back(
    cedar: House, place: Place, save: Save, network: NetworkProxy, open_page: Open
) -> None:
    order_id = place(cedar)
    page = open_board(open_page, cedar, strict=False, base_url=network.address)
    network.cut()
    page_recorder.expect_state(page, "reconnecting")
    save(1)
    network.let_through()
    page_recorder.expect_state(page, "live")
    expect_timer(page, order_id, "late", "late")


def test_a_timer_runs_by_the_stage_that_the_order_is_in_and_by_its_own_fulfilment(
    app: Flask, cedar: House, place: Place, save: Save, open_page: Open
) -> None:
    save(3600, Stage.ACCEPT)
    save(7200, Stage.KITCHEN)
    save(5400, Stage.KITCHEN, Fulfilment.PICKUP)
    page = open_board(open_page, cedar)
    orders = {Fulfilment.DELIVERY: 7200, Fulfilment.PICKUP: 5400}
    for fulfilment, seconds in orders.items():
        order_id = place(cedar, fulfilment)
        with tenant_context(app, cedar.tenant_id):
            transitions.advance(order_id, OrderStatus.CONFIRMED, by=cedar.program)
        expect(page.locator(f"#column-confirmed > #{card_id(order_id)}")).to_be_visible()
        late_at = order_of(app, cedar, order_id).status_since + dt.timedelta(seconds=seconds)
        expect(card_of(page, order_id).locator(".clock")).to_have_attribute(
            "data-late-at", str(instant(late_at))
        )


def test_what_has_left_the_kitchen_has_no_timer_there_and_one_at_dispatch(
    app: Flask, cedar: House, place: Place, save: Save
) -> None:
    save(TEN_MINUTES, Stage.HANDOVER)
    order_id = place(cedar)
    with tenant_context(app, cedar.tenant_id):
        for status in (OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY):
            transitions.advance(order_id, status, by=cedar.program)
        order = records.find(cedar.tenant_id, order_id)
        assert order is not None
        assert "data-late-at" not in move(KITCHEN_BOARD, order, "en")
        assert "data-late-at" in move(DISPATCH, order, "en")


def test_the_answer_to_a_tap_and_the_pushed_card_are_the_same_bytes(
    server: Server, cedar: House, place: Place, save: Save, sign_in: Callable[..., FlaskClient]
) -> None:
    save(TEN_MINUTES, Stage.KITCHEN)
    order_id = place(cedar)
    headers = sign_in_over_http(server.port, cedar.nour).headers
    stream = EventStream(server.port, f"{KITCHEN}/stream", headers)
    while (frame := stream.next()) is not None and frame.event != "hb":
        pass
    form = {"to": "confirmed", "seen": "pending", "board": "kitchen"}
    answer = sign_in(cedar.nour).post(f"/orders/{order_id}/transitions", data=form)
    pushed = stream.next()
    stream.close()
    assert pushed is not None and "data-late-at" in pushed.data
    assert pushed.data.strip() in answer.text


def test_cards_are_rendered_without_asking_for_targets_each_time(
    app: Flask, cedar: House, place: Place, save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(TEN_MINUTES)
    order = order_of(app, cedar, place(cedar))
    asked = []
    read = cache.read
    monkeypatch.setattr(cache, "read", lambda *of: asked.append(of) or read(*of))
    with tenant_context(app, cedar.tenant_id):
        for _ in range(50):
            move(KITCHEN_BOARD, order, "en")
    assert len(asked) == 1


def test_no_state_moves_a_card_or_what_is_on_it(
    cedar: House, place: Place, save: Save, open_page: Open
) -> None:
    save(TEN_MINUTES)
    orders = [place(cedar) for _ in range(3)]
    page = open_board(open_page, cedar, strict=False, viewport={"width": 1280, "height": 800})
    install_clock(page)
    boxes = """() => [...document.querySelectorAll(".card, .card :is(h3, button, .items)")].map((part) => {
      const { x, y, width, height } = part.getBoundingClientRect();
      return [x, y, width, height];
    })"""
    expect_timer(page, orders[0], "calm", "")
    page.evaluate("Promise.all(document.getAnimations().map(({ finished }) => finished))")
    calm = page.evaluate(boxes)
    for forward, state, word in (("08:00", "due", "due"), ("03:00", "late", "target +1 min")):
        page.clock.fast_forward(forward)
        expect_timer(page, orders[0], state, word)
        assert page.evaluate(boxes) == calm


def test_late_is_told_by_a_sign_too_and_by_more_than_its_colour(
    cedar: House, place: Place, save: Save, open_page: Open
) -> None:
    save(TEN_MINUTES)
    order_id = place(cedar)
    page = open_board(open_page, cedar, strict=False)
    install_clock(page)
    look = """() => {
      const card = document.querySelector(".card");
      const sign = getComputedStyle(card.querySelector(".timer"), "::before").content;
      return [sign, getComputedStyle(card).outlineStyle];
    }"""
    looks = []
    for forward, state in (("00:01", "calm"), ("08:00", "due"), ("03:00", "late")):
        page.clock.fast_forward(forward)
        expect(card_of(page, order_id).locator(".clock")).to_have_attribute("data-timer", state)
        looks.append(page.evaluate(look))
    assert len({sign for sign, _ in looks}) == 3
    assert [outline for _, outline in looks] == ["none", "none", "solid"]
    assert (
        page.evaluate("document.getAnimations().filter((each) => each.constructor === CSSAnimation).length")
        == 0
    )


def test_once_the_promise_has_passed_the_card_counts_from_it_for_that_is_what_the_guest_counts(
    app: Flask, cedar: House, save: Save, open_page: Open
) -> None:
    save(TEN_MINUTES)
    orders = [promised(app, cedar, minutes) for minutes in (20, None)]
    page = open_board(open_page, cedar, strict=False)
    install_clock(page)
    page.clock.fast_forward("16:30")
    for order_id in orders:
        expect_timer(page, order_id, "late", "target +6 min")
    page.clock.fast_forward("05:30")
    expect_timer(page, orders[0], "late", re.compile("^late by [23] min$"))
    expect_timer(page, orders[1], "late", "target +12 min")


def test_without_any_target_a_card_is_due_before_its_promise_and_late_after_it(
    app: Flask, cedar: House, open_page: Open
) -> None:
    order_id = promised(app, cedar, 20)
    page = open_board(open_page, cedar, strict=False)
    install_clock(page)
    for forward, state, word in (
        ("13:00", "calm", ""),
        ("03:00", "due", "due"),
        ("09:00", "late", re.compile("^late by [56] min$")),
    ):
        page.clock.fast_forward(forward)
        expect_timer(page, order_id, state, word)


def promised(app: Flask, house: House, minutes: float | None) -> uuid.UUID:
    """An order placed now, promised for a whole minute so many from now."""
    now = dt.datetime.now(dt.UTC)
    at = minutes and (now + dt.timedelta(minutes=minutes)).replace(second=0, microsecond=0)
    order = NewOrder("hamra", Fulfilment.PICKUP, (NewItem("Kebab", 1),), promised_at=at or None)
    with tenant_context(app, house.tenant_id):
        return intake.place(order, by=house.program)[0]
