"""No page is wider than its window: what is, scrolls in its own place, which keys reach and a name tells."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from accessibility.furnished import Furnished
from accessibility.views import VIEWS

WIDTHS = (1280, 1024, 800, 390, 320)
_OPEN_ALL = "() => { for (const each of document.querySelectorAll('main details')) each.open = true; }"
_WIDER = "() => document.documentElement.scrollWidth - innerWidth"
# Boards scroll from card to card and are measured in their own tests: axe's rule is what is asked of them.
_UNREACHED = """async () => {
  const { violations } = await axe.run(document, { runOnly: ["scrollable-region-focusable"] });
  return violations.flatMap(({ nodes }) => nodes.map(({ html }) => html.slice(0, 200)));
}"""
_UNNAMED = """() => [...document.querySelectorAll("main *")].filter((each) => {
  const { overflowX, overflowY } = getComputedStyle(each);
  const doesScroll = each.matches(".scroll")
    || ["auto", "scroll"].includes(overflowX) && each.scrollWidth > each.clientWidth
    || ["auto", "scroll"].includes(overflowY) && each.scrollHeight > each.clientHeight;
  const isReached = each.tabIndex === 0 && each.role === "region" && each.ariaLabel;
  return doesScroll && each.checkVisibility() && each.localName !== "textarea" && !isReached;
}).map((each) => each.outerHTML.slice(0, 200))"""
_FIRST_COLUMN_LEFT = """() => [...document.querySelectorAll(".scroll")].filter((each) => {
  const isMirrored = getComputedStyle(each).direction === "rtl";
  each.scrollLeft = isMirrored ? -9999 : 9999;
  const cell = each.querySelector("tbody tr > :first-child");
  const [table, first] = [each, cell].map((part) => part.getBoundingClientRect());
  const hasLeft = isMirrored ? first.right > table.right + 2 : first.left < table.left - 2;
  const isRow = getComputedStyle(cell.parentElement).display === "table-row";
  return each.checkVisibility() && isRow && hasLeft;
}).map((each) => each.ariaLabel)"""

_ALWAYS_THERE = """() => [...document.querySelectorAll("body *")].filter((each) => {
  const { position, display } = getComputedStyle(each);
  const { bottom, height } = each.getBoundingClientRect();
  const isSeen = display !== "none" && height > 2 && bottom > 0 && each.checkVisibility();
  return position === "fixed" && isSeen && !each.matches(".visually-hidden");
}).map((each) => each.outerHTML.slice(0, 200))"""


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
@pytest.mark.parametrize("name", VIEWS)
def test_no_page_is_wider_than_its_window_and_what_scrolls_is_reached_by_keys(
    furnished: Furnished, page_of: Callable[[str, str], Page], name: str, language: str
) -> None:
    page = page_of(VIEWS[name].who, language)
    try:
        page.goto(VIEWS[name].path_in(furnished))
        if not VIEWS[name].is_board:
            page.evaluate(_OPEN_ALL)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate(_UNREACHED) == [], width
            if not VIEWS[name].is_board:
                assert page.evaluate(_WIDER) <= 0, width
                assert page.evaluate(_UNNAMED) == [], width
                assert page.evaluate(_FIRST_COLUMN_LEFT) == [], width
    finally:
        page.close()


@pytest.mark.parametrize("window", [(640, 400), (512, 300)])
@pytest.mark.parametrize("name", ["overview", "orders", "report", "people", "floor settings"])
def test_a_tablet_at_twice_the_size_leaves_its_window_to_the_page(
    furnished: Furnished, page_of: Callable[[str, str], Page], name: str, window: tuple[int, int]
) -> None:
    width, height = window
    page = page_of(VIEWS[name].who, "fr")
    try:
        page.set_viewport_size({"width": width, "height": height})
        page.goto(VIEWS[name].path_in(furnished))
        assert page.evaluate(_WIDER) <= 0
        page.evaluate("scrollTo(0, 400)")
        assert page.evaluate(_ALWAYS_THERE) == []
        page.locator(".more").click()
        for link in page.locator("#more-pages a").all():
            link.click(trial=True)
    finally:
        page.close()
