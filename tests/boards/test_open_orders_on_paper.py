"""Open orders on paper: a list that says all there is to know, and a board that prints what it shows."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from ordertrack.database.session import tenant_context
from ordertrack.orders.changing import changes
from ordertrack.orders.changing.change_draft import VoidLine
from ordertrack.orders.moving import actions, transitions
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from support.cast import House, Person

PAGE = "/r/hamra/open"


def shown(text: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))


@pytest.fixture
def an_order(app: Flask, cedar: House) -> uuid.UUID:
    """Order 1 of Hamra: being prepared, carried by Ali, one of its lines done."""
    order = NewOrder(
        "hamra",
        Fulfilment.DELIVERY,
        (NewItem("Kebab", 2, "no onion", ("extra garlic",)), NewItem("فتوش", 1)),
        customer={"name": "ليلى", "phone": "+961 3 123456"},
    )
    with tenant_context(app, cedar.tenant_id):
        order_id, _ = intake.place(order, by=cedar.program)
        for to in (OrderStatus.CONFIRMED, OrderStatus.PREPARING):
            transitions.advance(order_id, to, by=cedar.nour.principal)
        actions.act(order_id, OrderAction.STRIKE, by=cedar.nour.principal, line=1)
        actions.act(order_id, OrderAction.ASSIGN, by=cedar.karim.principal, detail="Ali")
        return order_id


@pytest.mark.parametrize("who", ["nour", "karim", "maya"])
def test_the_list_says_of_every_open_order_all_that_there_is_to_know(
    cedar: House,
    an_order: uuid.UUID,
    place: Callable[..., uuid.UUID],
    app: Flask,
    sign_in: Callable[[Person], FlaskClient],
    who: str,
) -> None:
    place(cedar, Fulfilment.PICKUP)
    over = place(cedar)
    with tenant_context(app, cedar.tenant_id):
        transitions.advance(over, OrderStatus.CANCELLED, by=cedar.program)
    answer = sign_in(getattr(cedar, who)).get(PAGE)
    said = shown(answer.text)
    assert answer.status_code == 200 and "2 orders" in said and "Pending (1)" in said
    slip = said[said.index("Preparing (1)") :]
    for part in ("Delivery", "placed", "Preparing since", "ليلى", "carried by Ali"):
        assert part in slip
    assert ("+961 3 123456" in slip) == (who != "nour")
    assert re.search(r"☑ done 2× Kebab extra garlic no onion ☐ 1× فتوش", slip), slip


def test_the_list_is_the_restaurants_own_and_its_tablets_may_see_it(
    app: Flask, cedar: House, rival: House, sign_in: Callable[[Person], FlaskClient]
) -> None:
    assert sign_in(cedar.nour).get("/r/verdun/open").status_code == 404
    assert app.test_client().get(PAGE).location.startswith("/login")
    device = sign_in(cedar.maya)
    device.post("/tablets", data={"restaurant": "hamra", "board": "kitchen", "name": "Grill"})
    assert device.get(PAGE).status_code == 200
    assert device.get("/r/jounieh/open").status_code in (403, 404)


def test_a_day_without_open_orders_says_so(cedar: House, sign_in: Callable[[Person], FlaskClient]) -> None:
    assert "No order is open." in sign_in(cedar.nour).get(PAGE).text


def test_the_list_goes_on_paper_without_what_is_tapped(
    open_page: Callable[..., Page], cedar: House, an_order: uuid.UUID
) -> None:
    page = open_page(cedar.nour, PAGE)
    page.evaluate("window.print = () => { window.printed = true; }")
    page.get_by_role("button", name="Print").click()
    assert page.evaluate("window.printed")
    page.emulate_media(media="print")
    expect(page.locator(".bar")).to_be_hidden()
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    expect(page.get_by_text("Kebab")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


def test_a_tablet_without_a_network_prints_the_board_that_it_shows(
    open_page: Callable[..., Page], cedar: House, place: Callable[..., uuid.UUID]
) -> None:
    for _ in range(12):
        place(cedar)
    page = open_page(cedar.nour, "/r/hamra/kitchen", strict=False, viewport={"width": 700, "height": 500})
    expect(page.locator("body")).to_have_attribute("data-live", "live")
    expect(page.locator(".card")).to_have_count(12)
    page.context.set_offline(True)
    page.emulate_media(media="print")
    cut_off = "box => box.scrollHeight > box.clientHeight + 2"
    for card in page.locator(".card").all():
        expect(card.get_by_text("Kebab")).to_be_visible()
        assert not card.evaluate(cut_off)
        assert card.locator("button:not([data-story]):visible").count() == 0
    # All of it is on the paper, none behind the edge of a column that would have to be moved.
    for box in page.locator(".cards, .columns, body").all():
        assert not box.evaluate(cut_off)
    expect(page.locator("#live")).to_be_visible()


def test_what_is_for_later_stands_at_the_end_with_its_day(
    app: Flask, cedar: House, sign_in: Callable[[Person], FlaskClient]
) -> None:
    promised = dt.datetime.now(dt.UTC) + dt.timedelta(days=3)
    order = NewOrder("hamra", Fulfilment.DELIVERY, (NewItem("Kebab", 1),), promised_at=promised)
    with tenant_context(app, cedar.tenant_id):
        intake.place(order, by=cedar.program)
    page = sign_in(cedar.nour).get("/r/hamra/open").text
    assert "Later (1)" in page
    assert "begins" in page.partition("Later (1)")[2]


def test_a_voided_line_is_not_printed_and_the_kitchen_prints_no_phone(
    app: Flask, cedar: House, sign_in: Callable[[Person], FlaskClient]
) -> None:
    items = (NewItem("Kebab", 1), NewItem("Soup", 2))
    order = NewOrder("hamra", Fulfilment.DELIVERY, items, customer={"name": "Rana", "phone": "+961 1 234"})
    with tenant_context(app, cedar.tenant_id):
        order_id = intake.place(order, by=cedar.program)[0]
        changes.change(order_id, [VoidLine(2)], by=cedar.program, expected_revision=1)
    kitchens, dispatchs = (sign_in(who).get("/r/hamra/open").text for who in (cedar.nour, cedar.karim))
    assert "Soup" not in kitchens
    assert "+961 1 234" not in kitchens
    assert "+961 1 234" in dispatchs
