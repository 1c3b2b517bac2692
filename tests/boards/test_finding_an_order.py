"""An order is found by touch: by its number, a guest's name or a platform's code, wherever it stands."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect
from psycopg import Connection

from boards.hands import COOKING, card, move, order_of, set_operations
from boards.rail.steps import open_rail, order_of_lines
from ordertrack.database.session import tenant_context
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.restaurants import rule_sets
from ordertrack.rules.state_machine import Fulfilment, OrderStatus, RuleSet
from support.cast import House, Person
from support.houses.earlier import set_back


def test_a_name_or_a_code_finds_its_order_on_another_page_and_in_the_drawer_of_ready_ones(
    app: Flask, cedar: House, open_page: Callable[..., Page]
) -> None:
    for number in range(9):
        order_of_lines(app, cedar, 10, in_minutes=number + 1)
    guests = [("Rana Khoury", "4711"), ("Élie", "0815")]
    with tenant_context(app, cedar.tenant_id):
        rana, elie = (
            intake.place(
                NewOrder(
                    "hamra",
                    Fulfilment.PICKUP,
                    (NewItem("Tea", 1),),
                    reference=code,
                    channel="BOLT",
                    customer={"name": name},
                ),
                by=cedar.program,
            )[0]
            for name, code in guests
        )
    move(app, cedar, elie, *COOKING, OrderStatus.READY)
    page = open_rail(open_page, cedar)
    expect(card(page, rana)).to_be_hidden()
    find(page, "khou")
    page.get_by_role("button", name="10 Pending · Rana Khoury · BOLT 4711").click()
    expect(card(page, rana)).to_be_visible()
    expect(card(page, rana)).to_be_focused()

    find(page, "0815")
    page.keyboard.press("Enter")
    expect(card(page, elie)).to_be_visible()


def test_what_has_left_the_board_is_found_with_its_story_and_recalled_where_the_rules_allow_it(
    app: Flask, cedar: House, open_page: Callable[..., Page], operator: Connection, at_once: None
) -> None:
    with tenant_context(app, cedar.tenant_id):
        rule_sets.choose(RuleSet.EXTENDED, by=cedar.maya.principal)
    set_operations(app, cedar, recall_within=3600)
    done, ready = (order_of(app, cedar, NewItem(dish, 1)) for dish in ("Kebab", "Tea"))
    move(app, cedar, done, *COOKING, OrderStatus.READY, OrderStatus.COMPLETED)
    move(app, cedar, ready, *COOKING, OrderStatus.READY)
    set_back(operator, cedar, dt.timedelta(minutes=20))
    open_one = order_of(app, cedar, NewItem("Soup", 1))
    page = open_rail(open_page, cedar)
    find(page, "")
    left = page.locator("#find .left")
    expect(left).to_have_count(2)
    expect(left.filter(has_text="Completed")).to_contain_text("1")
    expect(page.locator("#find").get_by_text("Recall…")).to_have_count(1)

    page.get_by_label("Number, name or code").fill("1")
    expect(left.filter(visible=True)).to_have_count(1)
    left.filter(visible=True).get_by_role("button").click()
    story = page.get_by_role("dialog", name=re.compile("1.*Completed", re.DOTALL))
    expect(story).to_contain_text("What happened")
    story.get_by_role("button", name="Close").click()

    page.get_by_label("Number, name or code").fill("")
    card(page, ready).get_by_text("Recall…").click()
    card(page, ready).get_by_label("Why recall it?").fill("Cold")
    card(page, ready).get_by_role("button", name="Recall").click()
    expect(page.locator(".columns").locator(f"#order-{ready}")).to_have_attribute("data-status", "preparing")
    page.get_by_role("button", name="Close").filter(visible=True).click()
    expect(card(page, ready)).to_be_visible()
    expect(card(page, open_one)).to_be_visible()


def test_who_may_not_recall_is_not_offered_it_and_another_house_is_not_listed(
    app: Flask, cedar: House, rival: House, sign_in: Callable[[Person], FlaskClient], operator: Connection
) -> None:
    order = order_of(app, cedar, NewItem("Kebab", 1))
    move(app, cedar, order, *COOKING, OrderStatus.READY)
    set_back(operator, cedar, dt.timedelta(minutes=20))
    kitchen = sign_in(cedar.nour).get("/r/hamra/kitchen/recent")
    assert (kitchen.status_code, kitchen.text.count('class="card left"')) == (200, 1)
    with tenant_context(app, cedar.tenant_id):
        rule_sets.choose(RuleSet.EXTENDED, by=cedar.maya.principal)
    too_late = sign_in(cedar.nour).get("/r/hamra/kitchen/recent").text
    manager = sign_in(cedar.maya).get("/r/hamra/kitchen/recent").text
    assert [each.count('data-asks="recall"') for each in (kitchen.text, too_late, manager)] == [0, 0, 1]
    others = sign_in(rival.maya).get("/r/hamra/kitchen/recent")
    assert str(order) not in others.text


def test_orders_of_yesterday_are_not_listed_among_those_of_the_last_hours(
    app: Flask, cedar: House, sign_in: Callable[[Person], FlaskClient], operator: Connection
) -> None:
    to_the_end = (*COOKING, OrderStatus.READY, OrderStatus.COMPLETED)
    old = order_of(app, cedar, NewItem("Kebab", 1))
    move(app, cedar, old, *to_the_end)
    set_back(operator, cedar, dt.timedelta(hours=7))
    fresh = order_of(app, cedar, NewItem("Kebab", 1))
    move(app, cedar, fresh, *to_the_end)
    listed = sign_in(cedar.nour).get("/r/hamra/kitchen/recent").text
    assert (str(fresh) in listed, str(old) in listed) == (True, False)


def find(page: Page, typed: str) -> None:
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Find an order").click()
    page.get_by_label("Number, name or code").fill(typed)
