"""A device's clock may jump or stand still: a board goes by the server's, and each heartbeat says it."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from playwright.sync_api import Page, expect

from boards.hands import KITCHEN, card
from support import page_recorder
from support.cast import House

Place = Callable[..., uuid.UUID]
Open = Callable[..., Page]
MINUTE = 60_000  # milliseconds
LOOK_AGAIN = "document.dispatchEvent(new CustomEvent('retimed', { detail: document }))"
# In one step, before any heartbeat.
STAND_STILL = f"""(age, since) => {{
  const real = performance.now.bind(performance);
  performance.now = () => real() - since;
  {LOOK_AGAIN};
  return age.textContent;
}}"""
AGE = """(age, since) => { age.dataset.since = String(Number(age.dataset.since) - since); }"""


def open_aged(open_page: Open, house: House, order_id: uuid.UUID, minutes: int) -> Page:
    """A board whose only order is so many minutes older than it is."""
    page = open_page(house.nour, KITCHEN, strict=False)
    page_recorder.expect_state(page, "live")
    age = card(page, order_id).locator(".age")
    age.evaluate(AGE, minutes * MINUTE)
    page.evaluate(LOOK_AGAIN)
    expect(age).to_have_text(f"{minutes} min")
    return page


def test_a_device_whose_clock_is_set_ages_no_card(cedar: House, place: Place, open_page: Open) -> None:
    order_id = place(cedar)
    page = open_aged(open_page, cedar, order_id, 20)
    for hours in (3, -6):
        page.evaluate("(by) => { const real = Date.now; Date.now = () => real() + by; }", hours * 60 * MINUTE)
        page.evaluate(LOOK_AGAIN)
        expect(card(page, order_id).locator(".age")).to_have_text("20 min")


def test_a_device_whose_clocks_stood_still_in_its_sleep_learns_the_time_from_the_first_heartbeat(
    cedar: House, place: Place, open_page: Open
) -> None:
    order_id = place(cedar)
    page = open_aged(open_page, cedar, order_id, 20)
    assert card(page, order_id).locator(".age").evaluate(STAND_STILL, 12 * MINUTE) == "8 min"
    page.evaluate("dispatchEvent(new Event('offline'))")  # it makes itself another connection
    expect(card(page, order_id).locator(".age")).to_have_text("20 min")
    page_recorder.expect_state(page, "live")
