"""Orders stand by their promise, so that what is late may stand below what is seen: its column says so."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from boards.hands import KITCHEN, card, move
from ordertrack.database.session import tenant_context
from ordertrack.restaurants import cache, save
from ordertrack.restaurants.targets import Target
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.tenants.restaurants import find_restaurant
from support.cast import House
from support.pages import page_recorder

Place = Callable[..., uuid.UUID]


def let_deliveries_be_late_at_once(app: Flask, house: House, stage: Stage = Stage.ACCEPT) -> None:
    with tenant_context(app, house.tenant_id):
        restaurant = find_restaurant(house.tenant_id, "hamra")
        assert restaurant is not None
        today = cache.of_restaurant(house.tenant_id, restaurant.id).calendar.day_of(dt.datetime.now(dt.UTC))
        late = Target(stage, Fulfilment.DELIVERY, today, 1)
        save.save_target(restaurant.id, late, by=house.maya.principal)


def sign_of(page: Page, column: str) -> Locator:
    return page.locator(f"[data-column='{column}'] .late-count")


def test_a_column_says_how_many_of_its_cards_are_late_and_shows_the_one_below_what_is_seen(
    app: Flask, cedar: House, place: Place, open_page: Callable[..., Page]
) -> None:
    first, *_ = [place(cedar, Fulfilment.PICKUP) for _ in range(4)]
    late = place(cedar, Fulfilment.DELIVERY)
    page = open_page(cedar.nour, KITCHEN, viewport={"width": 1100, "height": 620})
    page_recorder.expect_state(page, "live")
    expect(sign_of(page, "pending")).to_be_hidden()
    before = card(page, first).bounding_box()

    let_deliveries_be_late_at_once(app, cedar)
    expect(sign_of(page, "pending")).to_have_text("1")
    expect(sign_of(page, "pending")).to_have_accessible_name("1 late")
    expect(sign_of(page, "confirmed")).to_be_hidden()
    assert card(page, first).bounding_box() == before, "the sign moved the cards"
    expect(card(page, late)).not_to_be_in_viewport()
    sign_of(page, "pending").click()
    expect(card(page, late)).to_be_in_viewport()

    page.get_by_role("button", name="Filter").click()
    page.get_by_role("button", name="Pickup", exact=True).click()
    expect(sign_of(page, "pending")).to_be_hidden()
    page.get_by_role("button", name="Pickup", exact=True).click()
    expect(sign_of(page, "pending")).to_have_text("1")
    move(app, cedar, late, OrderStatus.CONFIRMED)
    expect(sign_of(page, "pending")).to_be_hidden()


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_the_sign_moves_no_card_on_an_upright_tablet(
    app: Flask, cedar: House, place: Place, open_page: Callable[..., Page], language: str
) -> None:
    order_id = place(cedar, Fulfilment.DELIVERY)
    move(app, cedar, order_id, OrderStatus.CONFIRMED, OrderStatus.PREPARING)
    page = open_page(cedar.nour, KITCHEN, viewport={"width": 750, "height": 1200}, language=language)
    page_recorder.expect_state(page, "live")
    before = card(page, order_id).bounding_box()
    let_deliveries_be_late_at_once(app, cedar, Stage.KITCHEN)
    expect(sign_of(page, "preparing")).to_be_visible()
    assert card(page, order_id).bounding_box() == before
