"""Boards that are heard: a shift that is started, and the tones that a page says it has made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from boards.hands import KITCHEN
from support.cast import Person
from support.pages import page_recorder

_RECORD_LIGHTS = """() => {
  window.lights = [];
  new MutationObserver(() => {
    if (document.body.dataset.lit) window.lights.push(document.body.dataset.lit);
  }).observe(document.body, { attributes: true, attributeFilter: ["data-lit"] });
}"""


def start_shift(open_page: Callable[..., Page], person: Person, path: str = KITCHEN, **options: Any) -> Page:
    page = open_page(person, path, **options)
    page_recorder.expect_state(page, "live")
    assert page.locator("#alert-bar").get_attribute("data-sound") == "off"
    go_on(page)
    return page


def go_on(page: Page) -> None:
    """The tap that starts the shift, or gives the sound back after a reload."""
    page.locator("#start-sound").click()
    expect(page.locator("#alert-bar")).to_have_attribute("data-sound", "on")


def hear(page: Page) -> None:
    """Take notice of all that is new, in the list of alerts."""
    page.locator("#alerts-open").click()
    page.get_by_role("button", name="Heard").click()
    expect(page.locator("#alert-list")).to_be_hidden()


def expect_sounds(page: Page, count: int, last: str) -> None:
    """As many tones, the last of this kind: whatever was not to sound would be among them."""
    expect(page.locator("body")).to_have_attribute("data-sounds", str(count))
    expect(page.locator("body")).to_have_attribute("data-sounded", last)


def record_lights(page: Page) -> None:
    """Begin to keep with which news the frame lights up: each light is a moment only."""
    page.evaluate(_RECORD_LIGHTS)


def expect_lit(page: Page, kind: str) -> None:
    """The frame has lit up with this kind of news since `record_lights`."""
    page.wait_for_function("(kind) => window.lights.includes(kind)", arg=kind)
