"""Boards that are heard: what sounds, what does not, until when; and a board says so if it cannot sound."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import browser as browsers
import pytest
import seen
from cast import House, Person
from flask import Flask
from over_http import sign_in
from playwright.sync_api import Browser, Page, expect
from server import Server

from ordertrack.boards.fragments import card_id
from ordertrack.database import tenant_context
from ordertrack.orders import actions, transitions
from ordertrack.orders.acts import Act
from ordertrack.orders.state_machine import Fulfilment, OrderStatus
from ordertrack.sla import saving, settings
from ordertrack.sla.stages import Stage
from ordertrack.sla.targets import Target
from ordertrack.tenants.restaurants import find_restaurant

KITCHEN = "/r/hamra/kitchen"
KINDS = {"New order": "new", "Order changed": "changed", "Order cancelled": "cancelled", "Order late": "late"}

Place = Callable[..., uuid.UUID]
Open = Callable[..., Page]
Do = Callable[..., None]


@pytest.fixture
def do(app: Flask, cedar: House) -> Do:
    """What others do to an order: statuses it is moved to, or acts."""

    def make(order_id: uuid.UUID, *deeds: OrderStatus | Act, line: int | None = None) -> None:
        with tenant_context(app, cedar.tenant_id):
            for deed in deeds:
                if isinstance(deed, Act):
                    actions.act(order_id, deed, by=cedar.program, line=line)
                else:
                    transitions.advance(order_id, deed, by=cedar.program, reason="They called")

    return make


@pytest.fixture
def save_target(app: Flask, cedar: House) -> Callable[[int | None], None]:
    def save(seconds: int | None) -> None:
        with tenant_context(app, cedar.tenant_id):
            place = find_restaurant(cedar.tenant_id, "hamra")
            assert place is not None
            today = settings.of_restaurant(cedar.tenant_id, place.id).calendar.day_of(dt.datetime.now(dt.UTC))
            saving.save_target(place.id, Target(Stage.ACCEPT, None, today, seconds), by=cedar.maya.principal)

    return save


def start_shift(open_page: Open, person: Person, path: str = KITCHEN, **options: Any) -> Page:
    page = open_page(person, path, **options)
    seen.expect_state(page, "live")
    assert page.locator("#shift").get_attribute("data-sound") == "off"
    go_on(page)
    return page


def go_on(page: Page) -> None:
    """The tap that starts the shift, or gives the sound back after a reload."""
    page.locator("#start-shift").click()
    expect(page.locator("#shift")).to_have_attribute("data-sound", "on")


def expect_sounds(page: Page, count: int, last: str) -> None:
    """As many tones, the last of this kind: whatever was not to sound would be among them."""
    expect(page.locator("body")).to_have_attribute("data-sounds", str(count))
    expect(page.locator("body")).to_have_attribute("data-sounded", last)


def test_a_board_is_silent_and_says_so_until_a_tap_starts_the_shift(
    cedar: House, place: Place, open_page: Open
) -> None:
    page = open_page(cedar.nour, KITCHEN)
    seen.expect_state(page, "live")
    start = page.get_by_role("button", name="Sound is off: start shift")
    expect(start).to_be_visible()
    order_id = place(cedar)
    expect(page.locator(f"#{card_id(order_id)}")).to_have_attribute("data-news", "new")
    assert page.evaluate("document.body.dataset.sounded") is None
    start.click()
    expect(page.locator("#shift")).to_have_attribute("data-audio", "running")
    expect(start).to_be_hidden()
    expect_sounds(page, 1, "new")  # what nobody has taken notice of yet


def test_what_is_new_sounds_and_shows_until_it_is_heard_or_its_card_is_tapped(
    cedar: House, place: Place, open_page: Open
) -> None:
    there = place(cedar)
    page = start_shift(open_page, cedar.nour, strict=False)
    page.clock.install()
    assert page.locator(f"#{card_id(there)}").get_attribute("data-news") is None
    first, second = place(cedar), place(cedar)
    for order_id in (first, second):
        expect(page.locator(f"#{card_id(order_id)}")).to_have_attribute("data-news", "new")
    expect(page.locator("#alerts")).to_contain_text("New 2, 3")
    expect(page.locator("body")).to_have_attribute("data-sounded", "new")
    page.clock.run_for(1000)
    said = int(page.evaluate("document.body.dataset.sounds"))
    page.clock.fast_forward(10_500)
    expect_sounds(page, said + 1, "new")
    page.locator(f"#{card_id(first)} .facts").click()
    expect(page.locator("#alerts")).to_have_text("New 3")
    page.clock.fast_forward(10_500)
    expect_sounds(page, said + 2, "new")
    page.get_by_role("button", name="Heard").click()
    expect(page.locator("#alerts")).to_be_empty()
    expect(page.locator(f"#{card_id(second)}")).not_to_have_attribute("data-news", "new")
    page.clock.fast_forward(60_000)
    assert int(page.evaluate("document.body.dataset.sounds")) == said + 2


def test_what_others_do_to_a_card_sounds_as_changed_but_lines_struck_off_and_moves_do_not(
    cedar: House, place: Place, do: Do, open_page: Open
) -> None:
    order_id = place(cedar)
    do(order_id, OrderStatus.CONFIRMED)
    page = start_shift(open_page, cedar.nour)
    card = page.locator(f"#{card_id(order_id)}")
    do(order_id, Act.STRIKE, line=1)
    do(order_id, OrderStatus.PREPARING)
    expect(page.locator(f"#column-preparing > #{card_id(order_id)}")).to_be_visible()
    do(order_id, Act.RUSH)
    expect(card).to_have_attribute("data-news", "changed")
    expect_sounds(page, 1, "changed")


def test_a_tablets_own_taps_and_a_picture_sent_anew_are_silent(
    cedar: House, place: Place, save_target: Callable[..., None], open_page: Open
) -> None:
    order_id = place(cedar)
    page = start_shift(open_page, cedar.nour)
    page.locator(f"#{card_id(order_id)}").get_by_role("button", name="Confirm").click()
    expect(page.locator(f"#column-confirmed > #{card_id(order_id)}")).to_be_visible()
    save_target(3600)
    other = place(cedar)
    expect(page.locator(f"#{card_id(other)} [data-late-at]")).to_have_count(1)
    expect_sounds(page, 1, "new")


def test_a_cancellation_cries_until_it_is_acknowledged_on_its_card(
    cedar: House, place: Place, do: Do, open_page: Open
) -> None:
    order_id = place(cedar)
    page = start_shift(open_page, cedar.nour, strict=False)
    page.clock.install()
    do(order_id, OrderStatus.CANCELLED)
    expect(page.locator("#alerts")).to_contain_text("Cancelled 1")
    expect_sounds(page, 1, "cancelled")
    expect(page.get_by_role("button", name="Heard")).to_be_hidden()
    page.locator(f"#{card_id(order_id)} .cry").click()
    page.clock.fast_forward(10_500)
    expect_sounds(page, 2, "cancelled")
    page.locator(f"#{card_id(order_id)}").get_by_role("button", name="Seen").click()
    expect(page.locator("#alerts")).to_be_empty()
    page.clock.fast_forward(60_000)
    expect_sounds(page, 2, "cancelled")


def test_a_card_that_turns_late_sounds_so_and_no_more_once_it_has_moved(
    cedar: House, place: Place, do: Do, save_target: Callable[..., None], open_page: Open
) -> None:
    order_id = place(cedar)
    page = start_shift(open_page, cedar.nour)
    save_target(1)
    expect(page.locator("#alerts")).to_contain_text("Late 1")
    expect_sounds(page, 1, "late")
    do(order_id, OrderStatus.CONFIRMED)
    expect(page.locator("#alerts")).to_be_empty()


def test_what_a_filter_hides_is_silent(cedar: House, place: Place, open_page: Open) -> None:
    page = start_shift(open_page, cedar.nour)
    page.evaluate("localStorage.setItem('fulfilments:hamra', JSON.stringify(['pickup']))")
    page.reload()
    go_on(page)
    hidden, shown = place(cedar, Fulfilment.DELIVERY), place(cedar, Fulfilment.PICKUP)
    expect(page.locator(f"#{card_id(hidden)}")).to_be_hidden()
    expect(page.locator(f"#{card_id(shown)}")).to_have_attribute("data-news", "new")
    expect_sounds(page, 1, "new")
    expect(page.locator("#alerts")).to_have_text("New 2")


def test_each_tone_can_be_tried_and_switched_off_on_this_tablet_and_is_still_seen(
    cedar: House, place: Place, open_page: Open
) -> None:
    page = start_shift(open_page, cedar.nour)
    page.get_by_role("button", name="Tones of this tablet").click()
    for count, (name, kind) in enumerate(
        {
            "New order": "new",
            "Order changed": "changed",
            "Order cancelled": "cancelled",
            "Order late": "late",
        }.items()
    ):
        page.get_by_role("button", name=f"Try: {name}").click()
        expect_sounds(page, count + 1, kind)
    page.get_by_label("New order", exact=True).uncheck()
    page.get_by_role("button", name="Done").click()
    page.reload()
    go_on(page)
    order_id = place(cedar)
    expect(page.locator(f"#{card_id(order_id)}")).to_have_attribute("data-news", "new")
    expect(page.locator("body")).to_have_attribute("data-lit", "new")
    assert page.evaluate("document.body.dataset.sounded") is None


def test_an_order_is_new_to_dispatch_when_it_is_ready_not_when_it_is_placed(
    cedar: House, place: Place, do: Do, open_page: Open
) -> None:
    page = start_shift(open_page, cedar.karim, "/r/hamra/dispatch")
    order_id = place(cedar)
    expect(page.locator(f"#{card_id(order_id)}")).to_be_visible()
    do(order_id, OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY)
    expect(page.locator(f"#{card_id(order_id)}")).to_have_attribute("data-news", "new")
    expect_sounds(page, 1, "new")


@pytest.fixture
def reloaded_under(chromium: Browser, server: Server, cedar: House) -> Iterator[Callable[[str], Page]]:
    """A board whose shift was started, opened anew without a tap in a browser of this autoplay policy."""
    running: list[Browser] = []

    def open_under(policy: str) -> Page:
        arguments = [*browsers.ARGUMENTS, f"--autoplay-policy={policy}"]
        path = browsers.find()
        running.append(chromium.browser_type.launch(executable_path=path, args=arguments))
        context = running[-1].new_context(base_url=server.address)
        name, _, value = sign_in(server.port, cedar.nour).headers["Cookie"].partition("=")
        context.add_cookies([{"name": name, "value": value, "url": server.address}])
        context.add_init_script("""
          sessionStorage.setItem("shift", "1");
          window.AudioContext = class extends AudioContext {
            constructor() {
              super();
              window.audio = this;
            }
          };
        """)
        page = context.new_page()
        page.goto(KITCHEN)
        seen.expect_state(page, "live")
        return page

    yield open_under
    for each in running:
        each.close()


def test_a_board_says_so_when_the_browser_holds_the_sound_back_or_takes_it_away(
    cedar: House, place: Place, reloaded_under: Callable[[str], Page]
) -> None:
    page = reloaded_under("document-user-activation-required")
    blocked = page.get_by_role("button", name="The browser holds the sound back: tap here")
    expect(blocked).to_be_visible()
    assert page.evaluate("audio.state") == "suspended"
    order_id = place(cedar)
    expect(page.locator(f"#{card_id(order_id)}")).to_have_attribute("data-news", "new")
    assert page.evaluate("document.body.dataset.sounded") is None
    blocked.click()
    expect(page.locator("#shift")).to_have_attribute("data-sound", "on")
    expect(page.locator("body")).to_have_attribute("data-sounded", "new")
    assert page.evaluate("audio.state") == "running"
    page.evaluate("audio.suspend()")
    expect(blocked).to_be_visible()
    page.locator("#column-pending .facts").click()  # any tap gives it back
    expect(page.locator("#shift")).to_have_attribute("data-sound", "on")


def test_a_board_that_reloads_itself_sounds_on_where_the_browser_lets_it(
    cedar: House, place: Place, reloaded_under: Callable[[str], Page]
) -> None:
    page = reloaded_under("no-user-gesture-required")
    expect(page.locator("#shift")).to_have_attribute("data-sound", "on")
    place(cedar)
    expect_sounds(page, 1, "new")
