"""The dispatch board in three zones: what can go by area, who is on the road, what is coming next."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from boards.hands import COOKING, DISPATCH, act, button, card, expect_live, move
from boards.keyboard_steps import expect_here, open_live, press
from boards.tap_steps import cut, log_of, set_undo
from ordertrack.boards.fragments import card_id
from ordertrack.database.session import tenant_context
from ordertrack.orders import intake, records
from ordertrack.orders.new_order import NewItem, NewOrder
from ordertrack.restaurants import roster
from ordertrack.restaurants.roster import Rider
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from support.cast import House
from support.network_proxy import NetworkProxy

READY = (*COOKING, OrderStatus.READY)
Take = Callable[..., uuid.UUID]
Open = Callable[..., Page]


@pytest.fixture
def take(app: Flask, cedar: House) -> Take:
    """An order of Hamra's that has come so far."""

    def place(
        *way: OrderStatus,
        area: str | None = None,
        to_collect: int | None = None,
        fulfilment: Fulfilment = Fulfilment.DELIVERY,
    ) -> uuid.UUID:
        customer: dict[str, Any] = {"name": "Rita", "phone": "+961 3 123456"}
        if fulfilment == Fulfilment.DELIVERY:
            customer["address"] = {"lines": ["Bliss St"]} | ({} if area is None else {"area": area})
        amounts = {} if to_collect is None else {"currency": "USD", "total": 5000, "to_collect": to_collect}
        new = NewOrder("hamra", fulfilment, (NewItem("Kebab", 1),), customer=customer, amounts=amounts)
        with tenant_context(app, cedar.tenant_id):
            order_id = intake.place(new, by=cedar.program)[0]
        move(app, cedar, order_id, *way)
        return order_id

    return place


@pytest.fixture
def here(app: Flask, cedar: House, hamra: uuid.UUID) -> None:
    """Jad and Ali are here, Sami is not."""
    with tenant_context(app, cedar.tenant_id):
        for rider in (Rider("Jad", None, True), Rider("Ali", None, True), Rider("Sami")):
            roster.save(hamra, rider, by=cedar.karim.principal)


def choose(page: Page, *orders: uuid.UUID) -> None:
    for order_id in orders:
        card(page, order_id).locator(".pick").click()


def groups(page: Page, column: str) -> list[str]:
    return page.locator(f"[data-column={column}] .group h3").evaluate_all(
        """(titles) => titles
          .sort((one, other) => one.getBoundingClientRect().top - other.getBoundingClientRect().top)
          .map(({ textContent }) => textContent)"""
    )


def rows(page: Page, column: str) -> list[str]:
    """The numbers of a zone's orders, as they stand on the screen."""
    return page.locator(f"#column-{column} > .card").evaluate_all(
        """(cards) => cards
          .sort((one, other) => one.getBoundingClientRect().top - other.getBoundingClientRect().top)
          .map((card) => card.querySelector("h3").textContent.trim())"""
    )


def riders(page: Page) -> Locator:
    return page.locator("#hand .to-riders button")


def rider_of(app: Flask, house: House, order_id: uuid.UUID) -> str | None:
    with tenant_context(app, house.tenant_id):
        found = records.find(house.tenant_id, order_id)
    assert found is not None
    return found.rider


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
