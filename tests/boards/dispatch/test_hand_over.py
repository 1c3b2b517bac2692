"""Several orders are chosen and go with one rider; what becomes of a choice is said."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import expect

from boards.dispatch.steps import READY, Open, Take, choose, rider_of, riders
from boards.hands import DISPATCH, act, button, card, expect_live, move
from boards.keyboard.keyboard_steps import expect_here, open_live, press
from boards.tap_steps import cut, log_of, set_undo
from ordertrack.boards.fragments import card_id
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import OrderStatus
from support.cast import House
from support.network_proxy import NetworkProxy


@pytest.mark.usefixtures("here", "at_once")
def test_three_orders_go_with_one_rider_in_four_taps_and_the_bar_says_what_they_bring(
    app: Flask, cedar: House, take: Take, open_page: Open, status_of: Callable[..., OrderStatus]
) -> None:
    first, second = take(*READY, to_collect=2450), take(*READY, to_collect=1000)
    third, other = take(*READY, to_collect=0), take(*READY)
    page = open_page(cedar.karim, DISPATCH)
    expect_live(page)
    expect(page.locator("#hand")).to_be_hidden()
    choose(page, first, second, third)
    expect(page.locator("#hand .chosen b")).to_have_text("1, 2, 3")
    expect(page.locator("#hand .chosen small")).to_have_text("3 orders · collect US$34.50")
    expect(riders(page)).to_have_text(["Hand to Ali", "Hand to Jad"])
    riders(page).last.click()
    for order_id in (first, second, third):
        expect(page.locator(f"#column-delivering > #{card_id(order_id)}")).to_be_visible()
        assert log_of(app, cedar, order_id)[-2:] == ["assign Karim", "delivering Karim"]
        assert rider_of(app, cedar, order_id) == "Jad"
    expect(page.locator("#hand")).to_be_hidden()
    expect(page.locator("[data-column=delivering] .group h3")).to_have_text("Jad")
    assert status_of(cedar, other) == OrderStatus.READY


@pytest.mark.usefixtures("here")
def test_an_order_without_an_amount_is_counted_apart_and_who_is_out_comes_after_who_is_here(
    app: Flask, cedar: House, take: Take, open_page: Open
) -> None:
    out = take(*READY)
    act(app, cedar, out, OrderAction.ASSIGN, detail="Ali")
    move(app, cedar, out, OrderStatus.DELIVERING)
    paid, unknown = take(*READY, to_collect=0), take(*READY)
    page = open_page(cedar.karim, DISPATCH)
    expect_live(page)
    choose(page, paid, unknown)
    expect(page.locator("#hand .chosen small")).to_have_text(
        "2 orders · nothing to collect · 1 without an amount"
    )
    expect(riders(page)).to_have_text(["Hand to Jad", "Ali on the road 0 min"])
    page.locator("#hand").get_by_role("button", name="Clear").click()
    expect(page.locator("#hand")).to_be_hidden()
    expect(card(page, paid).locator(".pick")).to_have_attribute("aria-pressed", "false")


@pytest.mark.usefixtures("here", "at_once")
def test_where_somebody_was_faster_it_is_said_at_that_order_and_the_others_go(
    app: Flask, cedar: House, take: Take, network: NetworkProxy, open_page: Open
) -> None:
    lost, *others = [take(*READY) for _ in range(3)]
    page = open_page(cedar.karim, DISPATCH, strict=False, base_url=network.address)
    expect_live(page)
    choose(page, lost, *others)
    cut(page, network)
    riders(page).last.click()
    act(app, cedar, lost, OrderAction.ASSIGN, detail="Ali")
    move(app, cedar, lost, OrderStatus.DELIVERING)
    network.let_through()
    for order_id in others:
        expect(page.locator(f"#column-delivering > #{card_id(order_id)}")).to_be_visible(timeout=20_000)
        expect(card(page, order_id)).to_have_attribute("data-rider", "Jad")
        expect(card(page, order_id).locator(".not-done")).to_have_count(0)
    expect(card(page, lost)).to_have_attribute("data-rider", "Ali", timeout=20_000)
    expect(card(page, lost).locator(".not-done")).to_contain_text("Not done: ")
    expect(page.locator("#refused .problem")).to_have_count(1)
    button(page, lost, "Dismiss").click()
    expect(page.locator("#refused .problem, .not-done")).to_have_count(0)


@pytest.mark.usefixtures("here")
def test_a_hand_over_is_taken_back_whole(app: Flask, cedar: House, take: Take, open_page: Open) -> None:
    set_undo(app, cedar, {OrderStatus.DELIVERING: 5})
    orders = [take(*READY), take(*READY)]
    page = open_page(cedar.karim, DISPATCH)
    page.clock.install()
    page.reload()
    expect_live(page)
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)
    choose(page, orders[0])
    page.clock.run_for(1_000)
    choose(page, orders[1])
    riders(page).first.click()
    expect(page.locator("#handed")).to_contain_text("2 orders for Ali")
    page.locator("#handed").get_by_role("button", name="Undo").click()
    expect(page.locator("#handed")).to_be_hidden()
    page.clock.run_for(10_000)
    for order_id in orders:
        assert log_of(app, cedar, order_id)[-1] == "ready Till"
        expect(card(page, order_id).locator(".pick")).to_be_enabled()


@pytest.mark.usefixtures("here")
def test_an_order_that_was_chosen_and_that_somebody_else_moves_is_named_in_the_bar_with_what_became_of_it(
    app: Flask, cedar: House, take: Take, open_page: Open
) -> None:
    out, held, off = [take(*READY, to_collect=1000) for _ in range(3)]
    kept = take(*READY, to_collect=500)
    page = open_page(cedar.karim, DISPATCH)
    expect_live(page)
    choose(page, out, held, off, kept)
    expect(page.locator("#hand .chosen small")).to_have_text("4 orders · collect US$35.00")
    expect(page.locator("#hand .lost")).to_be_hidden()
    place = riders(page).first.bounding_box()
    act(app, cedar, out, OrderAction.ASSIGN, detail="Ali")
    move(app, cedar, out, OrderStatus.DELIVERING)
    expect(page.locator("#hand .lost")).to_have_text("Order 1 is on its way · \u2068Ali\u2069")
    act(app, cedar, held, OrderAction.HOLD, detail="Waits for the drinks")
    move(app, cedar, off, OrderStatus.DELIVERING, OrderStatus.COMPLETED)
    expect(page.locator("#hand .lost")).to_have_text(
        "Order 1 is on its way · \u2068Ali\u2069 · Order 2 is on hold · Order 3 is completed"
    )
    expect(page.locator("#hand .chosen b")).to_have_text("4")
    expect(page.locator("#hand .chosen small")).to_have_text("1 order · collect US$5.00")
    assert place is not None
    now = riders(page).first.bounding_box()
    assert now is not None
    assert (now["x"], now["y"]) == (place["x"], place["y"]), "no rider moves under a finger"
    page.locator("#hand .clear").click()
    expect(page.locator("#hand")).to_be_hidden()
    act(app, cedar, held, OrderAction.RELEASE)
    expect(card(page, held).locator(".pick")).to_be_enabled()
    choose(page, held)
    expect(page.locator("#hand .lost")).to_be_hidden()
    move(app, cedar, held, OrderStatus.DELIVERING)
    expect(page.locator("#hand .lost")).to_have_text("Order 2 is on its way")
    expect(riders(page).first).to_be_hidden()


@pytest.mark.usefixtures("here", "at_once")
def test_what_one_hands_over_oneself_is_not_said_to_be_lost(
    cedar: House, take: Take, open_page: Open
) -> None:
    first, second = take(*READY), take(*READY)
    page = open_page(cedar.karim, DISPATCH)
    expect_live(page)
    choose(page, first, second)
    card(page, first).locator("[data-more]").click()
    card(page, first).get_by_role("button", name="Send out").click()
    expect(page.locator(f"#column-delivering > #{card_id(first)}")).to_be_attached()
    expect(page.locator("#hand .chosen b")).to_have_text("2")
    expect(page.locator("#hand .lost")).to_be_empty()


def test_a_hand_over_can_be_taken_back_for_five_seconds_unless_the_restaurant_says_otherwise(
    app: Flask, cedar: House, take: Take, open_page: Open
) -> None:
    orders = [take(*READY) for _ in range(2)]
    for order_id in orders:
        act(app, cedar, order_id, OrderAction.ASSIGN, detail="Jad")
    page = open_page(cedar.karim, DISPATCH)
    page.clock.install()
    page.reload()
    expect_live(page)
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)
    page.locator("#rider-strip").get_by_role("button", name="Hand over 2").click()
    expect(page.locator("#handed")).to_contain_text("2 orders for Jad")
    page.locator("#handed").get_by_role("button", name="Undo").click()
    page.clock.run_for(6_000)
    for order_id in orders:
        assert log_of(app, cedar, order_id)[-1] == "assign Till"
    page.locator("#rider-strip").get_by_role("button", name="Hand over 2").click()
    page.clock.run_for(4_900)
    assert log_of(app, cedar, orders[0])[-1] == "assign Till"
    page.clock.run_for(400)
    for order_id in orders:
        expect(card(page, order_id)).to_have_attribute("data-status", OrderStatus.DELIVERING, timeout=20_000)
    expect(page.locator("#handed")).to_be_hidden()


@pytest.mark.usefixtures("here")
def test_the_tab_key_leads_from_a_chosen_row_to_the_riders(cedar: House, take: Take, open_page: Open) -> None:
    orders = [take(*READY) for _ in range(4)]
    page = open_page(cedar.karim, DISPATCH)
    expect_live(page)
    way = page.get_by_role("button", name="To the riders")
    expect(way).to_have_count(0)
    card(page, orders[0]).locator(".pick").focus()
    press(page, " ", "Tab")
    expect(way).to_be_focused()
    press(page, "Enter")
    expect(riders(page).first).to_be_focused()
    page.locator("#hand .clear").focus()
    press(page, "Enter")
    expect_here(page, orders[0])
    expect(way).to_have_count(0)


@pytest.mark.usefixtures("here", "at_once")
def test_the_keyboard_alone_hands_two_orders_over(
    app: Flask, cedar: House, take: Take, open_page: Open
) -> None:
    first, second = take(*READY, area="Verdun"), take(*READY, area="Verdun")
    page = open_live(open_page, cedar.karim, DISPATCH)
    press(page, "ArrowDown", "Enter")
    expect_here(page, first)
    press(page, "ArrowDown", " ")
    expect(page.locator("#hand .chosen b")).to_have_text("1, 2")
    press(page, "a")
    expect(riders(page).first).to_be_focused()
    press(page, "Enter")
    for order_id in (first, second):
        expect(page.locator(f"#column-delivering > #{card_id(order_id)}")).to_be_visible()
        expect(card(page, order_id)).to_have_attribute("data-rider", "Ali")
