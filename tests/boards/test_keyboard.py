"""The keyboard alone runs a board."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
import seen
from cast import House
from flask import Flask
from playwright.sync_api import Page, expect

from ordertrack.boards.fragments import card_id
from ordertrack.database import tenant_context
from ordertrack.orders import actions, transitions
from ordertrack.orders.acts import Act
from ordertrack.orders.state_machine import Fulfilment, OrderStatus

KITCHEN = "/r/hamra/kitchen"
DISPATCH = "/r/hamra/dispatch"

Place = Callable[..., uuid.UUID]
Open = Callable[..., Page]
Do = Callable[..., None]


@pytest.fixture
def do(app: Flask, cedar: House) -> Do:
    def make(order_id: uuid.UUID, *deeds: OrderStatus | Act, detail: str | None = None) -> None:
        with tenant_context(app, cedar.tenant_id):
            for deed in deeds:
                if isinstance(deed, Act):
                    actions.act(order_id, deed, by=cedar.program, detail=detail)
                else:
                    transitions.advance(order_id, deed, by=cedar.program)

    return make


def open_live(open_page: Open, person: Any, path: str = KITCHEN, **options: Any) -> Page:
    page = open_page(person, path, **options)
    seen.expect_state(page, "live")
    return page


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def expect_here(page: Page, order_id: uuid.UUID) -> None:
    expect(page.locator(f"#{card_id(order_id)}")).to_be_focused()


def column(page: Page, status: OrderStatus, order_id: uuid.UUID) -> Any:
    return page.locator(f"#column-{status} > #{card_id(order_id)}")


@pytest.mark.parametrize(
    ("language", "onwards", "back"), [("en", "ArrowRight", "ArrowLeft"), ("ar", "ArrowLeft", "ArrowRight")]
)
def test_arrows_walk_over_cards_and_columns_the_way_the_language_runs(
    cedar: House, place: Place, do: Do, open_page: Open, language: str, onwards: str, back: str
) -> None:
    first, second, cooking = place(cedar), place(cedar), place(cedar)
    do(cooking, OrderStatus.CONFIRMED, OrderStatus.PREPARING)
    page = open_live(open_page, cedar.nour)
    if language != "en":
        cookie = {"name": "language", "value": language, "url": page.url}
        page.context.add_cookies([cookie])
        page.reload()
    press(page, "ArrowDown")
    expect_here(page, first)
    press(page, "ArrowDown")
    expect_here(page, second)
    press(page, onwards)
    expect_here(page, cooking)
    press(page, back, "Home")
    expect_here(page, first)
    press(page, "End")
    expect_here(page, second)
    assert page.locator('.card[tabindex="0"]').count() == 1


def test_an_order_goes_through_the_kitchen_by_keys_alone_and_keeps_the_focus(
    cedar: House, place: Place, open_page: Open, status_of: Callable[..., OrderStatus]
) -> None:
    place(cedar)
    order_id = place(cedar)
    page = open_live(open_page, cedar.nour)
    press(page, "ArrowDown", "ArrowDown")
    card = page.locator(f"#{card_id(order_id)}")
    for status in (OrderStatus.CONFIRMED, OrderStatus.PREPARING):
        expect(card.locator(".move button")).to_be_enabled()  # a second Enter so soon would be the same one
        press(page, "Enter")
        expect(column(page, status, order_id)).to_be_visible()
        expect_here(page, order_id)
    press(page, "1")
    expect(card.locator('[data-line="1"]')).to_have_attribute("data-done", "")
    press(page, "Enter")  # a line is open: it is asked twice
    expect(card.get_by_role("button", name="Ready all the same")).to_be_focused()
    press(page, "Enter")
    expect(column(page, OrderStatus.READY, order_id)).to_be_visible()
    expect_here(page, order_id)
    assert status_of(cedar, order_id) == OrderStatus.READY


def test_a_card_that_leaves_the_board_hands_the_focus_to_the_next(
    cedar: House, place: Place, do: Do, open_page: Open
) -> None:
    first, second = place(cedar), place(cedar)
    page = open_live(open_page, cedar.nour)
    press(page, "ArrowDown")
    expect_here(page, first)
    do(first, OrderStatus.CANCELLED)
    expect(page.locator(f"#column-cancelled > #{card_id(first)}")).to_be_visible()
    expect_here(page, first)
    press(page, "Enter")  # acknowledges it
    expect(page.locator(f"#{card_id(first)}")).to_have_count(0)
    expect_here(page, second)


def test_cancelling_asks_for_the_reason_and_escape_leads_back(
    cedar: House, place: Place, open_page: Open, status_of: Callable[..., OrderStatus]
) -> None:
    order_id = place(cedar)
    page = open_live(open_page, cedar.nour)
    press(page, "ArrowDown", "x")
    reason = page.locator(f"#{card_id(order_id)} [name=reason]")
    expect(reason).to_be_focused()
    page.keyboard.type("r u? /1x")  # letters are letters in a field
    expect(reason).to_have_value("r u? /1x")
    press(page, "Escape")
    expect_here(page, order_id)
    press(page, "x")
    expect(reason).to_be_focused()
    press(page, "Enter")
    undo = page.locator("[data-undoing]")
    expect(undo).to_be_visible()
    press(page, "u")
    expect(undo).to_have_count(0)
    assert status_of(cedar, order_id) == OrderStatus.PENDING


def test_rush_and_hold_have_their_keys_where_the_board_offers_them(
    cedar: House, place: Place, do: Do, open_page: Open
) -> None:
    order_id = place(cedar, Fulfilment.PICKUP)
    do(order_id, OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY)
    page = open_live(open_page, cedar.karim, DISPATCH)
    card = page.locator(f"#{card_id(order_id)}")
    press(page, "ArrowDown", "r")
    expect(card).to_have_attribute("data-rush", "")
    press(page, "h")
    expect(card.locator(".hold [name=detail]")).to_be_focused()
    page.keyboard.type("Waits for dessert")
    press(page, "Enter")
    expect(card).to_have_attribute("data-held", "")
    expect_here(page, order_id)
    expect(card.locator("[value=release]")).to_be_enabled()
    press(page, "h")
    expect(card).not_to_have_attribute("data-held", "")
    kitchen = open_live(open_page, cedar.nour)
    press(kitchen, "ArrowDown", "r", "h")
    expect(kitchen.locator(f"#{card_id(order_id)} .rush")).to_have_count(0)
    expect(card).to_have_attribute("data-rush", "")


def test_slash_finds_a_number_and_the_question_mark_lists_the_keys(
    cedar: House, place: Place, open_page: Open
) -> None:
    orders = [place(cedar) for _ in range(4)]
    page = open_live(open_page, cedar.nour)
    press(page, "/")
    page.keyboard.type("9")
    press(page, "Enter")
    expect(page.locator("#find output")).to_have_text("There is no order with this number on the board.")
    page.get_by_label("Number of the order").fill("٣")
    press(page, "Enter")
    expect_here(page, orders[2])
    press(page, "?")
    panel = page.locator("#keys")
    expect(panel).to_be_visible()
    press(page, "Escape")
    expect(panel).to_be_hidden()
    expect_here(page, orders[2])


def test_letters_can_be_switched_off_on_a_tablet_and_arrows_and_enter_stay(
    cedar: House, place: Place, open_page: Open
) -> None:
    order_id = place(cedar)
    page = open_live(open_page, cedar.nour)
    press(page, "?")
    page.get_by_label("Letters and digits are keys on this tablet").uncheck()
    press(page, "Escape")
    page.reload()
    seen.expect_state(page, "live")
    press(page, "ArrowDown", "x", "?")
    expect(page.locator("#keys")).to_be_hidden()
    expect_here(page, order_id)
    press(page, "Enter")
    expect(column(page, OrderStatus.CONFIRMED, order_id)).to_be_visible()


def test_a_key_that_is_held_down_moves_an_order_once(
    cedar: House, place: Place, open_page: Open, status_of: Callable[..., OrderStatus]
) -> None:
    order_id = place(cedar)
    page = open_live(open_page, cedar.nour)
    press(page, "ArrowDown")
    page.keyboard.down("Enter")
    expect(column(page, OrderStatus.CONFIRMED, order_id)).to_be_visible()
    expect(column(page, OrderStatus.CONFIRMED, order_id).locator(".move button")).to_be_enabled()
    page.keyboard.down("Enter")  # pressed and not let go: a repetition
    page.keyboard.up("Enter")
    place(cedar)
    expect(page.locator("#column-pending > .card")).to_have_count(1)
    assert status_of(cedar, order_id) == OrderStatus.CONFIRMED


@pytest.mark.parametrize(("key", "code"), [("ء", "KeyX"), ("×", "KeyX")])
def test_keys_work_on_keyboards_of_other_alphabets(
    cedar: House, place: Place, open_page: Open, key: str, code: str
) -> None:
    order_id = place(cedar)
    page = open_live(open_page, cedar.nour)
    press(page, "ArrowDown")
    page.locator(f"#{card_id(order_id)}").dispatch_event(
        "keydown", {"key": key, "code": code, "bubbles": True}
    )
    expect(page.locator(f"#{card_id(order_id)} [name=reason]")).to_be_focused()
