"""Boards that are heard: a shift that is started, and the tones that a page says it has made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import seen
from cast import Person
from hands import KITCHEN
from playwright.sync_api import Page, expect


def start_shift(open_page: Callable[..., Page], person: Person, path: str = KITCHEN, **options: Any) -> Page:
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
