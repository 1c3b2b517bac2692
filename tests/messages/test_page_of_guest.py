"""A guest's page that is open and visible says what it has shown, so that no message tells it again."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import Flask
from playwright.sync_api import Page, expect

from ordertrack.database.session import tenant_context
from ordertrack.messages import pages
from ordertrack.messages.transports import Way
from ordertrack.rules.state_machine import OrderStatus
from support.cast import House
from support.server import wait_for
from support.till import move, order_of


def test_it_says_what_it_shows_as_it_shows_it_and_a_guest_ends_messages_there(
    app: Flask,
    cedar: House,
    choose: Callable[..., None],
    ordered: Callable[..., uuid.UUID],
    open_page: Callable[..., Page],
) -> None:
    choose(cedar, Way.SMS)
    order = ordered(cedar)
    path = f"/track/{order_of(app, cedar, order).tracking_token}"
    page = open_page(None, path, viewport={"width": 390, "height": 844})

    def has_shown(revision: int) -> bool:
        with tenant_context(app, cedar.tenant_id):
            return pages.has_shown(cedar.tenant_id, order, revision)

    wait_for(lambda: has_shown(1), "what it showed at first")
    assert not has_shown(2)
    expect(page.locator("[data-live]")).to_have_attribute("data-live", "live")
    move(app, cedar, order, OrderStatus.CONFIRMED)
    wait_for(lambda: has_shown(2), "what came while it was open")
    page.goto(f"{path}/stop")
    page.get_by_role("button", name="Send me no more messages").click()
    expect(page.get_by_role("heading", name="You get no more messages")).to_be_visible()
    page.get_by_role("link", name="To your order").click()
    expect(page.locator(".headline")).to_have_text("Your order is confirmed")
