"""Pages are as light or dark as the device is set, unless somebody chose otherwise; boards are dark."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from support.cast import House

Open = Callable[..., Page]
PAGES = ("/orders", "/boards", "/sla", "/people", "/screens", "/r/hamra/open", "/no/such/page")


def html(page: Page) -> Locator:
    return page.locator("html")


def brightness(page: Page) -> int:
    """Of the ground that letters stand on, from 0 to 765."""
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return sum(int(part) for part in ground.removeprefix("rgb(").rstrip(")").split(","))


def toggle(page: Page) -> None:
    page.get_by_role("button", name="Change between dark and light").click()


@pytest.mark.parametrize("device", ["light", "dark"])
def test_a_page_is_as_the_device_is_set(cedar: House, open_page: Open, device: str) -> None:
    page = open_page(cedar.maya, "/tablets", strict=False, color_scheme=device)
    for path in PAGES:
        page.goto(path)
        expect(html(page)).to_have_attribute("data-theme", device)
        assert (brightness(page) > 600) is (device == "light")
        assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == device


@pytest.mark.parametrize("device", ["light", "dark"])
def test_the_sign_in_page_too(open_page: Open, device: str) -> None:
    page = open_page(None, "/login", color_scheme=device)
    expect(html(page)).to_have_attribute("data-theme", device)
    assert (brightness(page) > 600) is (device == "light")


def test_a_page_that_is_open_follows_the_device(cedar: House, open_page: Open) -> None:
    page = open_page(cedar.maya, "/orders", color_scheme="light")
    for device in ("dark", "light"):
        page.emulate_media(color_scheme=device)
        expect(html(page)).to_have_attribute("data-theme", device)


@pytest.mark.parametrize(("device", "chosen"), [("dark", "light"), ("light", "dark")])
def test_a_choice_holds_whatever_the_device_says_on_every_page_and_afterwards(
    cedar: House, open_page: Open, device: str, chosen: str
) -> None:
    page = open_page(cedar.maya, "/orders", color_scheme=device)
    toggle(page)
    expect(html(page)).to_have_attribute("data-theme", chosen)
    for other in (chosen, device):
        page.emulate_media(color_scheme=other)
        assert html(page).get_attribute("data-theme") == chosen
    page.goto("/people")
    expect(html(page)).to_have_attribute("data-theme", chosen)
    page.reload()
    expect(html(page)).to_have_attribute("data-theme", chosen)


@pytest.mark.parametrize("board", ["kitchen", "dispatch", "pickup"])
def test_a_board_is_dark_on_a_light_device_until_somebody_chooses(
    cedar: House, open_page: Open, board: str
) -> None:
    page = open_page(cedar.maya, f"/r/hamra/{board}", strict=False, color_scheme="light")
    expect(html(page)).to_have_attribute("data-theme", "dark")
    page.emulate_media(color_scheme="dark")
    page.emulate_media(color_scheme="light")
    assert html(page).get_attribute("data-theme") == "dark"
    page.goto("/orders")
    expect(html(page)).to_have_attribute("data-theme", "light")
    toggle(page)
    toggle(page)
    page.goto(f"/r/hamra/{board}")
    expect(html(page)).to_have_attribute("data-theme", "light")


def test_a_page_is_dark_before_anything_of_it_is_painted(cedar: House, open_page: Open) -> None:
    page = open_page(cedar.maya, "/orders", color_scheme="dark")
    page.add_init_script(
        "new MutationObserver(() => { if (document.body) window.first ??="
        " document.documentElement.dataset.theme; }).observe(document, { childList: true, subtree: true })"
    )
    page.reload()
    assert page.evaluate("window.first") == "dark"
