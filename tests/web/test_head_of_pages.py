"""The head of managers' pages: one row, every link in reach on a phone, menus that keys open and close."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from support.cast import House
from support.pages.heads import OUT_OF_HEAD

Open = Callable[..., Page]
NARROW = {"width": 320, "height": 640}
LONG = "Restaurants réunis de la Méditerranée orientale"


def head(page: Page) -> float:
    """How high the head is; nothing of the page is wider than the screen."""
    assert page.evaluate("document.documentElement.scrollWidth") == page.viewport_size["width"], page.url  # type: ignore[index]
    assert page.evaluate(OUT_OF_HEAD) == [], page.url
    return float(page.locator(".head").evaluate("head => head.getBoundingClientRect().height"))


# That the head of every page fits is looked at where every page is opened: accessibility/test_pages.py.
@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_its_menus_fit_the_narrowest_phone(cedar: House, open_page: Open, language: str) -> None:
    page = open_page(cedar.maya, "/boards", strict=False, viewport=NARROW, locale=language)
    for path in ("/boards", "/tablets/codes", "/sla?range=7"):
        page.goto(path)
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert head(page) == 56
        for opener, panel in ((".more", "#more-pages"), (".person-open", "#person-menu")):
            page.locator(opener).click()
            expect(page.locator(panel)).to_be_visible()
            assert head(page) == 56
            page.keyboard.press("Escape")


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_the_head_is_one_row_however_long_the_names(cedar: House, open_page: Open, language: str) -> None:
    page = open_page(cedar.maya, "/people", strict=False, locale=language)
    page.evaluate(
        "long => document.querySelectorAll('.head h1 a, .person-open bdi')"
        ".forEach(name => { name.textContent = long; })",
        LONG,
    )
    for width in (980, 1280, 1899, 1900, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        assert head(page) == 56, width
        expect(page.locator(".pages [aria-current]")).to_have_count(1)
        expect(page.locator(".more")).to_be_visible(visible=width < 1900)
        expect(page.locator("#more-pages a").first).to_be_visible(visible=width >= 1900)


def test_what_sticks_to_the_foot_of_a_page_stands_above_the_links(
    cedar: House, place: Callable[..., uuid.UUID], open_page: Open
) -> None:
    page = open_page(cedar.maya, f"/orders/{place(cedar)}/change", viewport=NARROW)
    save, links = page.get_by_role("button", name="Save the change"), page.locator(".pages")
    upper, lower = save.bounding_box(), links.bounding_box()
    assert upper and lower and upper["y"] + upper["height"] <= lower["y"]
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    last = page.locator("main").bounding_box()
    assert last and last["y"] + last["height"] <= lower["y"]


def test_it_names_the_company_and_the_page_that_is_open(cedar: House, open_page: Open) -> None:
    page = open_page(cedar.maya, "/people")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cedar")
    expect(page.get_by_role("navigation").locator("[aria-current=page]")).to_have_text("People")
    page = open_page(cedar.maya, "/people", viewport=NARROW)
    expect(page.locator(".pages > a")).to_have_text(["Now", "Boards", "Orders", "Reports"])
    page.get_by_role("button", name="More pages").click()
    expect(page.locator("#more-pages [aria-current=page]")).to_have_text("People")
    page.get_by_role("link", name="Tablets").click()
    page.wait_for_url("**/tablets")


def test_whoever_is_no_manager_has_the_pages_that_are_theirs(cedar: House, open_page: Open) -> None:
    page = open_page(cedar.karim, "/orders", viewport=NARROW)
    expect(page.locator(".pages a")).to_have_text(["Boards", "Orders"])
    expect(page.get_by_role("button", name="More pages")).to_have_count(0)


@pytest.mark.parametrize("viewport", [NARROW, {"width": 1280, "height": 800}], ids=["phone", "tablet"])
def test_keys_alone_change_the_language_and_sign_out(
    cedar: House, open_page: Open, viewport: dict[str, int]
) -> None:
    page = open_page(cedar.maya, "/orders", viewport=viewport)
    opener = page.locator(".person-open")

    def tab_to(name: str) -> None:
        for _ in range(30):
            page.keyboard.press("Tab")
            focused = page.locator(":focus")
            if focused.count() and name in focused.inner_text():
                assert focused.evaluate("each => getComputedStyle(each).outlineStyle") == "solid"
                return
        raise AssertionError(f"no key leads to {name}")

    tab_to("Maya")
    page.keyboard.press("Enter")
    expect(page.locator("#person-menu")).to_be_visible()
    expect(opener).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#person-menu")).to_be_hidden()
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    tab_to("Français")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    assert page.url.endswith("/orders")
    tab_to("Maya")
    page.keyboard.press("Enter")
    tab_to("Se déconnecter")
    page.keyboard.press("Enter")
    page.wait_for_url("**/login")


def test_a_page_that_is_not_live_says_so_whole_in_a_row_of_its_own(cedar: House, open_page: Open) -> None:
    page = open_page(cedar.maya, "/screens", strict=False, viewport=NARROW, locale="fr")
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    assert head(page) == 56
    page.context.set_offline(True)
    page.evaluate("dispatchEvent(new Event('offline'))")
    expect(page.locator("#live")).to_have_attribute("data-state", "reconnecting", timeout=20_000)
    assert head(page) == 112
    sign, foot = (page.locator(selector).bounding_box() for selector in ("#live", ".head"))
    assert sign and foot and sign["y"] >= 56 and sign["y"] + sign["height"] <= foot["y"] + foot["height"]
