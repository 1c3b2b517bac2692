"""A number opens the story of its order over the board: a tablet never leaves its board for another page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from boards.hands import KITCHEN, card, expect_live, move, order_of
from ordertrack.database.session import tenant_context
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from support.cast import House, Person


@pytest.mark.parametrize("view", ["columns", "rail"])
def test_a_number_opens_the_story_and_closing_it_leaves_the_board_as_it_was(
    app: Flask, cedar: House, open_page: Callable[..., Page], view: str
) -> None:
    order = order_of(app, cedar, NewItem("Kebab", 2))
    move(app, cedar, order, OrderStatus.CONFIRMED)
    page = open_page(cedar.nour, KITCHEN, view=view)
    expect_live(page)
    if view == "rail":
        card(page, order).locator(".items").click()
    card(page, order).get_by_role("button", name="Order 1").click()
    story = page.get_by_role("dialog", name=re.compile("1.*Confirmed", re.DOTALL))
    expect(story).to_contain_text("What happened")
    expect(story.locator("tbody tr")).to_have_count(2)
    expect(story).to_have_css("border-top-width", "1px")  # as a sheet looks, and not as a browser has it
    assert page.url.endswith(KITCHEN)
    story.get_by_role("button", name="Close").click()
    expect(story).to_be_hidden()
    move(app, cedar, order, OrderStatus.PREPARING)
    expect(card(page, order)).to_have_attribute("data-status", "preparing")


def test_the_story_as_a_sheet_is_that_of_the_page_and_leads_nowhere(
    app: Flask, cedar: House, sign_in: Callable[[Person], FlaskClient]
) -> None:
    first = order_of(app, cedar, NewItem("Kebab", 2))
    with tenant_context(app, cedar.tenant_id):
        second = NewOrder("hamra", Fulfilment.PICKUP, (NewItem("Tea", 1),), follows=first)
        order = intake.place(second, by=cedar.program)[0]
    client = sign_in(cedar.maya)
    page, sheet = (client.get(f"/orders/{order}", headers=headers).text for headers in ({}, {"Sheet": "1"}))
    rows = re.compile(r"<tbody>.*?</tbody>", re.DOTALL)
    assert rows.findall(sheet) == rows.findall(page) != []
    assert "<header" not in sheet
    assert "with 1" in sheet
    assert "<a " not in sheet
