"""Riders on the dispatch board: who carries what, and all that waits for one handed over in one tap."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from boards.hands import open_card
from ordertrack.boards import riders
from ordertrack.boards.fragments import card_id
from ordertrack.database.session import tenant_context
from ordertrack.orders.log import event_log
from ordertrack.orders.moving import actions, transitions
from ordertrack.restaurants import roster
from ordertrack.restaurants.roster import Rider
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.tenants.restaurants import find_restaurant
from support.cast import House
from support.network_proxy import NetworkProxy
from support.pages import page_recorder

DISPATCH = "/r/hamra/dispatch"
TO_READY = (OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY)

Place = Callable[..., uuid.UUID]
Open = Callable[..., Page]


@pytest.fixture
def give(app: Flask, cedar: House, place: Place) -> Callable[..., uuid.UUID]:
    """A delivery of this rider's: ready, unless told otherwise."""

    def make(
        rider: str, *, is_out: bool = False, is_held: bool = False, restaurant: str = "hamra"
    ) -> uuid.UUID:
        order_id = place(cedar, restaurant=restaurant)
        with tenant_context(app, cedar.tenant_id):
            for status in (*TO_READY, *([OrderStatus.DELIVERING] if is_out else [])):
                transitions.advance(order_id, status, by=cedar.program)
            actions.act(order_id, OrderAction.ASSIGN, by=cedar.karim.principal, detail=rider)
            if is_held:
                actions.act(order_id, OrderAction.HOLD, by=cedar.program, detail="The guest is late")
        return order_id

    return make


def open_live(open_page: Open, house: House, **options: Any) -> Page:
    page = open_page(house.karim, DISPATCH, **options)
    page_recorder.expect_state(page, "live")
    return page


def rider_of(page: Page, name: str) -> Locator:
    return page.locator(f'#rider-strip [data-rider="{name}"]')


def test_the_strip_says_who_carries_what_and_what_waits_for_whom_as_it_happens(
    app: Flask, cedar: House, give: Callable[..., uuid.UUID], open_page: Open
) -> None:
    first, second = give("Ali", is_out=True), give("Ali")
    page = open_live(open_page, cedar)
    expect(rider_of(page, "Ali")).to_contain_text("carries 1")
    expect(rider_of(page, "Ali")).to_contain_text("waiting: 2")
    give("Ziad")
    expect(rider_of(page, "Ziad")).to_contain_text("carries nothing")
    expect(rider_of(page, "Ziad").get_by_role("button", name="Hand over 1")).to_be_visible()
    with tenant_context(app, cedar.tenant_id):
        transitions.advance(first, OrderStatus.COMPLETED, by=cedar.program)
        transitions.advance(second, OrderStatus.DELIVERING, by=cedar.program)
    expect(rider_of(page, "Ali").locator(".carried")).to_have_text("carries 2")
    expect(rider_of(page, "Ali").get_by_role("button")).to_be_hidden()
    assert page.locator("#rider-strip li").evaluate_all("(all) => all.map((each) => each.dataset.rider)") == [
        "Ali",
        "Ziad",
    ], "riders keep their places"


@pytest.mark.usefixtures("at_once")
def test_one_tap_hands_over_all_that_is_ready_for_a_rider_each_as_a_move_of_its_own(
    app: Flask,
    cedar: House,
    give: Callable[..., uuid.UUID],
    open_page: Open,
    status_of: Callable[..., OrderStatus],
) -> None:
    out, held = give("Ali", is_out=True), give("Ali", is_held=True)
    ready = [give("Ali") for _ in range(3)]
    others = give("Ziad")
    page = open_live(open_page, cedar)
    rider_of(page, "Ali").get_by_role("button", name="Hand over 3").click()
    for order_id in ready:
        expect(page.locator(f"#column-delivering > #{card_id(order_id)}")).to_be_visible()
        with tenant_context(app, cedar.tenant_id):
            last = event_log.events_after(cedar.tenant_id, 0, 100, order_id=order_id)[-1]
        assert (last.to_status, last.changed_by) == (OrderStatus.DELIVERING, "Karim")
    expect(rider_of(page, "Ali").locator(".carried")).to_have_text("carries 1, 3, 4, 5")
    expect(rider_of(page, "Ali").locator(".waiting")).to_have_text("waiting: 2")
    assert status_of(cedar, held) == status_of(cedar, others) == OrderStatus.READY
    assert status_of(cedar, out) == OrderStatus.DELIVERING


@pytest.mark.usefixtures("at_once")
def test_a_rider_whose_name_is_spelled_in_several_ways_is_one_and_leaves_nothing_behind(
    app: Flask,
    cedar: House,
    monkeypatch: pytest.MonkeyPatch,
    give: Callable[..., uuid.UUID],
    open_page: Open,
    status_of: Callable[..., OrderStatus],
) -> None:
    with monkeypatch.context() as before_names_were_matched:
        before_names_were_matched.setattr(actions.riders, "as_carried", lambda order, name: name)
        ready = [give("Sami"), give("sami\u00a0"), give("Nadim")]
    ready.append(give("SAMI "))
    page = open_live(open_page, cedar)
    expect(page.locator("#rider-strip li")).to_have_count(2)
    rider_of(page, "Sami").get_by_role("button", name="Hand over 3").click()
    for order_id in (ready[0], ready[1], ready[3]):
        expect(page.locator(f"#column-delivering > #{card_id(order_id)}")).to_be_visible()
    assert status_of(cedar, ready[2]) == OrderStatus.READY
    assert page.locator("#riders option").count() == 2


@pytest.mark.usefixtures("at_once")
def test_a_hand_over_without_a_line_waits_on_the_tablet_and_what_was_overtaken_is_refused_alone(
    app: Flask,
    cedar: House,
    give: Callable[..., uuid.UUID],
    network: NetworkProxy,
    open_page: Open,
    status_of: Callable[..., OrderStatus],
) -> None:
    orders = [give("Ali") for _ in range(3)]
    page = open_live(open_page, cedar, strict=False, base_url=network.address)
    network.cut()
    rider_of(page, "Ali").get_by_role("button", name="Hand over 3").click()
    expect(rider_of(page, "Ali").get_by_role("button")).to_be_hidden()
    with tenant_context(app, cedar.tenant_id):
        for status in (OrderStatus.DELIVERING, OrderStatus.COMPLETED):
            transitions.advance(orders[1], status, by=cedar.program)
    network.let_through()
    for order_id in (orders[0], orders[2]):
        expect(page.locator(f"#column-delivering > #{card_id(order_id)}")).to_be_visible(timeout=20_000)
    expect(page.locator("#refused")).to_contain_text("2", timeout=20_000)
    assert status_of(cedar, orders[1]) == OrderStatus.COMPLETED


def test_names_used_lately_at_this_restaurant_are_offered_the_last_used_first(
    app: Flask, cedar: House, rival: House, give: Callable[..., uuid.UUID], open_page: Open
) -> None:
    for rider in ("Ziad", "Ali", "Ziad"):
        give(rider)
    give("Samir", restaurant="jounieh")
    with tenant_context(app, cedar.tenant_id):
        restaurant = find_restaurant(cedar.tenant_id, "hamra")
        assert restaurant is not None
        assert riders.names_lately(cedar.tenant_id, restaurant.id) == ["Ziad", "Ali"]
    with tenant_context(app, rival.tenant_id):
        assert riders.names_lately(cedar.tenant_id, restaurant.id) == []
    page = open_live(open_page, cedar)
    offered = "(options) => options.map(({ value }) => value)"
    assert page.locator("#riders option").evaluate_all(offered) == ["Ziad", "Ali"]
    give("Nadim")
    expect(page.locator('#riders option[value="Nadim"]')).to_have_count(1)


def test_who_is_here_stands_on_the_strip_at_once_with_a_phone_and_is_offered_first(
    app: Flask, cedar: House, hamra: uuid.UUID, give: Callable[..., uuid.UUID], open_page: Open
) -> None:
    order_id = give("Ziad")
    page = open_live(open_page, cedar)
    expect(rider_of(page, "Nadim")).to_have_count(0)
    with tenant_context(app, cedar.tenant_id):
        for rider in (Rider("Nadim", "+961 3 12", True), Rider("ali", None, True), Rider("Samir")):
            roster.save(hamra, rider, by=cedar.karim.principal)
    expect(rider_of(page, "Nadim")).to_contain_text("carries nothing")
    expect(rider_of(page, "Nadim").get_by_role("link", name="Call Nadim")).to_have_attribute(
        "href", "tel:+961312"
    )
    expect(rider_of(page, "ali").get_by_role("link")).to_be_hidden()
    expect(rider_of(page, "Samir")).to_have_count(0)  # is not here
    carried = give("ALI", is_out=True)
    expect(rider_of(page, "ali")).to_contain_text("carries 2")
    assign = page.locator(f"#{card_id(order_id)} details.assign")
    open_card(page, order_id)
    assign.locator("summary").click()
    expect(assign.locator(".picks button")).to_have_text(
        ["Nadim", "ali on the road", "Samir not here", "Ziad not here"]
    )
    with tenant_context(app, cedar.tenant_id):
        for name in ("Nadim", "ali"):
            roster.change(hamra, name, by=cedar.karim.principal, is_here=False)
    expect(rider_of(page, "Nadim")).to_have_count(0)
    expect(rider_of(page, "ali")).to_contain_text("carries 2")  # is not here, and has it still
    with tenant_context(app, cedar.tenant_id):
        transitions.advance(carried, OrderStatus.COMPLETED, by=cedar.program)
    expect(rider_of(page, "ali")).to_have_count(0)


def test_what_is_on_the_road_gets_another_rider(
    app: Flask, cedar: House, give: Callable[..., uuid.UUID], open_page: Open
) -> None:
    order_id = give("Ali", is_out=True)
    give("Ziad")
    page = open_live(open_page, cedar)
    assign = page.locator(f"#column-delivering #{card_id(order_id)} details.assign")
    assign.locator("summary").click()
    assign.get_by_role("button", name="Ziad").click()
    expect(rider_of(page, "Ziad")).to_contain_text("carries 1")
    expect(page.locator(f"#{card_id(order_id)} .rider")).to_have_text("Ziad")
    with tenant_context(app, cedar.tenant_id):
        last = event_log.entries_after(cedar.tenant_id, 0, 99, order_id=order_id)[-1]
    assert (last.changed_by, getattr(last, "detail", None)) == ("Karim", "Ziad")
