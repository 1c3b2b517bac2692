"""The house that pages are looked at in, and windows of whoever looks, with axe in every page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accessibility.furnished import Furnished, furnish
from accessibility.views import VIEWS, Visit
from ordertrack.database.config import ROOT
from support import tablet
from support.cast import House, Person
from support.http_client import sign_in
from support.server import Server

LANGUAGES = ("en", "fr", "ar")
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"


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
            cast_of = {"owner": furnished.owner}
            person: Person = cast_of.get(who) or getattr(furnished.house, who, furnished.house.maya)
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
def window_of(
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


@pytest.fixture(scope="module")
def kept_window_of(window_of: Callable[[str, str], Page]) -> Callable[[str, str], Page]:
    """Their one window for all pages that are at rest: going on in it costs half of what opening one does."""
    return cache(window_of)


@pytest.fixture(scope="module", params=[(name, each) for name in VIEWS for each in LANGUAGES], ids="-".join)
def visit(
    request: pytest.FixtureRequest,
    furnished: Furnished,
    window_of: Callable[[str, str], Page],
    kept_window_of: Callable[[str, str], Page],
) -> Iterator[Visit]:
    """A page as somebody opens it, for all tests that look at it; the last may leave it otherwise.

    A live one has a window of its own, and is closed: somebody could seem to look at it still.
    """
    name, language = request.param
    view = VIEWS[name]
    page = (window_of if view.is_live else kept_window_of)(view.who, language)
    usual = page.viewport_size
    assert usual is not None
    page.goto(view.path_in(furnished))
    if view.is_live:
        expect(page.locator("body")).to_have_attribute("data-live", "live", timeout=20_000)
    yield Visit(page, view, language)
    if view.is_live:
        page.close()
        return
    page.evaluate("sessionStorage.clear()")
    page.emulate_media(color_scheme="null")
    if page.viewport_size != usual:
        page.set_viewport_size(usual)
