"""What people see in real windows, pushed by a real server."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from boards.hands import open_card
from ordertrack.boards.fragments import card_id
from ordertrack.database.session import tenant_context
from ordertrack.orders.reading import records
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from support.cast import House
from support.server import Server
from support.till import move

KITCHEN = "/r/hamra/kitchen"
A_SECOND = 1000  # milliseconds


def card_in(page: Page, order_id: uuid.UUID, status: OrderStatus):
    return page.locator(f"#column-{status} > #{card_id(order_id)}")


def tap(page: Page, order_id: uuid.UUID, button: str) -> None:
    page.locator(f"#{card_id(order_id)}").get_by_role("button", name=button, exact=True).click()


def press(page: Page, order_id: uuid.UUID, button: str) -> None:
    """By a key: a finger that comes so soon after others moved the card is not taken to mean it."""
    page.locator(f"#{card_id(order_id)}").get_by_role("button", name=button, exact=True).press("Enter")


def token_of(app: Flask, house: House, order_id: uuid.UUID) -> str:
    with tenant_context(app, house.tenant_id):
        order = records.find(house.tenant_id, order_id)
        assert order is not None
        return order.tracking_token


def expect_live(*pages: Page) -> None:
    for page in pages:
        expect(page.locator("#live")).to_have_text("Live")


def test_a_tap_moves_the_card_and_the_tracking_step_in_other_windows_within_a_second(
    app: Flask, server: Server, cedar: House, place: Callable[..., uuid.UUID], open_page: Callable[..., Page]
) -> None:
    order_id = place(cedar)
    first = open_page(cedar.nour, KITCHEN)
    second = open_page(cedar.nour, KITCHEN)
    third = open_page(None, f"/track/{token_of(app, cedar, order_id)}")
    expect_live(first, second, third)
    for page in (first, second, third):
        page.evaluate("window.isSamePage = true")

    tapped = time.monotonic()
    tap(first, order_id, "Confirm")
    expect(card_in(second, order_id, OrderStatus.CONFIRMED)).to_be_visible(timeout=A_SECOND)
    expect(third.locator(".steps .current")).to_contain_text("Confirmed", timeout=A_SECOND)
    assert time.monotonic() - tapped < 1
    expect(card_in(first, order_id, OrderStatus.CONFIRMED)).to_be_visible()
    assert all(page.evaluate("window.isSamePage") for page in (first, second, third)), "a page was reloaded"


def test_after_a_kill_9_and_a_restart_every_window_goes_on_by_itself(
    app: Flask, server: Server, cedar: House, place: Callable[..., uuid.UUID], open_page: Callable[..., Page]
) -> None:
    order_id = place(cedar)
    first = open_page(cedar.nour, KITCHEN, strict=False)
    second = open_page(cedar.nour, KITCHEN, strict=False)
    third = open_page(None, f"/track/{token_of(app, cedar, order_id)}", strict=False)
    expect_live(first, second, third)
    for page in (first, second, third):
        page.evaluate("window.isSamePage = true")

    server.kill()
    for page in (first, second, third):
        expect(page.locator("#live")).to_contain_text("Reconnecting…")
    move(app, cedar, order_id, OrderStatus.CONFIRMED)  # what happened meanwhile is caught up
    server.start()
    for page in (first, second):
        expect(card_in(page, order_id, OrderStatus.CONFIRMED)).to_be_visible(timeout=20_000)
    expect(third.locator(".steps .current")).to_contain_text("Confirmed", timeout=20_000)
    expect_live(first, second, third)

    press(first, order_id, "Start")
    expect(card_in(second, order_id, OrderStatus.PREPARING)).to_be_visible(timeout=A_SECOND)
    expect(third.locator(".steps .current")).to_contain_text("Being prepared", timeout=A_SECOND)
    assert all(page.evaluate("window.isSamePage") for page in (first, second, third)), "a page was reloaded"


def test_a_new_order_appears_in_its_place_by_the_time_it_is_due(
    app: Flask, cedar: House, place: Callable[..., uuid.UUID], open_page: Callable[..., Page]
) -> None:
    page = open_page(cedar.nour, KITCHEN)
    expect(page.get_by_text("No new orders.")).to_be_visible()
    expect_live(page)
    early, late = place(cedar), place(cedar)
    cards = page.locator("#column-pending > .card")
    expect(cards).to_have_count(2)
    assert [card.get_attribute("id") for card in cards.all()] == [card_id(early), card_id(late)]
    expect(page.locator("[data-count-of=column-pending]")).to_have_text("2")
    expect(page.get_by_text("No new orders.")).to_be_hidden()
    card = page.locator(f"#{card_id(early)}")
    for shown in ("Delivery", "2×", "Kebab", "no onion", "extra garlic", "Fattoush"):
        expect(card).to_contain_text(shown)


@pytest.mark.usefixtures("at_once")
def test_an_order_goes_from_the_kitchen_board_to_dispatch_and_to_its_end(
    cedar: House, place: Callable[..., uuid.UUID], open_page: Callable[..., Page]
) -> None:
    order_id = place(cedar, Fulfilment.DELIVERY)
    kitchen = open_page(cedar.nour, KITCHEN)
    dispatch = open_page(cedar.karim, "/r/hamra/dispatch")
    expect_live(kitchen, dispatch)
    for button in ("Confirm", "Start", "Ready"):
        tap(kitchen, order_id, button)
    expect(card_in(kitchen, order_id, OrderStatus.READY)).to_be_visible()
    expect(card_in(kitchen, order_id, OrderStatus.READY).get_by_role("button")).to_have_count(1)  # its story
    expect(card_in(dispatch, order_id, OrderStatus.READY)).to_be_visible()
    open_card(dispatch, order_id)
    press(dispatch, order_id, "Send out")
    expect(card_in(dispatch, order_id, OrderStatus.DELIVERING)).to_be_visible()
    expect(kitchen.locator(f"#{card_id(order_id)}")).to_have_count(0)
    tap(dispatch, order_id, "Delivered")
    expect(card_in(dispatch, order_id, OrderStatus.COMPLETED)).to_be_attached()


def test_only_delivery_orders_can_be_sent_out(
    app: Flask, cedar: House, place: Callable[..., uuid.UUID], open_page: Callable[..., Page]
) -> None:
    order_id = place(cedar, Fulfilment.PICKUP)
    move(app, cedar, order_id, OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY)
    page = open_page(cedar.karim, "/r/hamra/dispatch")
    buttons = page.locator(f"#{card_id(order_id)}").get_by_role("button")
    expect(buttons).to_have_text(["1", "⋯", "Handed over"])
    open_card(page, order_id)
    expect(buttons).to_have_text(["1", "Handed over", "Rush", "Change…", "Close"])


def test_a_tap_that_comes_too_late_says_why_and_shows_the_true_card(
    app: Flask, cedar: House, place: Callable[..., uuid.UUID], open_page: Callable[..., Page]
) -> None:
    order_id = place(cedar)
    page = open_page(cedar.nour, KITCHEN, strict=False)
    expect_live(page)
    # The stream is cut, so that the page does not know what happened next.
    page.route("**/stream*", lambda route: route.abort())
    page.evaluate("document.querySelector('[hx-sse\\\\:connect]').remove()")
    move(app, cedar, order_id, OrderStatus.CONFIRMED, OrderStatus.PREPARING)
    tap(page, order_id, "Confirm")
    expect(page.locator("#refused")).to_contain_text("The order is preparing by now, moved by Till")
    expect(card_in(page, order_id, OrderStatus.PREPARING)).to_be_visible()


def test_cancelling_asks_for_a_reason_and_everybody_reads_it(
    cedar: House, place: Callable[..., uuid.UUID], open_page: Callable[..., Page]
) -> None:
    order_id = place(cedar)
    first = open_page(cedar.nour, KITCHEN)
    second = open_page(cedar.maya, KITCHEN)
    expect_live(first, second)
    card = first.locator(f"#{card_id(order_id)}")
    card.get_by_text("Cancel…").click()
    card.get_by_role("button", name="Cancel order").click()
    expect(card_in(first, order_id, OrderStatus.PENDING)).to_be_visible()  # the browser asks for the reason
    card.locator("[name=reason]").fill("Out of chicken")
    card.get_by_role("button", name="Cancel order").click()
    expect(card_in(second, order_id, OrderStatus.CANCELLED)).to_contain_text(
        "Nour Out of chicken", timeout=15_000
    )


def test_a_card_never_goes_back_to_an_older_version(
    app: Flask, cedar: House, place: Callable[..., uuid.UUID], open_page: Callable[..., Page]
) -> None:
    from ordertrack.boards.columns import KITCHEN as BOARD
    from ordertrack.boards.fragments import move as message

    order_id = place(cedar)
    with tenant_context(app, cedar.tenant_id):
        order = records.find(cedar.tenant_id, order_id)
        assert order is not None
        stale = message(BOARD, order, "en")
    page = open_page(cedar.nour, KITCHEN)
    expect_live(page)
    move(app, cedar, order_id, OrderStatus.CONFIRMED)
    expect(card_in(page, order_id, OrderStatus.CONFIRMED)).to_be_visible()

    swap = "text => htmx.swap({text, sourceElement: document.body, swap: 'none'})"
    page.evaluate(swap, stale)
    expect(card_in(page, order_id, OrderStatus.CONFIRMED)).to_be_visible()
    expect(card_in(page, order_id, OrderStatus.PENDING)).to_have_count(0)

    move(app, cedar, order_id, OrderStatus.PREPARING, OrderStatus.READY, OrderStatus.COMPLETED)
    expect(page.locator(f"#{card_id(order_id)}")).to_have_count(0)
    page.evaluate(swap, stale)
    expect(page.locator(f"#{card_id(order_id)}")).to_have_count(0)


def test_a_revoked_member_loses_the_screen_at_once(
    operator_app: Flask, cedar: House, open_page: Callable[..., Page]
) -> None:
    from ordertrack.tenants import accounts
    from ordertrack.tenants.staff import staff_accounts

    page = open_page(cedar.nour, KITCHEN, strict=False)
    expect_live(page)
    with operator_app.app_context():
        staff_accounts.revoke_staff_member(accounts.find_tenant(cedar.slug), cedar.nour.email)
    expect(page.locator("#live")).to_contain_text("Signed out", timeout=A_SECOND)


def test_signing_out_ends_every_tab_of_the_device_and_no_other_device(
    cedar: House, open_page: Callable[..., Page]
) -> None:
    first = open_page(cedar.nour, KITCHEN, strict=False)
    second = first.context.new_page()
    second.goto(KITCHEN)
    elsewhere = open_page(cedar.nour, KITCHEN)
    expect_live(first, second, elsewhere)
    first.get_by_role("button", name="Menu").click()
    first.get_by_role("button", name="Sign out").click()
    expect(second.locator("#live")).to_contain_text("Signed out", timeout=A_SECOND)
    expect(elsewhere.locator("#live")).to_have_text("Live")
