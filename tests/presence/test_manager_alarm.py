"""Every page of a manager tells where orders are open and nobody sees them, within seconds, and aloud."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from ordertrack.database.session import tenant_context
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.rules.state_machine import Fulfilment
from support.cast import House, Person

TOLD = "Hamra: 1 open order and no kitchen board"
SOON = 12_000  # milliseconds


def test_every_page_of_a_manager_tells_and_no_other_does(
    cedar: House, sign_in: Callable[[Person], FlaskClient], place: Callable[..., uuid.UUID]
) -> None:
    order_id = place(cedar)
    pages = ["/boards", "/orders", f"/orders/{order_id}", "/sla", "/restaurants", "/sla/settings/hamra"]
    pages += ["/r/hamra/settings", "/r/hamra/open", "/people", "/tablets", "/screens"]
    pages += ["/r/hamra/kitchen", "/r/hamra/dispatch"]
    maya, nour = sign_in(cedar.maya), sign_in(cedar.nour)
    for page in pages:
        text = maya.get(page).text
        for sign in ('<div id="manager-alarm"', '<button type="button" id="alerts-open"', '"manager-alarms"'):
            assert text.count(sign) == 1, (page, sign)
    assert TOLD in maya.get("/").text, "the first page has them in its own list"
    for page in ("/boards", "/orders", f"/orders/{order_id}", "/r/hamra/kitchen"):
        text = nour.get(page).text
        assert 'id="manager-alarm' not in text


@pytest.mark.parametrize("path", ["/orders", "/account", "/r/hamra/dispatch"])
def test_the_sign_comes_and_goes_while_the_page_is_open_and_is_said_aloud(
    open_page: Callable[..., Page], cedar: House, place: Callable[..., uuid.UUID], path: str
) -> None:
    page = open_page(cedar.maya, path)
    sign, aloud = page.locator("#alerts-open"), page.locator("#manager-alarm [role=alert]")
    expect(sign).to_be_hidden()
    place(cedar)
    expect(sign).to_have_text("1 alert", timeout=SOON)
    expect(aloud).to_have_text(TOLD)
    where = "header.bar #alerts-open"
    expect(page.locator(where)).to_be_visible()
    if path.endswith("dispatch"):  # the board itself goes on being live, and its cards stay where they are
        expect(page.locator("body")).to_have_attribute("data-live", "live")
    sign.click()
    line = page.locator("#alert-list").get_by_role("link", name=TOLD)
    expect(line).to_be_visible()
    expect(line).to_have_attribute("href", "/r/hamra/kitchen")
    open_page(cedar.nour, "/r/hamra/kitchen")
    expect(sign).to_be_hidden(timeout=SOON)
    expect(line).to_be_hidden()
    expect(aloud).to_be_empty()


def place_late(app: Flask, house: House, restaurant: str) -> None:
    """An order that was promised five minutes ago."""
    promised = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)
    late = NewOrder(restaurant, Fulfilment.DELIVERY, (NewItem("Kebab", 1),), promised_at=promised)
    with tenant_context(app, house.tenant_id):
        intake.place(late, by=house.program)


def test_several_boards_are_one_counted_sign_and_its_list_stays_open_while_it_changes(
    open_page: Callable[..., Page], cedar: House, place: Callable[..., uuid.UUID]
) -> None:
    page = open_page(cedar.maya, "/orders", viewport={"width": 1280, "height": 800})
    for restaurant in cedar.restaurants:
        place(cedar, restaurant=restaurant)
    sign = page.locator("#alerts-open")
    expect(sign).to_have_text("2 alerts", timeout=SOON)
    aloud = page.locator("#manager-alarm [role=alert]")
    expect(aloud).to_have_text("2 boards have open orders that no screen shows")
    lines = page.locator("#alert-list").get_by_role("link")
    expect(page.get_by_text(TOLD)).to_be_hidden()
    sign.click()
    expect(lines).to_have_text([TOLD, TOLD.replace("Hamra", "Jounieh")])
    place(cedar)
    expect(page.get_by_text("Hamra: 2 open orders")).to_be_visible(timeout=SOON)
    lines.last.click()
    page.wait_for_url("**/r/jounieh/kitchen")


def test_every_page_and_the_overview_have_one_list_with_one_count_and_the_same_acts(
    app: Flask, open_page: Callable[..., Page], cedar: House, place: Callable[..., uuid.UUID]
) -> None:
    for restaurant in cedar.restaurants:
        place(cedar, restaurant=restaurant)
    place_late(app, cedar, "jounieh")
    home = open_page(cedar.maya, "/")
    acts = "links => links.map((link) => [link.getAttribute('href'), link.querySelector('span') ? "
    acts += "link.querySelector('span').textContent.trim() : link.textContent.trim()])"
    expect(home.locator("#care-title")).to_have_text(re.compile(r"^3 need attention"))
    listed = home.locator("#care li > a").evaluate_all(acts)
    for path in ("/orders", "/r/hamra/dispatch"):
        page = open_page(cedar.maya, path)
        expect(page.locator("#alerts-open")).to_have_text("3 alerts", timeout=SOON)
        assert page.locator("#manager-alarms a").evaluate_all(acts) == listed
    assert [sentence for _, sentence in listed][2].endswith("waits to be confirmed")


def test_a_boards_own_sign_counts_its_orders_and_what_its_manager_is_told(
    open_page: Callable[..., Page], cedar: House, place: Callable[..., uuid.UUID]
) -> None:
    page = open_page(cedar.maya, "/r/hamra/kitchen")
    expect(page.locator("body")).to_have_attribute("data-live", "live")
    sign = page.locator("#alerts-open")
    place(cedar, restaurant="jounieh")
    expect(sign).to_have_text("1 alert", timeout=SOON)
    for _ in range(2):
        place(cedar)
    expect(sign).to_have_text("4 alerts", timeout=SOON)
    sign.click()
    expect(page.locator("#alerts")).to_have_text("New 1, 2")
    lines = page.locator("#manager-alarms a")  # a manager's look is no kitchen that sees the board
    expect(lines).to_have_text(
        [TOLD.replace("1 open order", "2 open orders"), TOLD.replace("Hamra", "Jounieh")]
    )
    page.get_by_role("button", name="Heard").click()
    expect(sign).to_have_text("2 alerts")
    open_page(cedar.nour, "/r/hamra/kitchen")
    expect(sign).to_have_text("1 alert", timeout=SOON)
    open_page(cedar.nour, "/r/jounieh/kitchen")
    expect(sign).to_be_hidden(timeout=SOON)


@pytest.mark.parametrize("board", ["kitchen", "dispatch"])
def test_what_is_late_on_a_board_is_counted_there_once(
    app: Flask, open_page: Callable[..., Page], cedar: House, board: str
) -> None:
    for restaurant in cedar.restaurants:
        place_late(app, cedar, restaurant)
    page = open_page(cedar.maya, f"/r/hamra/{board}")
    lines = page.locator("#manager-alarms a")
    unseen = [TOLD, TOLD.replace("Hamra", "Jounieh")]
    expect(lines).to_have_text([*unseen, "Jounieh 1 waits to be confirmed"], timeout=SOON)
    expect(page.locator("#alerts")).to_have_text("Late 1")
    expect(page.locator("#alerts-open")).to_have_text("4 alerts")


def test_the_overview_shows_live_what_waits_and_who_sees_it(
    open_page: Callable[..., Page], cedar: House, place: Callable[..., uuid.UUID]
) -> None:
    page = open_page(cedar.maya, "/screens")
    kitchen = page.locator("#hamra section").filter(has=page.get_by_role("heading", name="Kitchen"))
    expect(page.locator("body")).to_have_attribute("data-live", "live")
    expect(kitchen).to_contain_text("0 open orders")
    place(cedar)
    expect(kitchen).to_contain_text("1 open order", timeout=SOON)
    expect(kitchen).to_contain_text("No screen shows them")
    device = open_page(cedar.maya, "/tablets")
    this_device = device.get_by_role("region", name="Use this device as a tablet")
    this_device.get_by_label("Restaurant").select_option("hamra")
    this_device.get_by_label("Board").select_option("kitchen")
    this_device.get_by_label("Name of the tablet").fill("Grill tablet")
    this_device.get_by_role("button").click()
    expect(device.locator("body")).to_have_attribute("data-live", "live")
    expect(kitchen).to_contain_text("Grill tablet", timeout=SOON)
    expect(kitchen).to_contain_text("open since")
    expect(kitchen).not_to_contain_text("No screen shows them")
