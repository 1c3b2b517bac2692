"""Boards under the extended rules: recalled, come back, cancelled late, each for a reason."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from boards.hands import DISPATCH, KITCHEN, card, expect_live, open_card
from ordertrack.database.session import tenant_context
from ordertrack.orders.reading import records
from ordertrack.restaurants import operations, rule_sets
from ordertrack.restaurants.operations import Asked
from ordertrack.restaurants.save import save_operations
from ordertrack.rules.state_machine import OrderStatus, RuleSet
from support.cast import House

Place = Callable[..., uuid.UUID]
Bring = Callable[..., None]
Open = Callable[..., Page]
Choose = Callable[[RuleSet], None]
LastStep = Callable[[uuid.UUID], tuple[str, str | None, str]]
COOKED = (OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY)


@pytest.fixture
def choose(app: Flask, cedar: House) -> Choose:
    def chosen(rule_set: RuleSet) -> None:
        with tenant_context(app, cedar.tenant_id):
            rule_sets.choose(rule_set, by=cedar.maya.principal)

    return chosen


@pytest.fixture
def last_step(app: Flask, cedar: House) -> LastStep:
    """Where an order came to last, why, and by whom."""

    def read(order_id: uuid.UUID) -> tuple[str, str | None, str]:
        with tenant_context(app, cedar.tenant_id):
            found = records.find(cedar.tenant_id, order_id)
        assert found is not None
        step = found.steps[-1]
        return step.status.value, step.reason, step.changed_by

    return read


def asked(page: Page, order_id: uuid.UUID, name: str) -> Locator:
    return card(page, order_id).locator(f"details.{name}")


def test_the_kitchen_recalls_what_it_called_ready_with_one_tap_on_a_reason(
    cedar: House,
    place: Place,
    bring: Bring,
    choose: Choose,
    open_page: Open,
    last_step: LastStep,
) -> None:
    choose(RuleSet.EXTENDED)
    order_id = place(cedar)
    bring(cedar, order_id, *COOKED)
    kitchen, dispatch = open_page(cedar.nour, KITCHEN), open_page(cedar.karim, DISPATCH)
    expect_live(kitchen, dispatch)
    asked(kitchen, order_id, "recall").locator("summary").click()
    asked(kitchen, order_id, "recall").get_by_role("button", name="Something is missing").click()
    expect(kitchen.locator(f"#column-preparing #order-{order_id}")).to_be_visible()
    expect(card(kitchen, order_id)).to_contain_text("Something is missing — Nour")
    expect(dispatch.locator(f"#column-kitchen #order-{order_id}")).to_be_visible()
    assert last_step(order_id) == ("preparing", "Something is missing", "Nour")


@pytest.mark.usefixtures("at_once")
def test_what_came_back_from_the_road_is_ready_again_and_rings(
    cedar: House,
    place: Place,
    bring: Bring,
    choose: Choose,
    open_page: Open,
    last_step: LastStep,
) -> None:
    choose(RuleSet.EXTENDED)
    order_id = place(cedar)
    bring(cedar, order_id, *COOKED, OrderStatus.DELIVERING)
    page = open_page(cedar.karim, DISPATCH)
    expect_live(page)
    expect(asked(page, order_id, "not_delivered")).to_be_hidden()  # a manager's
    asked(page, order_id, "came_back").locator("summary").click()
    asked(page, order_id, "came_back").get_by_label("Why did it come back?").fill("The lift was broken")
    asked(page, order_id, "came_back").get_by_role("button", name="Came back", exact=True).click()
    expect(page.locator(f"#column-ready #order-{order_id}")).to_be_visible()
    assert last_step(order_id) == ("ready", "The lift was broken", "Karim")


@pytest.mark.parametrize(
    ("path", "way", "what", "reason"),
    [
        (KITCHEN, COOKED[:2], "cancel", "Sold out"),
        (DISPATCH, COOKED, "cancel", "Sold out"),
        (DISPATCH, (*COOKED, OrderStatus.DELIVERING), "not_delivered", "Nobody was there"),
    ],
    ids=["preparing", "ready", "delivering"],
)
def test_a_manager_cancels_late_where_the_order_stands(
    cedar: House,
    place: Place,
    bring: Bring,
    choose: Choose,
    open_page: Open,
    last_step: LastStep,
    path: str,
    way: tuple[OrderStatus, ...],
    what: str,
    reason: str,
) -> None:
    choose(RuleSet.EXTENDED)
    order_id = place(cedar)
    bring(cedar, order_id, *way)
    page = open_page(cedar.maya, path)
    expect_live(page)
    if path == DISPATCH:
        open_card(page, order_id)
    asked(page, order_id, what).locator("summary").click()
    asked(page, order_id, what).get_by_role("button", name=reason).click()
    asked(page, order_id, what).get_by_role("button", name="Cancel order 1").click()
    expect(page.locator(f"#column-cancelled #order-{order_id}")).to_be_visible()
    assert last_step(order_id) == ("cancelled", reason, "Maya")


def test_boards_offer_what_the_rules_allow_as_soon_as_they_change_and_the_restaurants_own_reasons(
    app: Flask,
    cedar: House,
    hamra: uuid.UUID,
    place: Place,
    bring: Bring,
    choose: Choose,
    open_page: Open,
) -> None:
    with tenant_context(app, cedar.tenant_id):
        held = operations.of_restaurant(cedar.tenant_id, hamra)
        save_operations(replace(held, reasons={Asked.RECALL: ("Cold", "بارد")}), by=cedar.maya.principal)
    order_id = place(cedar)
    bring(cedar, order_id, *COOKED)
    page = open_page(cedar.nour, KITCHEN)
    expect_live(page)
    expect(card(page, order_id)).to_be_visible()
    expect(asked(page, order_id, "recall")).to_have_count(0)
    choose(RuleSet.EXTENDED)
    asked(page, order_id, "recall").locator("summary").click()
    expect(asked(page, order_id, "recall").locator("[data-says]")).to_have_text(["Cold", "بارد"])
    choose(RuleSet.STRICT)
    expect(asked(page, order_id, "recall")).to_have_count(0)
