"""axe-core finds nothing on any page, in any language, light or dark, at rest or with its panels open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from accessibility.furnished import Furnished
from accessibility.views import VIEWS, View

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Themes differ in colours and in nothing else, and languages in everything but colours.
_STRUCTURE = {
    "runOnly": TAGS,
    "rules": {"color-contrast": {"enabled": False}},
    "resultTypes": ["violations"],
}
_COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}
_LOOKS: dict[str, tuple[tuple[Literal["light", "dark"], dict[str, object]], ...]] = {
    "en": (("light", _STRUCTURE), ("light", _COLOURS), ("dark", _COLOURS)),
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


def look(page: Page, view: View, furnished: Furnished, language: str) -> list[str]:
    """What axe finds in each state of a view: nothing, if all is well."""
    page.goto(view.path_in(furnished))
    if view.is_live:
        expect(page.locator("body")).to_have_attribute("data-live", "live", timeout=20_000)
    found = [f"at rest, {each}" for each in violations(page, language)]
    for number, bring_about in enumerate(view.states, 1):
        bring_about(page)
        found += [f"state {number}, {each}" for each in violations(page, language)]
    return found


@pytest.mark.parametrize("language", _LOOKS)
@pytest.mark.parametrize("name", VIEWS)
def test_axe_finds_nothing(
    furnished: Furnished, page_of: Callable[[str, str], Page], name: str, language: str
) -> None:
    page = page_of(VIEWS[name].who, language)
    try:
        found = look(page, VIEWS[name], furnished, language)
        assert not found, "\n".join(found)
        assert page.locator("html").get_attribute("lang") == language
    finally:
        page.close()
