"""What cries for notice is read whole on every board: a sign that counts it, and a list, neither ever cut."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from boards.hands import KITCHEN, act, move, order_of, set_operations
from ordertrack.orders.placing.new_order import NewItem
from ordertrack.restaurants.stations import Station
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import OrderStatus
from support.cast import House
from support.pages import page_recorder
from support.server import wait_for

Open = Callable[..., Page]
SIZES = [(1280, 800), (1024, 600), (800, 1280), (1920, 1080), (390, 844), (360, 640)]
STATIONS = (Station("Grill", ("kebab",)), Station("Bar", ("lemonade",)))
SOON = 15_000  # milliseconds
# What is cut: what is taller or wider than its place, and what reaches out of the bar or off the screen.
CUT = """() => {
  const cut = [];
  const places = "#alerts-open, #alert-list > *, #alerts > *, #start-sound, #unshown p, #manager-alarms a";
  for (const place of document.querySelectorAll(places)) {
    if (!place.checkVisibility()) continue;
    const { left, right, top, bottom } = place.getBoundingClientRect();
    const isOver = place.scrollWidth > place.clientWidth + 1 || place.scrollHeight > place.clientHeight + 1;
    const isOff = left < -1 || right > innerWidth + 1 || top < -1 || bottom > innerHeight + 1;
    const isDotted = getComputedStyle(place).textOverflow === "ellipsis";
    const { scrollWidth, clientWidth, scrollHeight, clientHeight } = place;
    const sizes = [scrollWidth, clientWidth, scrollHeight, clientHeight];
    if (isOver || isOff || isDotted) cut.push([place.id || place.outerHTML, ...sizes]);
  }
  return cut;
}"""


@pytest.fixture
def crying(app: Flask, cedar: House, place: Callable[..., uuid.UUID]) -> list[uuid.UUID]:
    """Orders of both restaurants on no screen, many that are new, and one of Hamra for each kind of news."""
    set_operations(app, cedar, stations=STATIONS)
    for restaurant in cedar.restaurants:
        place(cedar, restaurant=restaurant)
    order_of(app, cedar, NewItem("Lemonade", 1))
    ready = order_of(app, cedar, NewItem("Kebab", 1))
    move(app, cedar, ready, OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY)
    orders = [order_of(app, cedar, NewItem("Kebab", 1)) for _ in range(14)]
    for order_id in orders[:2]:
        move(app, cedar, order_id, OrderStatus.CONFIRMED)
    return orders


def expect_whole(page: Page) -> None:
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        wait_for(lambda: page.evaluate(CUT) == [], f"all to be whole at {width} x {height}")


@pytest.mark.parametrize("language", ["en", "fr", "ar", "ar-arab"])
def test_alarms_and_news_are_whole_on_every_screen_in_every_language(
    app: Flask, cedar: House, crying: list[uuid.UUID], open_page: Open, language: str
) -> None:
    page = open_page(cedar.maya, KITCHEN, language=language)
    page.evaluate("localStorage.setItem('stations:hamra', JSON.stringify(['Grill']))")
    page.reload()
    page_recorder.expect_state(page, "live")
    move(app, cedar, crying[0], OrderStatus.CANCELLED)
    act(app, cedar, crying[1], OrderAction.RUSH)
    for sign in ("#unshown p", "#alerts-open"):
        expect(page.locator(sign)).to_be_visible(timeout=SOON)
    expect(page.locator("#manager-alarms a")).not_to_have_count(0, timeout=SOON)
    expect_whole(page)
    page.locator("#start-sound").click()
    expect(page.locator("#start-sound")).to_be_hidden()
    expect_whole(page)
    page.locator("#alerts-open").click()
    for kind in ("cancelled", "unshown", "new", "changed"):
        expect(page.locator(f"#alerts [data-kind={kind}]")).to_be_visible(timeout=SOON)
    expect(page.locator("#manager-alarms a").first).to_be_visible()
    expect_whole(page)
