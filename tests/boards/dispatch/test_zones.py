"""The dispatch board in three zones: what can go by area, who is on the road, what is coming next."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import expect

from boards.dispatch.steps import READY, Open, Take, choose, groups, riders, rows
from boards.hands import COOKING, DISPATCH, act, button, card, expect_live, move
from boards.keyboard.keyboard_steps import expect_here, open_live, press
from boards.tap_steps import cut
from ordertrack.boards.fragments import card_id
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from support.cast import House
from support.network_proxy import NetworkProxy


def test_the_longest_waiting_is_first_in_its_area_and_its_area_before_others(
    app: Flask, cedar: House, take: Take, open_page: Open
) -> None:
    later, first = take(*COOKING, area="Verdun"), take(*COOKING, area="Ras Beirut")
    pickup = take(*READY, fulfilment=Fulfilment.PICKUP)
    move(app, cedar, first, OrderStatus.READY)
    nowhere = take(*READY)
    move(app, cedar, later, OrderStatus.READY)
    take(*READY, area="ras  beirut")
    page = open_page(cedar.karim, DISPATCH)
    expect_live(page)
    assert groups(page, "ready") == [
        "Ras Beirut · 2",
        "No area given · 1",
        "Verdun · 1",
        "Pickup at the counter · 1",
    ]
    assert rows(page, "ready") == ["2", "5", "4", "1", "3"]
    expect(card(page, pickup).locator(".pick")).to_have_count(0)
    expect(card(page, nowhere).locator(".pick")).to_be_visible()


@pytest.mark.usefixtures("here", "at_once")
def test_an_area_keeps_its_place_while_it_has_orders_whatever_leaves_it_or_comes(
    app: Flask, cedar: House, take: Take, open_page: Open
) -> None:
    first, _, rushed = take(*READY, area="Verdun"), take(*READY, area="Hamra"), take(*READY, area="Verdun")
    page = open_page(cedar.karim, DISPATCH)
    expect_live(page)
    assert groups(page, "ready") == ["Verdun · 2", "Hamra · 1"]
    choose(page, first)
    riders(page).first.click()
    expect(page.locator(f"#column-delivering > #{card_id(first)}")).to_be_visible()
    expect(page.locator("[data-column=ready] .group h3").first).to_have_text("Verdun · 1")
    assert groups(page, "ready") == ["Verdun · 1", "Hamra · 1"]
    sodeco = take(*READY, area="Sodeco")
    expect(page.locator("[data-column=ready] .group h3")).to_have_count(3)
    act(app, cedar, sodeco, OrderAction.RUSH)
    expect(card(page, sodeco).locator(".rush")).to_be_visible()
    assert groups(page, "ready") == ["Verdun · 1", "Hamra · 1", "Sodeco · 1"]
    page.reload()
    expect_live(page)
    assert groups(page, "ready") == ["Sodeco · 1", "Hamra · 1", "Verdun · 1"]
    move(app, cedar, rushed, OrderStatus.DELIVERING)
    expect(page.locator("[data-column=ready] .group h3")).to_have_count(2)


@pytest.mark.usefixtures("here", "at_once")
def test_after_a_minute_without_a_touch_the_longest_waiting_area_stands_first_again(
    cedar: House, take: Take, open_page: Open
) -> None:
    first = take(*READY, area="Verdun")
    take(*READY, area="Hamra")
    take(*READY, area="Verdun")
    page = open_page(cedar.karim, DISPATCH, strict=False)  # for it the stream is silent for two minutes
    page.clock.install()
    page.reload()
    expect_live(page)
    choose(page, first)
    riders(page).first.click()
    expect(page.locator(f"#column-delivering > #{card_id(first)}")).to_be_visible()
    page.clock.run_for(50_000)
    page.mouse.click(5, 5)  # somebody is there
    page.clock.run_for(50_000)
    assert groups(page, "ready") == ["Verdun · 1", "Hamra · 1"]
    page.clock.run_for(20_000)
    assert groups(page, "ready") == ["Hamra · 1", "Verdun · 1"]


@pytest.mark.parametrize("width", [1280, 390])
def test_what_a_row_asks_is_seen_whole_where_its_zone_has_no_room_left(
    app: Flask, cedar: House, take: Take, open_page: Open, width: int
) -> None:
    orders = [take(*READY, OrderStatus.DELIVERING) for _ in range(6)]
    page = open_page(cedar.karim, DISPATCH, viewport={"width": width, "height": 800})
    expect_live(page)
    if width < 500:
        page.get_by_role("button", name="On the road 6").click()
    low = max(orders, key=lambda order: (card(page, order).bounding_box() or {"y": 0})["y"])
    asked = card(page, low).locator("details.assign")
    asked.locator("summary").click()
    expect(asked.get_by_role("button", name="Assign")).to_be_in_viewport(ratio=1)


def test_the_zones_follow_what_happens(app: Flask, cedar: House, take: Take, open_page: Open) -> None:
    page = open_page(cedar.karim, DISPATCH)
    expect_live(page)
    order_id = take(area="Verdun")
    expect(page.locator(f"#column-kitchen > #{card_id(order_id)}")).to_contain_text("Verdun")
    move(app, cedar, order_id, *READY)
    expect(page.locator("[data-column=ready] .group h3")).to_have_text("Verdun · 1")
    expect(card(page, order_id).locator(".phone")).to_have_attribute("href", "tel:+9613123456")
    act(app, cedar, order_id, OrderAction.ASSIGN, detail="Jad")
    move(app, cedar, order_id, OrderStatus.DELIVERING)
    expect(page.locator("[data-column=ready] .group")).to_have_count(0)
    expect(page.locator("[data-column=delivering] .group")).to_have_text("Jad0 min")
    act(app, cedar, order_id, OrderAction.ASSIGN, detail="Ali")
    expect(page.locator("[data-column=delivering] .group h3")).to_have_text("Ali")
    button(page, order_id, "Delivered").click()
    expect(page.locator(f"#column-completed > #{card_id(order_id)}")).to_be_attached(timeout=20_000)
    expect(page.locator("[data-column=delivering] .group")).to_have_count(0)


def test_on_a_phone_a_zone_is_shown_at_a_time_and_an_order_that_is_sought_brings_its_own(
    app: Flask, cedar: House, take: Take, open_page: Open
) -> None:
    ready, out = take(*READY), take(*READY, OrderStatus.DELIVERING)
    page = open_live(open_page, cedar.karim, DISPATCH, viewport={"width": 390, "height": 844})
    expect(card(page, ready)).to_be_visible()
    expect(card(page, out)).to_be_hidden()
    page.get_by_role("button", name="On the road 1").click()
    expect(card(page, out)).to_be_visible()
    expect(card(page, ready)).to_be_hidden()
    press(page, "/")
    page.locator("#find input").fill("1")
    press(page, "Enter")
    expect_here(page, ready)


def test_nothing_that_stands_in_an_empty_zone_moves_while_a_tap_waits(
    app: Flask, cedar: House, take: Take, network: NetworkProxy, open_page: Open
) -> None:
    order_id = take(*READY, OrderStatus.DELIVERING)
    page = open_page(cedar.karim, DISPATCH, strict=False, base_url=network.address)
    expect_live(page)
    empty = page.get_by_text("Nothing is waiting to go out.")
    before = empty.bounding_box()
    cut(page, network)
    button(page, order_id, "Delivered").click()
    expect(page.locator("#pending-taps")).to_be_visible(timeout=20_000)
    assert empty.bounding_box() == before


def test_a_small_screen_with_a_cancelled_order_and_chosen_ones_still_shows_and_hands_over_orders(
    cedar: House, take: Take, open_page: Open
) -> None:
    """As at 200 % on a tablet: the board scrolls as a whole."""
    take(OrderStatus.CANCELLED)
    order = take(*COOKING, OrderStatus.READY)
    page = open_page(cedar.karim, DISPATCH, viewport={"width": 640, "height": 400})
    expect_live(page)
    pick = card(page, order).locator(".pick")
    pick.click()
    assert page.locator(".floor").evaluate("floor => floor.clientHeight") >= 270
    page.locator("#hand input").fill("Jad")
    page.locator("#hand form button").click()
    expect(card(page, order)).to_have_attribute("data-status", "delivering", timeout=10_000)
