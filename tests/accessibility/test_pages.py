"""Each page is opened once in each language: it is as wide as its window, and axe finds nothing.

At widths of devices nothing is wider than the window: what is, scrolls in its own place, which keys reach and
a name tells. axe-core finds nothing in light or dark, at rest or with the panels open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Page

from accessibility.furnished import Furnished
from accessibility.views import VIEWS, Visit
from support.pages.heads import HIGHER_THAN_A_ROW, OUT_OF_HEAD

WIDTHS = (1280, 1024, 800, 390, 320)
_OPEN_ALL = """() => document.querySelectorAll("main details:not([open])").forEach((each) => {
  each.open = true;
  each.dataset.wasFolded = "";
})"""
_FOLD_AGAIN = """() => document.querySelectorAll("[data-was-folded]").forEach((each) => {
  each.open = false;
  delete each.dataset.wasFolded;
})"""
_WIDER = "() => Math.max(0, document.documentElement.scrollWidth - innerWidth)"
# Boards scroll from card to card and are measured in their own tests: keys reach something in what scrolls.
# A pickup screen chooses its size again first.
_UNREACHED = """async () => {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return [...document.body.querySelectorAll("*")].filter((each) => {
    const { overflowX, overflowY } = getComputedStyle(each);
    const doesScroll = ["auto", "scroll"].includes(overflowX) && each.scrollWidth > each.clientWidth
      || ["auto", "scroll"].includes(overflowY) && each.scrollHeight > each.clientHeight;
    const stops = "a[href], button, input, select, textarea, summary, [tabindex]:not([tabindex='-1'])";
    return doesScroll && each.checkVisibility() && !each.matches(stops)
      && ![...each.querySelectorAll(stops)].some((stop) => !stop.disabled && stop.checkVisibility());
  }).map((each) => each.outerHTML.slice(0, 200));
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
_LOOKED_FOR = {"unreached": _UNREACHED}
_LOOKED_FOR_ON_PAGES = {
    **_LOOKED_FOR,
    "wider": _WIDER,
    "unnamed": _UNNAMED,
    "first column left": _FIRST_COLUMN_LEFT,
    "out of the head": OUT_OF_HEAD,
    "head higher than a row": HIGHER_THAN_A_ROW,
}
_ALWAYS_THERE = """() => [...document.querySelectorAll("body *")].filter((each) => {
  const { position, display } = getComputedStyle(each);
  const { bottom, height } = each.getBoundingClientRect();
  const isSeen = display !== "none" && height > 2 && bottom > 0 && each.checkVisibility();
  return position === "fixed" && isSeen && !each.matches(".visually-hidden");
}).map((each) => each.outerHTML.slice(0, 200))"""

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Themes differ in colours and in nothing else, and languages in everything but colours.
# What no rule here asks for is left out: the style sheets, read once more, and a selector of each finding.
_CHEAPLY = {"resultTypes": ["violations"], "selectors": False, "preload": {"assets": ["media"]}}
_ALL = {"runOnly": TAGS, **_CHEAPLY}
_STRUCTURE = {**_ALL, "rules": {"color-contrast": {"enabled": False}}}
_COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, **_CHEAPLY}
_LOOKS: dict[str, tuple[tuple[Literal["light", "dark"], dict[str, object]], ...]] = {
    "en": (("light", _ALL), ("dark", _COLOURS)),
    "fr": (("light", _STRUCTURE),),
    "ar": (("light", _STRUCTURE),),
}
_RUN = """async ([theme, options]) => {
  document.documentElement.dataset.theme = theme;
  const panel = document.querySelector("dialog[open], :popover-open");
  const { violations } = await axe.run(panel ?? document, options);
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html, any, all, none }) =>
    `${id}: ${html.slice(0, 200)} — ${[...any, ...all, ...none].map(({ message }) => message).join("; ")}`));
}"""


def violations(page: Page, language: str) -> list[str]:
    found = []
    for theme, options in _LOOKS[language]:
        page.emulate_media(color_scheme=theme)  # by which a guest's page goes
        found += [f"{theme}: {each}" for each in page.evaluate(_RUN, [theme, options])]
    return found


@pytest.fixture
def at_rest(visit: Visit) -> Iterator[Page]:
    """The page, which is left as it was found."""
    page = visit.page
    usual = page.viewport_size
    assert usual is not None
    yield page
    page.evaluate(_FOLD_AGAIN)
    page.set_viewport_size(usual)


# The one that leaves the page as it was stands first.
def test_no_page_is_wider_than_its_window_and_what_scrolls_is_reached_by_keys(
    visit: Visit, at_rest: Page
) -> None:
    if not visit.view.is_board:
        at_rest.evaluate(_OPEN_ALL)
    for width in WIDTHS:
        at_rest.set_viewport_size({"width": width, "height": 800})
        assert look(at_rest, _LOOKED_FOR if visit.view.is_board else _LOOKED_FOR_ON_PAGES) == {}, width


def look(page: Page, scripts: dict[str, str]) -> dict[str, object]:
    """What these find, asked at once; what finds nothing is left out."""
    asked = ", ".join(f"{name!r}: await ({script})()" for name, script in scripts.items())
    everything = page.evaluate(f"async () => ({{ {asked} }})")
    return {name: what for name, what in everything.items() if what}


def test_axe_finds_nothing(visit: Visit) -> None:
    page = visit.page
    found = [f"at rest, {each}" for each in violations(page, visit.language)]
    for number, bring_about in enumerate(visit.view.states, 1):
        bring_about(page)
        found += [f"state {number}, {each}" for each in violations(page, visit.language)]
    assert not found, "\n".join(found)
    assert page.locator("html").get_attribute("lang") == (visit.view.language or visit.language)


@pytest.mark.parametrize("window", [(640, 400), (512, 300)])
@pytest.mark.parametrize("name", ["overview", "orders", "report", "people", "floor settings"])
def test_a_tablet_at_twice_the_size_leaves_its_window_to_the_page(
    furnished: Furnished, window_of: Callable[[str, str], Page], name: str, window: tuple[int, int]
) -> None:
    width, height = window
    page = window_of(VIEWS[name].who, "fr")
    try:
        page.set_viewport_size({"width": width, "height": height})
        page.goto(VIEWS[name].path_in(furnished))
        assert page.evaluate(_WIDER) == 0
        page.evaluate("scrollTo(0, 400)")
        assert page.evaluate(_ALWAYS_THERE) == []
        page.locator(".more").click()
        for link in page.locator("#more-pages a").all():
            link.click(trial=True)
    finally:
        page.close()
