"""A card that turns late is heard, once; a picture that only carries new targets is not."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from boards import hands
from boards.sound_steps import expect_sounds, hear, start_shift
from ordertrack.database.session import tenant_context
from ordertrack.restaurants import cache
from ordertrack.restaurants import save as saving
from ordertrack.restaurants.targets import Target
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.tenants.restaurants import find_restaurant
from support.cast import House

Place = Callable[..., uuid.UUID]
Open = Callable[..., Page]


@pytest.fixture
def save_target(app: Flask, cedar: House) -> Callable[[int | None], None]:
    def save(seconds: int | None) -> None:
        with tenant_context(app, cedar.tenant_id):
            restaurant = find_restaurant(cedar.tenant_id, "hamra")
            assert restaurant is not None
            today = cache.of_restaurant(cedar.tenant_id, restaurant.id).calendar.day_of(
                dt.datetime.now(dt.UTC)
            )
            saving.save_target(
                restaurant.id, Target(Stage.ACCEPT, None, today, seconds), by=cedar.maya.principal
            )

    return save


def test_a_card_that_turns_late_sounds_so_and_no_more_once_it_has_moved(
    app: Flask, cedar: House, place: Place, save_target: Callable[..., None], open_page: Open
) -> None:
    order_id = place(cedar)
    page = start_shift(open_page, cedar.nour)
    hear(page)
    before = int(page.evaluate("document.body.dataset.sounds"))
    save_target(1)
    expect(page.locator("#alerts")).to_contain_text("Late 1")
    expect_sounds(page, before + 1, "late")
    hands.move(app, cedar, order_id, OrderStatus.CONFIRMED)
    expect(page.locator("#alerts")).to_be_empty()


def test_a_picture_that_is_sent_anew_is_silent(
    cedar: House, place: Place, save_target: Callable[..., None], open_page: Open
) -> None:
    there = place(cedar)
    page = start_shift(open_page, cedar.nour)
    hear(page)
    before = int(page.evaluate("document.body.dataset.sounds"))
    save_target(3600)
    expect(hands.card(page, there).locator("[data-late-at]")).to_have_count(1)
    place(cedar)
    expect_sounds(page, before + 1, "new")
