"""Over plain http a device can neither stay awake nor open without a line: the board says so in its menu."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from boards.hands import DISPATCH, KITCHEN
from ordertrack.i18n.translate import TAGS, gettext, speaking
from support.cast import House
from support.http_client import sign_in
from support.pages import browser, page_recorder
from support.server import Server

NAME = "ordertrack.test"  # no loopback, so no secure context either
SAID = "This device can neither stay awake nor open without a connection: the board is open over http."
PICKUP = "/r/hamra/pickup"


@pytest.fixture(scope="module")
def elsewhere(chromium: Browser) -> Iterator[Browser]:
    """A browser that knows this machine by a name."""
    yield (
        running := chromium.browser_type.launch(
            executable_path=browser.find(),
            args=[*browser.ARGUMENTS, f"--host-resolver-rules=MAP {NAME} 127.0.0.1"],
        )
    )
    running.close()


@pytest.fixture
def open_over_http(elsewhere: Browser, server: Server, cedar: House) -> Iterator[Callable[..., Page]]:
    """Open a page as the manager at an http address that is not this machine's own."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_it(path: str, language: str = "en") -> Page:
        contexts.append(context := elsewhere.new_context(base_url=f"http://{NAME}:{server.port}"))
        _, session = sign_in(server.port, cedar.maya).headers["Cookie"].split("=", 1)
        for name, value in (("session", session), ("language", language)):
            context.add_cookies([{"name": name, "value": value, "url": f"http://{NAME}:{server.port}"}])
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(path)
        assert not page.evaluate("isSecureContext")
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert errors == []


@pytest.mark.parametrize("path", [KITCHEN, DISPATCH])
@pytest.mark.parametrize("tag", TAGS)
def test_the_menu_says_it_and_how_to_mend_it_and_points_there_until_somebody_has_looked(
    open_over_http: Callable[..., Page], path: str, tag: str
) -> None:
    page = open_over_http(path, tag)
    page_recorder.expect_state(page, "live")
    menu = page.locator("[popovertarget=menu]")
    with speaking(tag):
        expect(menu).to_have_accessible_name(gettext("Menu, with something to read about this device"))
        said, plain = gettext(SAID), gettext("Menu")
    expect(menu).to_have_attribute("data-hint", "")
    menu.click()
    expect(page.locator("#menu .plain-http")).to_be_visible()
    expect(page.locator("#menu .plain-http")).to_contain_text(said)
    expect(page.locator("#menu .plain-http")).to_contain_text("https")
    expect(menu).to_have_accessible_name(plain)
    page.reload()
    page_recorder.expect_state(page, "live")
    expect(page.locator("#menu .plain-http")).to_have_count(1)
    expect(menu).not_to_have_attribute("data-hint", "")


def test_it_is_no_alarm_and_covers_no_ticket(open_over_http: Callable[..., Page]) -> None:
    page = open_over_http(KITCHEN)
    expect(page.locator("#menu .plain-http")).to_have_count(1)
    expect(page.locator("#alerts-open")).to_be_hidden()
    expect(page.locator(".plain-http")).to_be_hidden()
    expect(page.locator("#notice")).to_be_empty()
    page.set_viewport_size({"width": 390, "height": 700})
    page.locator("[popovertarget=menu]").click()
    box = page.locator("#menu").bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 390
    assert box["y"] + box["height"] <= 700, "all of the menu can be reached"


def test_the_guests_board_says_it_in_its_settings_and_not_to_guests(
    open_over_http: Callable[..., Page],
) -> None:
    page = open_over_http(PICKUP)
    page_recorder.expect_state(page, "live")
    expect(page.locator(".plain-http")).to_be_hidden()
    page.locator("#pickup-open").click()
    expect(page.locator(".plain-http")).to_contain_text(SAID)


def test_whoever_sets_a_tablet_up_over_http_is_told_first(open_over_http: Callable[..., Page]) -> None:
    page = open_over_http("/tablets")
    expect(page.locator("#over-http")).to_contain_text(re.compile("over http.*https address", re.DOTALL))


@pytest.mark.parametrize("path", [KITCHEN, PICKUP, "/tablets"])
def test_a_device_that_can_do_both_says_nothing_of_it(
    cedar: House, open_page: Callable[..., Page], path: str
) -> None:
    page = open_page(cedar.maya, path, strict=False)
    page.wait_for_function("() => navigator.serviceWorker.getRegistration()") if path != PICKUP else None
    expect(page.locator(".plain-http")).to_have_count(0)
    expect(page.locator("#over-http")).to_be_hidden()
    expect(page.locator("[data-hint]")).to_have_count(0)
