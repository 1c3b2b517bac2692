"""A browser in which the board's scripts do not begin says so where it would say whether it is live."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from boards.hands import DISPATCH, KITCHEN, card
from ordertrack.database.config import ROOT
from ordertrack.i18n.translate import TAGS, gettext, speaking
from ordertrack.web.assets import STATIC
from support.cast import PASSWORD, House
from support.pages import page_recorder
from support.server import Server

Place = Callable[..., uuid.UUID]
Meet = Callable[[Route], None]
CANNOT_RUN = (
    "This board cannot run here: load it again. "
    "It needs scripts, and Chrome 120, Safari 17.4, Firefox 128 or newer."
)
PICKUP = "/r/hamra/pickup"
LOAD_NOTHING = """new Promise((onerror) => {
  document.head.append(Object.assign(document.createElement("script"), { src: "/no.js", onerror }));
}).then(() => {})"""
BUNDLES = ROOT / "static" / "bundles" / "js" / "entry"


@pytest.fixture
def visit(chromium: Browser, server: Server, cedar: House) -> Iterator[Callable[..., Page]]:
    """Open a board as the manager in a browser that may be any: what fails in it fails no test."""
    contexts: list[BrowserContext] = []

    def open_it(path: str, meet: Meet | None = None, **options: Any) -> Page:
        contexts.append(
            context := chromium.new_context(base_url=server.address, service_workers="block", **options)
        )
        context.request.post(
            "/login", form={"email": cedar.maya.email, "password": PASSWORD}, max_redirects=0
        )
        page = context.new_page()
        page.clock.install()
        if meet:
            page.route(re.compile("/bundles/js/entry/(kitchen|dispatch|pickup|live)[.]js"), meet)
        page.goto(path)
        return page

    yield open_it
    for context in contexts:
        context.close()


def cannot_be_parsed(route: Route) -> None:
    route.fulfill(body="let let = ;", content_type="text/javascript")


def throws_at_once(route: Route) -> None:
    route.fulfill(body="throw new Error('at once');", content_type="text/javascript")


def throws_in_the_end(route: Route) -> None:
    """All but the last step has been done."""
    script = BUNDLES / route.request.url.rsplit("/", 1)[1]
    begun = script.read_text().replace('document.querySelector("#live noscript")', "null.not.there", 1)
    assert "null.not.there" in begun
    route.fulfill(body=begun, content_type="text/javascript; charset=utf-8")


def does_not_come(route: Route) -> None:
    route.abort("connectionreset")


BROKEN = (cannot_be_parsed, throws_at_once, throws_in_the_end, does_not_come)


@pytest.mark.parametrize("meet", BROKEN)
@pytest.mark.parametrize("path", [KITCHEN, DISPATCH])
def test_a_board_whose_scripts_fail_as_they_begin_says_so_and_claims_nothing(
    cedar: House, place: Place, visit: Callable[..., Page], meet: Meet, path: str
) -> None:
    order_id = place(cedar)
    page = visit(path, meet)
    sign = page.locator("#live")
    expect(sign).to_have_text(CANNOT_RUN)
    page.clock.run_for(20_000)  # whatever goes on
    expect(sign).to_have_text(CANNOT_RUN)
    assert page.locator("[hx-sse\\:connect]").count() == 0, "nothing moves on a board that says it cannot"
    assert page_recorder.state_now(page) != "live"
    if path == KITCHEN:
        expect(card(page, order_id)).to_be_visible()
        expect(card(page, order_id).get_by_role("button", name="Confirm")).to_be_hidden()


@pytest.mark.parametrize("path", [KITCHEN, PICKUP])
def test_a_board_without_scripts_says_so_and_shows_its_orders_as_they_were(
    cedar: House, place: Place, visit: Callable[..., Page], path: str
) -> None:
    order_id = place(cedar)
    page = visit(path, java_script_enabled=False)
    assert page.locator("#live").inner_text().strip() == CANNOT_RUN
    if path == KITCHEN:
        expect(card(page, order_id)).to_be_visible()


@pytest.mark.parametrize("tag", TAGS)
def test_the_sentence_is_in_the_language_of_the_page_and_covers_nothing(
    visit: Callable[..., Page], tag: str
) -> None:
    with speaking(tag):
        said = gettext(CANNOT_RUN)
    page = visit("/login", throws_at_once, viewport={"width": 1280, "height": 800})
    page.context.add_cookies([{"name": "language", "value": tag, "url": page.url}])
    page.goto(KITCHEN)
    expect(page.locator("#live")).to_have_text(said)
    for width in (1280, 800, 390):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        sign, others = page.locator("#live").bounding_box(), page.locator(".bar > .quiet").bounding_box()
        assert sign is not None and others is not None
        assert sign["x"] + sign["width"] <= width and sign["x"] >= 0
        assert page.locator("#live").evaluate("sign => sign.scrollHeight - sign.clientHeight") <= 1


def test_a_browser_that_knows_no_modules_is_told_so(cedar: House, visit: Callable[..., Page]) -> None:
    def as_an_old_one(route: Route) -> None:
        answer = route.fetch()
        old = answer.text().replace('type="module"', 'type="unknown"').replace("nomodule ", "")
        route.fulfill(response=answer, body=old)

    page = visit("/login")
    page.route(f"**{PICKUP}", as_an_old_one)
    page.goto(PICKUP)
    expect(page.locator("#live")).to_have_text(CANNOT_RUN)


def test_a_page_that_is_no_board_asks_to_be_loaded_again(visit: Callable[..., Page]) -> None:
    page = visit("/screens", java_script_enabled=False)
    said = "This page does not update by itself here: load it again to see what is new."
    assert page.locator("#live").inner_text().strip() == said


def test_what_fails_after_the_board_has_begun_leaves_its_sign_alone(visit: Callable[..., Page]) -> None:
    page = visit(KITCHEN)
    page_recorder.expect_state(page, "live")
    for failure in ("reportError(new Error('later'))", LOAD_NOTHING):
        page.evaluate(failure)
    expect(page.locator("#live")).to_have_text("Live")


def test_what_says_it_is_written_so_that_any_browser_reads_it() -> None:
    """The build refuses what it would have to leave as it is; this is what it made."""
    made = (STATIC / "bundles" / "js" / "core" / "theme.js").read_text()
    assert "#live noscript" in made
    assert re.findall(r"=>|\b(?:const|let|class|async)\b|`|\?\.|\?\?|\.\.\.", made) == []
    old = (STATIC / "js" / "core" / "no_modules.js").read_text()
    assert re.findall(r"=>|\b(?:const|let)\b|`|\?\.", old) == []
