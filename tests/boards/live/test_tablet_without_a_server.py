"""A tablet whose server has ended opens its board all the same, from its first visit on."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from boards.hands import KITCHEN, card
from boards.live.test_board_offline import AS_OF, IS_KEPT, MAKE_OLDER
from ordertrack.database.config import Settings
from ordertrack.i18n.translate import TAGS, gettext, speaking
from support.cast import PASSWORD, House
from support.network_proxy import NetworkProxy
from support.pages import page_recorder
from support.server import Server, wait_for

Place = Callable[..., uuid.UUID]
Enrol = Callable[..., Page]


@pytest.fixture
def line(server: Server) -> Iterator[NetworkProxy]:
    """By what a tablet reaches the server: closed, it refuses every call, as if the server had ended."""
    between = NetworkProxy(server.port)
    yield between
    between.close()


@pytest.fixture
def enrol_at(chromium: Browser, cedar: House) -> Iterator[Callable[[str, str], Page]]:
    """A device that becomes a kitchen tablet and has opened no page yet; it has no HTTP cache."""
    contexts: list[BrowserContext] = []

    def make(address: str, language: str) -> Page:
        contexts.append(context := chromium.new_context(base_url=address))
        context.add_cookies([{"name": "language", "value": language, "url": address}])
        for path, form in (
            ("/login", {"email": cedar.maya.email, "password": PASSWORD}),
            ("/tablets", {"restaurant": "hamra", "board": "kitchen", "name": "Grill"}),
        ):
            assert context.request.post(path, form=form, max_redirects=0).status == 302
        page = context.new_page()
        devtools = context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
        return page

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def enrol(enrol_at: Callable[[str, str], Page], line: NetworkProxy) -> Enrol:
    return lambda language="en": enrol_at(line.address, language)


def visit(page: Page, path: str) -> None:
    """For the first time: as soon as the board is live, it is being kept."""
    page.goto(path)
    page_recorder.expect_state(page, "live")
    wait_for(lambda: page.evaluate(IS_KEPT), "the page and its files to be kept")


def test_a_board_opens_although_its_server_has_ended(
    cedar: House,
    place: Place,
    enrol_at: Callable[[str, str], Page],
    settings: Settings,
    tmp_path: Path,
) -> None:
    server = Server(settings, tmp_path, workers=1)
    server.start()
    order_id = place(cedar)
    page = enrol_at(server.address, "en")
    visit(page, KITCHEN)
    server.stop()
    page.reload()
    page_recorder.expect_state(page, "offline")
    expect(card(page, order_id)).to_be_visible()


@pytest.mark.parametrize("path", ["/", KITCHEN, f"{KITCHEN}?shift=evening", f"{KITCHEN}#card"])
def test_a_reload_after_the_first_visit_opens_the_board(
    cedar: House, place: Place, enrol: Enrol, line: NetworkProxy, path: str
) -> None:
    order_id = place(cedar)
    page = enrol("en")
    visit(page, path)
    line.close()
    for _ in range(2):
        page.reload()
        page_recorder.expect_state(page, "offline")
        expect(card(page, order_id)).to_be_visible()


@pytest.mark.parametrize("tag", TAGS)
def test_the_board_that_opens_says_so_in_its_language(
    cedar: House, place: Place, enrol: Enrol, line: NetworkProxy, tag: str
) -> None:
    place(cedar)
    page = enrol(tag)
    visit(page, "/")
    line.close()
    page.reload()
    page_recorder.expect_state(page, "offline")
    with speaking(tag):
        expect(page.locator("#live b")).to_have_text(gettext("Offline"))
        expect(page.locator(".card .primary").first).to_have_text(gettext("Confirm"))


@pytest.mark.parametrize("path", ["/", "/boards", "/r/hamra/kitchen/", "/r/hamra/open", "/r/hamra/dispatch"])
def test_whatever_page_a_cut_off_tablet_goes_to_it_comes_to_its_board(
    cedar: House, place: Place, enrol: Enrol, line: NetworkProxy, path: str
) -> None:
    order_id = place(cedar)
    page = enrol("en")
    visit(page, KITCHEN)
    line.close()
    page.goto(path)
    page_recorder.expect_state(page, "offline")
    assert page.url.endswith(KITCHEN)
    expect(card(page, order_id)).to_be_visible()


def test_a_tablet_that_was_off_for_a_weekend_opens_with_what_it_knew_and_says_how_old_that_is(
    cedar: House, place: Place, enrol: Enrol, line: NetworkProxy
) -> None:
    order_id = place(cedar)
    page = enrol("en")
    visit(page, KITCHEN)
    line.close()
    page_recorder.expect_state(page, "reconnecting")
    wait_for(lambda: page.evaluate(AS_OF), "the picture to be kept, for it may be the last")
    page.evaluate(MAKE_OLDER, 60 * 60)
    page.reload()
    page_recorder.expect_state(page, "offline")
    expect(page.locator("#live")).to_contain_text("(60 h 00 ago)")
    expect(card(page, order_id)).to_be_visible()
