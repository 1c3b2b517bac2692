"""Browsers give sound on a tap and take it away again: a board says which it is."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from boards.hands import KITCHEN
from boards.sound_steps import expect_lit, expect_sounds, record_lights
from ordertrack.boards.fragments import card_id
from support.cast import House
from support.http_client import sign_in
from support.pages import browser as browsers
from support.pages import page_recorder
from support.server import Server

Place = Callable[..., uuid.UUID]


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
          localStorage.setItem("view", "columns");
          window.AudioContext = class extends AudioContext {
            constructor() {
              super();
              window.audio = this;
            }
          };
        """)
        page = context.new_page()
        page.goto(KITCHEN)
        page_recorder.expect_state(page, "live")
        return page

    yield open_under
    for each in running:
        each.close()


def test_a_board_says_so_when_the_browser_holds_the_sound_back_or_takes_it_away(
    cedar: House, place: Place, reloaded_under: Callable[[str], Page]
) -> None:
    page = reloaded_under("document-user-activation-required")
    blocked = page.get_by_role("button", name="Sound is held back: tap here")
    expect(blocked).to_be_visible()
    assert page.evaluate("audio.state") == "suspended"
    order_id = place(cedar)
    expect(page.locator(f"#{card_id(order_id)}")).to_have_attribute("data-news", "new")
    assert page.evaluate("document.body.dataset.sounded") is None
    blocked.click()
    expect(page.locator("#alert-bar")).to_have_attribute("data-sound", "on")
    expect(page.locator("body")).to_have_attribute("data-sounded", "new")
    assert page.evaluate("audio.state") == "running"
    page.evaluate("audio.suspend()")
    expect(blocked).to_be_visible()
    page.locator("#column-pending .facts").click()  # any tap gives it back
    expect(page.locator("#alert-bar")).to_have_attribute("data-sound", "on")


def test_sound_that_is_given_while_the_finger_is_still_down_rings_at_once(
    cedar: House, place: Place, reloaded_under: Callable[[str], Page]
) -> None:
    page = reloaded_under("document-user-activation-required")
    record_lights(page)
    place(cedar)
    expect_lit(page, "new")  # in vain, it has been rung for
    page.get_by_role("button", name="Sound is held back: tap here").hover()
    page.mouse.down()
    expect_sounds(page, 1, "new")


def test_a_board_that_reloads_itself_sounds_on_where_the_browser_lets_it(
    cedar: House, place: Place, reloaded_under: Callable[[str], Page]
) -> None:
    page = reloaded_under("no-user-gesture-required")
    expect(page.locator("#alert-bar")).to_have_attribute("data-sound", "on")
    place(cedar)
    expect_sounds(page, 1, "new")
