"""What managers print beside reports: no page is cut, none has anything to tap, all are black on white."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from support.cast import House

SHEETS = ({"width": 703, "height": 1032}, {"width": 1032, "height": 703})  # A4 less its margins
PAGES = ("/orders", "/people", "/tablets", "/screens", "/rules", "/r/hamra/riders", "/r/hamra/pace",
         "/r/hamra/settings", "/r/hamra/open", "/sla/settings/hamra")  # fmt: skip
TAPPED = "button, .button, .bar, .tabs, .manager-alarm, .filter"
CUT = """sheet => [...document.querySelectorAll("main *")].filter((each) => {
  const { left, right, width } = each.getBoundingClientRect();
  const isHidden = !each.checkVisibility() || each.closest(".visually-hidden");
  const isCut = each.localName === "textarea" && each.scrollHeight > each.clientHeight + 1;
  return !isHidden && width && (left < -1 || right > sheet + 1 || isCut);
}).map((each) => each.outerHTML.slice(0, 200))"""


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_pages_of_managers_go_on_paper_whole(
    cedar: House,
    place: Callable[..., uuid.UUID],
    open_page: Callable[..., Page],
    language: str,
) -> None:
    story = f"/orders/{place(cedar)}"
    page = open_page(cedar.maya, story, locale=language)
    page.evaluate("localStorage.setItem('theme', 'dark')")
    for path in (story, *PAGES):
        page.emulate_media(media="screen")
        page.goto(path)
        page.emulate_media(media="print")
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)", path
        for sheet in SHEETS:
            page.set_viewport_size(sheet)  # type: ignore[arg-type]
            assert page.evaluate(CUT, sheet["width"]) == [], (path, sheet)
            assert page.evaluate("document.documentElement.scrollWidth") <= sheet["width"], path
        assert page.locator(TAPPED).filter(visible=True).all() == [], path


def test_a_printed_list_of_orders_says_of_which_restaurant_and_day_it_is(
    cedar: House, place: Callable[..., uuid.UUID], open_page: Callable[..., Page]
) -> None:
    place(cedar)
    page = open_page(cedar.maya, "/orders?restaurant=hamra")
    heading = page.locator("main h2")
    expect(heading).to_be_hidden()
    page.emulate_media(media="print")
    expect(heading).to_be_visible()
    expect(heading).to_contain_text("Hamra")
