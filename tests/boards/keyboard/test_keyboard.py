"""The keyboard alone runs a board."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from boards.hands import DISPATCH
from boards.keyboard.keyboard_steps import column, expect_here, open_live, press
from boards.tap_steps import set_undo
from ordertrack.boards.fragments import card_id
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from support.cast import House
from support.server import wait_for

Place = Callable[..., uuid.UUID]
Open = Callable[..., Page]
Do = Callable[..., None]


@pytest.mark.parametrize(
    ("language", "onwards", "back"), [("en", "ArrowRight", "ArrowLeft"), ("ar", "ArrowLeft", "ArrowRight")]
)
def test_arrows_walk_over_cards_and_columns_the_way_the_language_runs(
    cedar: House, place: Place, move: Do, open_page: Open, language: str, onwards: str, back: str
) -> None:
    first, second, cooking = place(cedar), place(cedar), place(cedar)
    move(cooking, OrderStatus.CONFIRMED, OrderStatus.PREPARING)
    page = open_live(open_page, cedar.nour, language=language)
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


@pytest.mark.usefixtures("at_once", "lines_asked")
def test_an_order_goes_through_the_kitchen_by_keys_alone_and_keeps_the_focus(
    cedar: House, place: Place, open_page: Open, status_of: Callable[..., OrderStatus]
) -> None:
    place(cedar)
    order_id = place(cedar)
    page = open_live(open_page, cedar.nour)
    press(page, "ArrowDown", "ArrowDown")
    card = page.locator(f"#{card_id(order_id)}")
    for status in (OrderStatus.CONFIRMED, OrderStatus.PREPARING):
        expect(card.locator("button.move")).to_be_enabled()  # a second Enter so soon would be the same one
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
    cedar: House, place: Place, move: Do, open_page: Open
) -> None:
    first, second = place(cedar), place(cedar)
    page = open_live(open_page, cedar.nour)
    press(page, "ArrowDown")
    expect_here(page, first)
    move(first, OrderStatus.CANCELLED)
    expect(page.locator(f"#column-cancelled > #{card_id(first)}")).to_be_visible()
    expect_here(page, first)
    press(page, "Enter")  # acknowledges it
    expect(page.locator(f"#{card_id(first)}")).to_have_count(0)
    expect_here(page, second)


def test_cancelling_asks_for_the_reason_and_escape_leads_back(
    app: Flask, cedar: House, place: Place, open_page: Open, status_of: Callable[..., OrderStatus]
) -> None:
    set_undo(app, cedar, {OrderStatus.CANCELLED: 30})
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
    expect(undo).to_be_focused()
    press(page, "u")
    expect(undo).to_have_count(0)
    assert status_of(cedar, order_id) == OrderStatus.PENDING


def test_rush_and_hold_have_their_keys_where_the_board_offers_them(
    cedar: House, place: Place, move: Do, open_page: Open
) -> None:
    order_id = place(cedar, Fulfilment.PICKUP)
    move(order_id, OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY)
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


@pytest.mark.usefixtures("at_once")
def test_an_order_that_goes_into_a_drawer_does_not_take_the_keys_with_it(
    cedar: House, place: Place, move: Do, open_page: Open, status_of: Callable[..., OrderStatus]
) -> None:
    orders = [place(cedar, Fulfilment.PICKUP) for _ in range(2)]
    for order in orders:
        move(order, OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY)
    page = open_live(open_page, cedar.karim, DISPATCH)
    press(page, "ArrowDown")
    expect_here(page, orders[0])
    press(page, "Enter")
    expect_here(page, orders[1])
    expect(page.locator("#completed")).to_be_hidden()
    press(page, "Enter")
    wait_for(lambda: status_of(cedar, orders[1]) == OrderStatus.COMPLETED, "the second to be given out")
