"""The guests' board: numbers and nothing else, called out once, on the screens that they concern."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Locator, Page, expect

from ordertrack.boards.fragments import card_id
from ordertrack.database.session import tenant_context
from ordertrack.orders.moving import actions, transitions
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.restaurants import rule_sets
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import Fulfilment, OrderStatus, RuleSet
from support.cast import House
from support.http_client import EventStream
from support.http_client import sign_in as sign_in_over_http
from support.network_proxy import NetworkProxy
from support.pages import page_recorder
from support.pages.page_clock import install_clock
from support.server import Server

PICKUP = "/r/hamra/pickup"
A_SECOND = 1000  # milliseconds
TO_READY = (OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY)

Place = Callable[..., uuid.UUID]
Open = Callable[..., Page]


def number_in(page: Page, area: str, order_id: uuid.UUID) -> Locator:
    return page.locator(f"#pickup-{area} > #{card_id(order_id)}")


def open_live(open_page: Open, house: House, path: str = PICKUP, **options: object) -> Page:
    page = open_page(house.nour, path, **options)
    page_recorder.expect_state(page, "live")
    return page


def test_a_number_that_becomes_ready_moves_over_and_is_called_out_for_a_few_seconds(
    cedar: House, place: Place, move: Callable[..., None], open_page: Open
) -> None:
    was_ready, order_id = place(cedar, Fulfilment.PICKUP), place(cedar, Fulfilment.PICKUP)
    move(was_ready, *TO_READY)
    page = open_live(open_page, cedar)
    expect(number_in(page, "ready", was_ready)).to_have_text("1")
    expect(page.locator("#pickup-preparing > li")).to_have_count(0)
    move(order_id, OrderStatus.CONFIRMED)
    expect(number_in(page, "preparing", order_id)).to_be_visible(timeout=A_SECOND)
    call = page.locator("#call")
    expect(call).to_be_hidden()
    move(order_id, OrderStatus.PREPARING, OrderStatus.READY)
    expect(number_in(page, "ready", order_id)).to_be_visible(timeout=A_SECOND)
    expect(number_in(page, "preparing", order_id)).to_have_count(0)
    expect(call).to_be_visible()
    expect(call.locator("li")).to_have_text(["2"])
    expect(call).to_be_hidden(timeout=8 * A_SECOND)
    expect(number_in(page, "ready", order_id)).to_be_visible()
    move(order_id, OrderStatus.COMPLETED)
    expect(number_in(page, "ready", order_id)).to_have_count(0)
    expect(call).to_be_hidden()


def test_a_number_that_was_recalled_is_called_out_again_when_it_is_ready(
    app: Flask, cedar: House, place: Place, move: Callable[..., None], open_page: Open
) -> None:
    with tenant_context(app, cedar.tenant_id):
        rule_sets.choose(RuleSet.EXTENDED, by=cedar.maya.principal)
    order_id = place(cedar, Fulfilment.PICKUP)
    move(order_id, *TO_READY)
    page = open_live(open_page, cedar)
    expect(number_in(page, "ready", order_id)).to_be_visible()
    with tenant_context(app, cedar.tenant_id):
        transitions.advance(order_id, OrderStatus.PREPARING, by=cedar.program, reason="Cold")
    expect(number_in(page, "preparing", order_id)).to_be_visible()
    expect(page.locator("#call")).to_be_hidden()
    move(order_id, OrderStatus.READY)
    expect(page.locator("#call")).to_be_visible()
    expect(page.locator("#call")).to_contain_text("1")


def test_a_number_nobody_comes_for_leaves_after_half_an_hour(
    cedar: House, place: Place, move: Callable[..., None], open_page: Open
) -> None:
    order_id = place(cedar, Fulfilment.PICKUP)
    move(order_id, *TO_READY)
    page = open_live(open_page, cedar, strict=False)
    install_clock(page)
    expect(number_in(page, "ready", order_id)).to_be_visible()
    page.clock.fast_forward("29:00")
    expect(number_in(page, "ready", order_id)).to_be_visible()
    page.clock.fast_forward("01:05")
    expect(number_in(page, "ready", order_id)).to_have_count(0)


def test_a_screen_shows_the_fulfilments_that_were_chosen_on_it_and_remembers_them(
    cedar: House, place: Place, move: Callable[..., None], open_page: Open
) -> None:
    pickup, dine_in, delivery = (place(cedar, each) for each in ("pickup", "dine_in", "delivery"))
    for order_id in (pickup, dine_in, delivery):
        move(order_id, OrderStatus.CONFIRMED)
    page = open_live(open_page, cedar)
    expect(number_in(page, "preparing", pickup)).to_be_visible()
    expect(number_in(page, "preparing", dine_in)).to_be_hidden()
    expect(number_in(page, "preparing", delivery)).to_have_count(0)
    page.locator("#pickup-open").click()
    page.get_by_label("Dine in").check()
    page.get_by_label("Pickup", exact=True).uncheck()
    page.get_by_role("button", name="Done").click()
    page.reload()
    expect(number_in(page, "preparing", dine_in)).to_be_visible()
    expect(number_in(page, "preparing", pickup)).to_be_hidden()
    move(pickup, OrderStatus.PREPARING, OrderStatus.READY)
    move(dine_in, OrderStatus.PREPARING, OrderStatus.READY)
    expect(page.locator("#call li")).to_have_text(["2"])
    page.goto(f"{PICKUP}?show=pickup&also=ar")
    expect(number_in(page, "ready", pickup)).to_be_visible()
    expect(page.locator("h2 [lang=ar]").first).to_be_visible()


def test_guests_see_numbers_and_no_names_phones_dishes_or_links(
    app: Flask, server: Server, cedar: House, sign_in: Callable[..., FlaskClient]
) -> None:
    guest = {"name": "Rita Khoury", "phone": "+961 3 123456"}
    order = NewOrder("hamra", Fulfilment.PICKUP, (NewItem("Kebab", 2, "no onion"),), "T-77", guest)
    stream = EventStream(server.port, f"{PICKUP}/stream", sign_in_over_http(server.port, cedar.nour).headers)
    with tenant_context(app, cedar.tenant_id):
        order_id = intake.place(order, by=cedar.program)[0]
        for status in TO_READY:
            transitions.advance(order_id, status, by=cedar.program, reason="Rita Khoury asked")
    frames = ""
    while "pickup-ready" not in frames or f'id="{card_id(order_id)}"' not in frames:
        frame = stream.next()
        assert frame is not None
        frames += frame.data
    stream.close()
    page = sign_in(cedar.nour).get(PICKUP).text
    assert card_id(order_id) in page
    for shown in (page, frames):
        for private in ("Rita", "123456", "Kebab", "onion", "T-77", "Till", "Nour"):
            assert private not in shown
        assert not re.search(r"<a\b|/orders/|/track/", shown)


def test_what_is_done_to_an_order_without_moving_it_is_no_news_for_guests(
    app: Flask, server: Server, cedar: House, place: Place, move: Callable[..., None]
) -> None:
    order_id = place(cedar, Fulfilment.PICKUP)
    move(order_id, OrderStatus.CONFIRMED)
    stream = EventStream(server.port, f"{PICKUP}/stream", sign_in_over_http(server.port, cedar.karim).headers)
    while (frame := stream.next()) is not None and frame.event != "hb":
        pass
    with tenant_context(app, cedar.tenant_id):
        actions.act(order_id, OrderAction.RUSH, by=cedar.program)
    move(order_id, OrderStatus.PREPARING)
    frame = stream.next()
    stream.close()
    assert frame is not None and 'data-version="4"' in frame.data  # with what was done it is the fourth


def test_a_chime_sounds_only_where_a_tap_has_asked_for_it(
    cedar: House, place: Place, move: Callable[..., None], open_page: Open
) -> None:
    silent, sounding = place(cedar, Fulfilment.PICKUP), place(cedar, Fulfilment.PICKUP)
    page = open_live(open_page, cedar)
    expect(page.locator("#pickup-open")).to_contain_text("Sound is off")
    move(silent, *TO_READY)
    expect(page.locator("#call")).to_be_visible()
    assert page.evaluate("document.body.dataset.sounded") is None
    expect(page.locator("#call")).to_be_hidden(timeout=8 * A_SECOND)
    page.locator("#pickup-open").click()
    page.get_by_label("A chime sounds").check()
    page.get_by_role("button", name="Done").click()
    expect(page.locator("body")).to_have_attribute("data-audio", "running")
    expect(page.locator("#pickup-open")).to_contain_text("Sound is on")
    move(sounding, *TO_READY)
    expect(page.locator("body")).to_have_attribute("data-sounded", "ready")


def test_a_board_that_was_cut_off_says_so_and_calls_what_became_ready_meanwhile_together(
    cedar: House, place: Place, move: Callable[..., None], network: NetworkProxy, open_page: Open
) -> None:
    orders = [place(cedar, Fulfilment.PICKUP) for _ in range(3)]
    page = open_live(open_page, cedar, strict=False, base_url=network.address)
    network.cut()
    expect(page.locator("#live")).to_contain_text("Reconnecting")
    for order_id in orders:
        move(order_id, *TO_READY)
    network.let_through()
    page_recorder.expect_state(page, "live")
    expect(page.locator("#call li")).to_have_text(["1", "2", "3"])
