"""An order is changed while it is on the boards: in a sheet, and who works on it sees what is new."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from boards.hands import DISPATCH, KITCHEN, button, card, expect_live, line, open_card, set_operations
from ordertrack.database.session import tenant_context
from ordertrack.orders.changing.change_draft import AddLine, SetFields, VoidLine
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.orders.reading import records
from ordertrack.restaurants.operations import Station
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from support.cast import House

Bring = Callable[..., None]
Open = Callable[..., Page]
Take = Callable[..., uuid.UUID]
Change = Callable[..., None]
COOKING = (OrderStatus.CONFIRMED, OrderStatus.PREPARING)
GUEST = {
    "name": "Rana",
    "phone": "+961 1 234 567",
    "address": {"area": "Hamra", "lines": ["Bliss St"], "instructions": "ring twice"},
}
PHONE = ("+961", "234 567", "999 999")  # no part of it that a number of the page may have by chance
SECRETS = (*PHONE, "Bliss", "ring twice")


@pytest.fixture
def take(app: Flask, cedar: House) -> Take:
    def placed(*items: NewItem, **order: Any) -> uuid.UUID:
        lines = items or (NewItem("Kebab", 2), NewItem("Soup", 1))
        with tenant_context(app, cedar.tenant_id):
            return intake.place(NewOrder("hamra", Fulfilment.DELIVERY, lines, **order), by=cedar.program)[0]

    return placed


def test_dispatch_changes_an_order_and_the_kitchen_sees_it_until_it_says_so(
    cedar: House, take: Take, bring: Bring, open_page: Open
) -> None:
    order_id = take()
    bring(cedar, order_id, *COOKING)
    kitchen, dispatch = open_page(cedar.nour, KITCHEN), open_page(cedar.karim, DISPATCH)
    expect_live(kitchen, dispatch)
    open_card(dispatch, order_id)
    card(dispatch, order_id).locator("[data-sheet]").click()
    sheet = dispatch.locator("#order-sheet")
    sheet.get_by_label("Add a dish").first.fill("Fattoush")
    sheet.locator("[name=line-2-void]").check()
    sheet.get_by_label("Note for the whole order").fill("birthday")
    sheet.get_by_role("button", name="Save the change").click()
    expect(sheet).to_be_hidden()
    expect(card(kitchen, order_id).locator(".changed")).to_have_text(
        re.compile("Changed 1 new line, 1 void line, note")
    )
    expect(card(kitchen, order_id).locator("[data-line='3'] .mark")).to_have_text("NEW")
    expect(card(kitchen, order_id).locator("[data-voided]")).to_contain_text("VOID 1× Soup")
    expect(kitchen.locator("#alerts")).to_contain_text("Changed")
    expect(button(kitchen, order_id, "Ready")).to_have_count(0)
    button(kitchen, order_id, "Seen").click()
    expect(card(kitchen, order_id).locator(".changed, .mark, [data-voided]")).to_have_count(0)
    expect(kitchen.locator("#alerts")).not_to_contain_text("Changed")
    expect(card(kitchen, order_id).locator(".progress")).to_be_empty()
    expect(button(kitchen, order_id, "Ready")).to_be_visible()


def test_a_change_that_nobody_saw_rings_on_a_board_that_opens_later(
    cedar: House, take: Take, bring: Bring, change: Change, open_page: Open
) -> None:
    order_id = take()
    bring(cedar, order_id, *COOKING)
    change(order_id, AddLine(NewItem("Cola", 3)))
    kitchen = open_page(cedar.nour, KITCHEN)
    expect_live(kitchen)
    expect(kitchen.locator("#alerts")).to_contain_text("Changed")
    expect(card(kitchen, order_id)).to_have_attribute("data-news", "changed")


def test_a_page_counts_its_lines_and_knows_those_that_stand_elsewhere(
    cedar: House, take: Take, bring: Bring, change: Change, open_page: Open
) -> None:
    order_id = take(NewItem("Kebab", 2), NewItem("Soup", 1), NewItem("Cola", 3))
    bring(cedar, order_id, *COOKING)
    kitchen = open_page(cedar.nour, KITCHEN)
    places = "lines => lines.map(({ dataset }) => dataset.line ?? null)"
    lines = card(kitchen, order_id).locator(".items > li")
    assert lines.evaluate_all(places) == ["1", "2", "3"]
    change(order_id, VoidLine(1))
    expect(card(kitchen, order_id).locator("[data-voided]")).to_have_count(1)
    kitchen.reload()
    assert lines.evaluate_all(places) == [None, "2", "3"]
    button(kitchen, order_id, "Seen").click()
    expect(card(kitchen, order_id).locator("[data-voided]")).to_have_count(0)
    kitchen.reload()
    assert lines.evaluate_all(places) == ["2", "3"]


def test_all_day_counts_what_was_added_and_not_what_was_voided(
    cedar: House, take: Take, bring: Bring, change: Change, open_page: Open
) -> None:
    order_id = take()
    bring(cedar, order_id, *COOKING)
    kitchen = open_page(cedar.nour, KITCHEN)
    expect_live(kitchen)
    kitchen.locator("#allday-toggle").click()
    expect(kitchen.locator("#allday")).to_contain_text("1 Soup")
    change(order_id, AddLine(NewItem("Kebab", 5)), VoidLine(2))
    expect(kitchen.locator("#allday")).to_contain_text("7 Kebab")
    expect(kitchen.locator("#allday")).not_to_contain_text("Soup")


@pytest.mark.usefixtures("at_once", "lines_asked")
def test_what_was_added_is_struck_off_before_the_order_is_ready(
    cedar: House,
    take: Take,
    bring: Bring,
    change: Change,
    open_page: Open,
    status_of: Callable[..., OrderStatus],
) -> None:
    order_id = take(NewItem("Kebab", 2))
    bring(cedar, order_id, *COOKING)
    kitchen = open_page(cedar.nour, KITCHEN)
    expect_live(kitchen)
    line(kitchen, order_id, 1).click()
    expect(card(kitchen, order_id).locator(".progress")).to_have_text("1 of 1")
    change(order_id, AddLine(NewItem("Cola", 1)))
    button(kitchen, order_id, "Seen").click()
    button(kitchen, order_id, "Ready").click()
    expect(card(kitchen, order_id)).to_contain_text("1 line is not struck off.")
    line(kitchen, order_id, 2).click()
    expect(card(kitchen, order_id).locator(".progress")).to_have_text("2 of 2")
    button(kitchen, order_id, "Ready").click()
    expect(kitchen.locator(f"#column-ready #order-{order_id}")).to_be_visible()
    assert status_of(cedar, order_id) == OrderStatus.READY


def test_a_station_whose_only_line_was_voided_still_sees_that(
    cedar: House, take: Take, bring: Bring, change: Change, open_page: Open, app: Flask
) -> None:
    set_operations(app, cedar, stations=(Station("Grill", ("kebab",)), Station("Bar", ("cola",))))
    order_id = take(NewItem("Kebab", 2), NewItem("Cola", 1))
    bring(cedar, order_id, *COOKING)
    kitchen = open_page(cedar.nour, KITCHEN)
    expect_live(kitchen)
    kitchen.locator("#filter").click()
    kitchen.locator("[data-filter=stations] button[value=Bar]").click()
    change(order_id, VoidLine(2))
    expect(card(kitchen, order_id).locator("[data-voided]")).to_be_visible()


def test_a_sheet_says_what_is_wrong_and_keeps_what_was_typed(
    cedar: House, take: Take, change: Change, open_page: Open
) -> None:
    order_id = take(amounts={"currency": "LBP", "total": 89500000})
    dispatch = open_page(cedar.karim, DISPATCH, strict=False)
    expect_live(dispatch)
    open_card(dispatch, order_id)
    card(dispatch, order_id).locator("[data-sheet]").click()
    sheet = dispatch.locator("#order-sheet")
    expect(sheet.get_by_label("Total")).to_have_value("895000.00")
    sheet.get_by_label("Total").fill("1.234")
    sheet.get_by_label("City").fill("Beirut")
    sheet.get_by_role("button", name="Save the change").click()
    expect(sheet.get_by_role("alert")).to_contain_text("An amount is a number like 12.50")
    expect(sheet.get_by_label("City")).to_have_value("Beirut")
    change(order_id, SetFields({"note": "somebody else"}))
    sheet.get_by_label("Total").fill("900000")
    sheet.get_by_role("button", name="Save the change").click()
    expect(sheet.get_by_role("alert")).to_contain_text("changed since you saw it")
    expect(sheet.get_by_label("Note for the whole order")).to_have_value("somebody else")


def test_a_sheet_without_a_connection_keeps_what_was_typed(
    cedar: House, take: Take, open_page: Open, network: Any
) -> None:
    order_id = take()
    dispatch = open_page(cedar.karim, DISPATCH, strict=False, base_url=network.address)
    expect_live(dispatch)
    open_card(dispatch, order_id)
    card(dispatch, order_id).locator("[data-sheet]").click()
    sheet = dispatch.locator("#order-sheet")
    sheet.get_by_label("City").fill("Beirut")
    network.cut()
    sheet.get_by_role("button", name="Save the change").click()
    expect(sheet.get_by_role("alert")).to_contain_text("There is no connection")
    expect(sheet.get_by_label("City")).to_have_value("Beirut")


def test_dispatch_sees_where_to_and_what_to_collect_and_the_kitchen_sees_a_name(
    cedar: House, take: Take, bring: Bring, change: Change, open_page: Open
) -> None:
    order_id = take(
        customer=GUEST,
        channel="UBER",
        reference="4471",
        amounts={"currency": "LBP", "total": 89500000, "to_collect": 89500000},
    )
    bring(cedar, order_id, *COOKING)
    kitchen, dispatch = open_page(cedar.nour, KITCHEN), open_page(cedar.karim, DISPATCH)
    expect_live(kitchen, dispatch)
    bring(cedar, order_id, OrderStatus.READY)
    expect(card(dispatch, order_id)).to_contain_text("Hamra Bliss St")
    expect(card(dispatch, order_id)).to_contain_text("ring twice")
    expect(card(dispatch, order_id)).to_contain_text("Collect LBP\xa0895,000")
    expect(card(dispatch, order_id).locator(".phone")).to_have_attribute("href", "tel:+9611234567")
    expect(card(kitchen, order_id)).to_contain_text("UBER 4471")
    change(order_id, SetFields({"customer": {"phone": "+961 3 999 999"}}))
    expect(card(dispatch, order_id)).to_contain_text("+961 3 999 999")
    for path in (KITCHEN, f"/orders/{order_id}", "/r/hamra/open", "/orders"):
        kitchen.goto(path)
        seen = kitchen.content()
        assert not [secret for secret in SECRETS if secret in seen], path
    expect(kitchen.get_by_text("Rana")).to_have_count(0)


def test_a_guest_sees_the_change_the_total_and_where_to_while_the_order_is_open(
    app: Flask, cedar: House, take: Take, bring: Bring, change: Change, open_page: Open
) -> None:
    order_id = take(customer=GUEST, amounts={"currency": "KWD", "total": 1250})
    with tenant_context(app, cedar.tenant_id):
        order = records.find(cedar.tenant_id, order_id)
    assert order is not None
    page = open_page(None, f"/track/{order.tracking_token}")
    expect_live(page)
    main = page.get_by_role("main")
    expect(main).to_contain_text("Total KWD\xa01.250")
    expect(main).to_contain_text("Bliss St, Hamra")
    change(order_id, AddLine(NewItem("Cola", 3)), VoidLine(1), SetFields({"amounts": {"total": 2500}}))
    expect(main).to_contain_text("3× Cola")
    expect(main).not_to_contain_text("Kebab")
    expect(main).to_contain_text("Total KWD\xa02.500")
    seen = page.content()
    assert not [secret for secret in (*PHONE, "ring twice") if secret in seen]
    bring(cedar, order_id, *COOKING, OrderStatus.READY, OrderStatus.DELIVERING, OrderStatus.COMPLETED)
    expect(main).to_contain_text("Delivered")
    expect(main).not_to_contain_text("Bliss St")
    expect(main).not_to_contain_text("2.500")


def test_an_order_that_follows_another_stands_beside_it(
    cedar: House, take: Take, bring: Bring, open_page: Open
) -> None:
    first, other = take(), take()
    more = take(NewItem("Cola", 1), follows=first)
    bring(cedar, other, OrderStatus.CONFIRMED)
    kitchen = open_page(cedar.nour, KITCHEN)
    expect_live(kitchen)
    bring(cedar, first, OrderStatus.CONFIRMED)
    bring(cedar, more, OrderStatus.CONFIRMED)
    confirmed = kitchen.locator("#column-confirmed .card")
    expect(confirmed).to_have_count(3)
    ids = [str(confirmed.nth(n).get_attribute("id")) for n in range(3)]
    assert ids == [f"order-{each}" for each in (first, more, other)]
    expect(card(kitchen, more)).to_contain_text("with 1")
