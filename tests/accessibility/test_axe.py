"""axe-core finds nothing on any page, in any language, light or dark, at rest or with its panels open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accessibility.furnished import Furnished, furnish
from accessibility.views import VIEWS, View
from ordertrack.database.config import ROOT
from support import tablet
from support.cast import House, Person
from support.http_client import sign_in
from support.server import Server

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
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


@pytest.fixture(scope="module")
def furnished(app: Flask, operator_app: Flask, make_house: Callable[..., House]) -> Furnished:
    return furnish(app, operator_app, make_house("Cedar", ("hamra", "jounieh")))


@pytest.fixture(scope="module")
def cookie_of(app: Flask, server: Server, furnished: Furnished) -> Callable[[str], tuple[str, str] | None]:
    """Name and value of the cookie of a sign-in, made once for each of them."""
    made: dict[str, tuple[str, str]] = {}

    def of(who: str) -> tuple[str, str] | None:
        if who == "nobody":
            return None
        if who not in made:
            person: Person = getattr(furnished.house, who, furnished.house.maya)
            cookie = sign_in(server.port, person).headers["Cookie"]
            made[who] = _tablet(app, furnished) if who == "tablet" else tuple(cookie.split("=", 1))  # type: ignore[assignment]
        return made[who]

    return of


def _tablet(app: Flask, furnished: Furnished) -> tuple[str, str]:
    def client_of(person: Person) -> FlaskClient:
        client = app.test_client()
        client.post("/login", data={"email": person.email, "password": "cedar-and-salt"})
        return client

    cookie = tablet.set_up(client_of, furnished.house).client.get_cookie("session")
    assert cookie is not None
    return "session", cookie.value


@pytest.fixture(scope="module")
def page_of(
    chromium: Browser, server: Server, cookie_of: Callable[[str], tuple[str, str] | None]
) -> Iterator[Callable[[str, str], Page]]:
    """A window of this person in this language, with axe in every page of it."""
    contexts: dict[tuple[str, str], BrowserContext] = {}
    source = AXE.read_text()

    def open_window(who: str, language: str) -> Page:
        if (who, language) not in contexts:
            context = chromium.new_context(base_url=server.address, reduced_motion="reduce", locale=language)
            cookies = [("language", language), *filter(None, [cookie_of(who)])]
            context.add_cookies([{"name": n, "value": v, "url": server.address} for n, v in cookies])
            context.add_init_script(source)
            contexts[who, language] = context
        return contexts[who, language].new_page()

    yield open_window
    for context in contexts.values():
        context.close()


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
