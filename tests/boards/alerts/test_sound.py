"""Boards that are heard: what sounds, what does not, until when; and a board says so if it cannot sound."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from boards import hands
from boards.hands import DISPATCH, KITCHEN
from boards.sound_steps import expect_lit, expect_sounds, go_on, hear, record_lights, start_shift
from ordertrack.boards.fragments import card_id
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from support.cast import House
from support.pages import page_recorder

KINDS = {"New order": "new", "Order changed": "changed", "Order cancelled": "cancelled", "Order late": "late"}

Place = Callable[..., uuid.UUID]
Open = Callable[..., Page]
Do = Callable[..., None]


@pytest.fixture
def act(app: Flask, cedar: House) -> Do:
    return partial(hands.act, app, cedar)


def test_a_board_is_silent_and_says_so_until_a_tap_starts_the_shift(
    cedar: House, place: Place, open_page: Open
) -> None:
    page = open_page(cedar.nour, KITCHEN)
    page_recorder.expect_state(page, "live")
    start = page.get_by_role("button", name="Sound is off: turn it on")
    expect(start).to_be_visible()
    record_lights(page)
    order_id = place(cedar)
    expect(hands.card(page, order_id)).to_have_attribute("data-news", "new")
    expect_lit(page, "new")
    assert page.evaluate("document.body.dataset.sounded") is None
    start.click()
    expect(page.locator("#alert-bar")).to_have_attribute("data-audio", "running")
    expect(start).to_be_hidden()
    expect_sounds(page, 1, "new")  # what nobody has taken notice of yet


def test_what_is_new_sounds_and_shows_until_it_is_heard_or_its_card_is_tapped(
    app: Flask, cedar: House, place: Place, open_page: Open
) -> None:
    there = place(cedar)
    hands.move(app, cedar, there, OrderStatus.CONFIRMED)
    page = start_shift(open_page, cedar.nour, strict=False)
    page.clock.install()
    assert hands.card(page, there).get_attribute("data-news") is None
    first, second = place(cedar), place(cedar)
    for order_id in (first, second):
        expect(hands.card(page, order_id)).to_have_attribute("data-news", "new")
    expect(page.locator("#alerts")).to_contain_text("New 2, 3")
    expect(page.locator("body")).to_have_attribute("data-sounded", "new")
    page.clock.run_for(1000)
    said = int(page.evaluate("document.body.dataset.sounds"))
    page.clock.fast_forward(10_500)
    expect_sounds(page, said + 1, "new")
    hands.card(page, first).locator(".facts").click()
    expect(page.locator("#alerts")).to_have_text("New 3")
    page.clock.fast_forward(10_500)
    expect_sounds(page, said + 2, "new")
    hear(page)
    expect(page.locator("#alerts")).to_be_empty()
    expect(hands.card(page, second)).not_to_have_attribute("data-news", "new")
    page.clock.fast_forward(60_000)
    assert int(page.evaluate("document.body.dataset.sounds")) == said + 2


def test_what_others_do_to_a_card_sounds_as_changed_but_lines_struck_off_and_moves_do_not(
    cedar: House, place: Place, move: Do, act: Do, open_page: Open
) -> None:
    order_id = place(cedar)
    move(order_id, OrderStatus.CONFIRMED)
    page = start_shift(open_page, cedar.nour)
    card = hands.card(page, order_id)
    act(order_id, OrderAction.STRIKE, line=1)
    move(order_id, OrderStatus.PREPARING)
    expect(page.locator(f"#column-preparing > #{card_id(order_id)}")).to_be_visible()
    act(order_id, OrderAction.RUSH)
    expect(card).to_have_attribute("data-news", "changed")
    expect_sounds(page, 1, "changed")


def test_what_a_tablet_does_itself_is_silent(cedar: House, place: Place, move: Do, open_page: Open) -> None:
    order_id = place(cedar, Fulfilment.PICKUP)
    move(order_id, OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY)
    page = start_shift(open_page, cedar.karim, DISPATCH)
    hear(page)
    before = int(page.evaluate("document.body.dataset.sounds"))
    hands.open_card(page, order_id)
    hands.button(page, order_id, "Rush").click()
    expect(hands.card(page, order_id)).to_have_attribute("data-rush", "")
    other = place(cedar, Fulfilment.PICKUP)
    move(other, OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY)
    expect_sounds(page, before + 1, "new")
    assert hands.card(page, order_id).get_attribute("data-news") is None


def test_a_cancellation_cries_until_it_is_acknowledged_on_its_card(
    cedar: House, place: Place, move: Do, open_page: Open
) -> None:
    order_id = place(cedar)
    move(order_id, OrderStatus.CONFIRMED)
    page = start_shift(open_page, cedar.nour, strict=False)
    page.clock.install()
    move(order_id, OrderStatus.CANCELLED)
    expect(page.locator("#alerts")).to_contain_text("Cancelled 1")
    expect_sounds(page, 1, "cancelled")
    page.locator("#alerts-open").click()
    expect(page.locator("#alerts button")).to_be_visible()
    expect(page.get_by_role("button", name="Heard")).to_be_hidden()
    page.keyboard.press("Escape")
    page.locator(f"#{card_id(order_id)} .cry").click()
    page.clock.fast_forward(10_500)
    expect_sounds(page, 2, "cancelled")
    hands.card(page, order_id).get_by_role("button", name="Seen").click()
    expect(page.locator("#alerts")).to_be_empty()
    page.clock.fast_forward(60_000)
    expect_sounds(page, 2, "cancelled")


def test_what_a_filter_hides_is_silent_while_another_board_shows_it(
    app: Flask, cedar: House, place: Place, open_page: Open
) -> None:
    open_page(cedar.maya, KITCHEN)
    page = start_shift(open_page, cedar.nour)
    page.evaluate("localStorage.setItem('fulfilments:hamra', JSON.stringify(['pickup']))")
    page.reload()
    go_on(page)
    hands.expect_counted(app, cedar, {"Maya": False, "Nour": True})
    hidden, shown = place(cedar, Fulfilment.DELIVERY), place(cedar, Fulfilment.PICKUP)
    expect(hands.card(page, hidden)).to_be_hidden()
    expect(hands.card(page, shown)).to_have_attribute("data-news", "new")
    expect_sounds(page, 1, "new")
    expect(page.locator("#alerts")).to_have_text("New 2")


def test_each_tone_can_be_tried_and_switched_off_on_this_tablet_and_is_still_seen(
    cedar: House, place: Place, open_page: Open
) -> None:
    page = start_shift(open_page, cedar.nour)
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Tones of this tablet").click()
    for count, (name, kind) in enumerate(
        {
            "New order": "new",
            "Order changed": "changed",
            "Order cancelled": "cancelled",
            "Order late": "late",
        }.items()
    ):
        page.get_by_role("button", name=f"Try: {name}").click()
        expect_sounds(page, count + 1, kind)
    page.get_by_label("New order", exact=True).uncheck()
    page.get_by_role("button", name="Done").click()
    page.reload()
    go_on(page)
    record_lights(page)
    order_id = place(cedar)
    expect(hands.card(page, order_id)).to_have_attribute("data-news", "new")
    expect_lit(page, "new")
    assert page.evaluate("document.body.dataset.sounded") is None


def test_an_order_is_new_to_dispatch_when_it_is_ready_not_when_it_is_placed(
    cedar: House, place: Place, move: Do, open_page: Open
) -> None:
    page = start_shift(open_page, cedar.karim, DISPATCH)
    order_id = place(cedar)
    expect(hands.card(page, order_id)).to_be_visible()
    move(order_id, OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY)
    expect(hands.card(page, order_id)).to_have_attribute("data-news", "new")
    expect_sounds(page, 1, "new")
