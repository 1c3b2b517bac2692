"""A device's clock may jump or stand still: a board goes by the server's, and each heartbeat says it."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable
from urllib.parse import parse_qs

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from boards.hands import KITCHEN, button, card
from boards.tap_steps import ONE_WAITS, do, expect_waiting
from ordertrack.rules.order_actions import OrderAction
from support.cast import TIMEZONE, House
from support.network_proxy import NetworkProxy
from support.pages import page_recorder
from support.server import wait_for

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


# A whole clock, as every part of the page reads it; `Date` of the test's own is left alone.
JUMP = """(by) => {
  const real = Date;
  globalThis.Date = class extends real {
    constructor(...given) { if (given.length) super(...given); else super(real.now() + by); }
    static now() { return real.now() + by; }
  };
}"""
TIMER = """(clock, [due, late]) => {
  const now = Number(document.body.dataset.now);
  Object.assign(clock.dataset, { dueAt: now + due, lateAt: now + late });
}"""


@pytest.mark.parametrize("hours", [2, -2])
def test_a_clock_that_jumps_makes_no_card_late_and_no_card_in_time(
    cedar: House, place: Place, open_page: Open, hours: int
) -> None:
    calm, due, late = place(cedar), place(cedar), place(cedar)
    page = open_page(cedar.nour, KITCHEN, strict=False)
    page_recorder.expect_state(page, "live")
    hour = 60 * MINUTE
    for order_id, moments in ((calm, [hour, 3 * hour]), (due, [-1, hour]), (late, [-hour, -5 * MINUTE])):
        card(page, order_id).locator(".clock").evaluate(TIMER, moments)
    page.evaluate(LOOK_AGAIN)
    page.evaluate(JUMP, hours * hour)
    page.evaluate("dispatchEvent(new Event('offline'))")  # and the next heartbeat changes nothing
    page_recorder.expect_state(page, "live")
    page.evaluate(LOOK_AGAIN)
    for order_id, timer, said in ((calm, "calm", ""), (due, "due", "due"), (late, "late", "target +5 min")):
        expect(card(page, order_id).locator(".clock")).to_have_attribute("data-timer", timer)
        expect(card(page, order_id).locator(".timer")).to_have_text(said)
        expect(card(page, order_id).locator(".age")).to_have_text("0 min")


@pytest.mark.parametrize("hours", [2, -2])
def test_a_clock_that_jumps_does_not_change_since_when_the_board_is_not_current(
    cedar: House, open_page: Open, network: NetworkProxy, hours: int
) -> None:
    page = open_page(cedar.nour, KITCHEN, strict=False, base_url=network.address)
    page_recorder.expect_state(page, "live")
    network.cut()
    page_recorder.expect_state(page, "reconnecting")
    since = page.locator("#live span")
    expect(since).to_have_text(re.compile(r"as of \d\d:\d\d$"))
    before = since.text_content()
    page.evaluate(JUMP, hours * 60 * MINUTE)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#live")).to_contain_text(str(before))
    network.let_through()
    page_recorder.expect_state(page, "live")
    network.cut()
    page_recorder.expect_state(page, "reconnecting")
    told = page.evaluate("document.getElementById('live').children[1].textContent")
    there = dt.datetime.now(TIMEZONE)
    lately = [f"as of {there - dt.timedelta(minutes=ago):%H:%M}" for ago in (0, 1)]
    assert told in lately


def test_a_clock_that_is_set_back_does_not_pass_what_others_did_off_as_ones_own(
    app: Flask, cedar: House, place: Place, open_page: Open
) -> None:
    order_id = place(cedar)
    page = open_page(cedar.nour, KITCHEN, strict=False)
    page_recorder.expect_state(page, "live")
    button(page, order_id, "Confirm").click()
    expect(card(page, order_id)).to_have_attribute("data-status", "confirmed")
    page.evaluate(JUMP, -2 * 60 * MINUTE)
    wait_for(lambda: page.evaluate("performance.now()") > 6000, "one's own move to be long ago")
    do(app, cedar, order_id, OrderAction.RUSH)
    expect(page.locator("#alerts-open")).to_have_attribute("data-kind", "changed")


def test_a_tap_that_waited_says_for_how_long_whatever_the_clock_did(
    app: Flask, cedar: House, place: Place, open_page: Open, network: NetworkProxy
) -> None:
    order_id = place(cedar)
    page = open_page(cedar.nour, KITCHEN, strict=False, base_url=network.address)
    page_recorder.expect_state(page, "live")
    network.cut()
    page_recorder.expect_state(page, "reconnecting")
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(str(asked.post_data)))
    button(page, order_id, "Confirm").click()
    expect_waiting(page, ONE_WAITS)
    page.evaluate(JUMP, 2 * 60 * MINUTE)
    network.let_through()
    expect(card(page, order_id)).to_have_attribute("data-status", "confirmed", timeout=20_000)
    (*_, last) = [said for said in sent if "waited=" in said]
    assert "again=1" in last
    assert int(parse_qs(last)["waited"][0]) < 60
