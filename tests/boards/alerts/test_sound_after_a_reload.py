"""What nobody has confirmed is new, whenever the board came: it rings after a reload as it did before."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import Flask
from playwright.sync_api import Page, expect

from boards import hands
from boards.hands import DISPATCH, KITCHEN
from boards.sound_steps import go_on, hear, start_shift
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from support.cast import House
from support.network_proxy import NetworkProxy
from support.pages import page_recorder
from support.server import wait_for

Place = Callable[..., uuid.UUID]
Open = Callable[..., Page]
Do = Callable[..., None]
KEPT = "caches.match('/r/hamra/kitchen/cards').then((kept) => kept?.text() ?? '')"


def sounds(page: Page) -> int:
    return int(page.evaluate("document.body.dataset.sounds"))


def test_an_order_that_waits_when_the_board_opens_rings_until_somebody_confirms_it(
    cedar: House, place: Place, move: Do, open_page: Open
) -> None:
    waits, begun = place(cedar), place(cedar)
    move(begun, OrderStatus.CONFIRMED)
    page = start_shift(open_page, cedar.nour)
    expect(page.locator("#alerts")).to_have_text("New 1")
    expect(hands.card(page, waits)).to_have_attribute("data-news", "new")
    expect(page.locator("body")).to_have_attribute("data-sounded", "new")
    page.clock.install()
    page.reload()
    go_on(page)
    expect(page.locator("#alerts")).to_have_text("New 1")
    expect(page.locator("body")).to_have_attribute("data-sounded", "new")
    said = sounds(page)
    page.clock.fast_forward(10_500)
    wait_for(lambda: sounds(page) > said, "the order to ring again")
    move(waits, OrderStatus.CONFIRMED)
    expect(page.locator("#alerts")).to_be_empty()
    said = sounds(page)
    page.clock.fast_forward(60_000)
    assert sounds(page) == said


def test_what_was_heard_stays_so_after_a_reload_and_the_rest_goes_on_ringing(
    cedar: House, place: Place, open_page: Open
) -> None:
    place(cedar)
    page = start_shift(open_page, cedar.nour)
    expect(page.locator("#alerts")).to_have_text("New 1")
    hear(page)
    expect(page.locator("#alerts")).to_be_empty()
    place(cedar)
    expect(page.locator("#alerts")).to_have_text("New 2")
    page.reload()
    page_recorder.expect_state(page, "live")
    expect(page.locator("#alerts")).to_have_text("New 2")


def test_what_waits_to_go_out_when_the_dispatch_board_opens_rings_and_what_is_only_coming_does_not(
    cedar: House, place: Place, move: Do, open_page: Open
) -> None:
    place(cedar)
    ready = place(cedar, Fulfilment.PICKUP)
    move(ready, OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY)
    page = start_shift(open_page, cedar.karim, DISPATCH)
    expect(page.locator("#alerts")).to_have_text("New 2")
    expect(page.locator("body")).to_have_attribute("data-sounded", "new")


def test_what_a_filter_hid_is_new_when_it_is_shown(
    app: Flask, cedar: House, place: Place, open_page: Open
) -> None:
    delivery = place(cedar, Fulfilment.DELIVERY)
    open_page(cedar.maya, KITCHEN)
    hands.expect_counted(app, cedar, {"Maya": False})  # or it would ring as shown on no screen
    page = open_page(cedar.nour, KITCHEN)
    page.evaluate("localStorage.setItem('fulfilments:hamra', JSON.stringify(['pickup']))")
    page.reload()
    page_recorder.expect_state(page, "live")
    expect(hands.card(page, delivery)).to_be_hidden()
    expect(page.locator("#alerts")).to_be_empty()
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("button", name="Pickup", exact=True).click()
    expect(page.locator("#alerts")).to_have_text("New 1")
    page.get_by_role("button", name="Pickup", exact=True).click()
    expect(page.locator("#alerts")).to_be_empty()


def test_a_board_that_opens_without_the_server_rings_for_what_waited_and_for_nothing_else(
    cedar: House, place: Place, move: Do, network: NetworkProxy, open_page: Open
) -> None:
    confirmed = place(cedar)
    page = open_page(cedar.nour, KITCHEN, strict=False, base_url=network.address)
    page_recorder.expect_state(page, "live")
    waits, begun = place(cedar), place(cedar)
    for order_id in (confirmed, begun):
        move(order_id, OrderStatus.CONFIRMED)
        expect(hands.card(page, order_id)).to_have_attribute("data-status", "confirmed")
    page_recorder.put_in_background(page, True)
    wait_for(lambda: str(begun) in page.evaluate(KEPT), "the picture to be kept")
    network.cut()
    page.reload()
    page_recorder.expect_state(page, "offline")
    expect(hands.card(page, waits)).to_have_attribute("data-news", "new")
    expect(page.locator("#alerts")).to_have_text("New 2")
