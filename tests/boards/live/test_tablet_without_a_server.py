"""A tablet whose server has ended opens its board all the same, from its first visit on."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from boards.hands import KITCHEN, card
from boards.live.test_board_offline import AS_OF, IS_KEPT, MAKE_OLDER
from ordertrack.database.config import Settings
from ordertrack.i18n.translate import TAGS, gettext, speaking
from support import page_recorder
from support.cast import PASSWORD, House
from support.server import Server, wait_for

Place = Callable[..., uuid.UUID]
Enrol = Callable[[str], Page]


@pytest.fixture(scope="module")
def own_server(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that tests end and start again."""
    running = Server(settings, tmp_path_factory.mktemp("own"), workers=1)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def ended(own_server: Server) -> Iterator[Callable[[], None]]:
    """End the server; it is there again after the test."""
    is_ended = []

    def end() -> None:
        own_server.stop()
        is_ended.append(True)

    yield end
    if is_ended:
        own_server.start()


@pytest.fixture
def enrol(chromium: Browser, own_server: Server, cedar: House) -> Iterator[Enrol]:
    """A device that becomes a kitchen tablet and has opened no page yet; it has no HTTP cache."""
    contexts: list[BrowserContext] = []

    def make(language: str = "en") -> Page:
        contexts.append(context := chromium.new_context(base_url=own_server.address))
        context.add_cookies([{"name": "language", "value": language, "url": own_server.address}])
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


def visit(page: Page, path: str) -> None:
    """For the first time: as soon as the board is live, it is being kept."""
    page.goto(path)
    page_recorder.expect_state(page, "live")
    wait_for(lambda: page.evaluate(IS_KEPT), "the page and its files to be kept")


@pytest.mark.parametrize("path", ["/", KITCHEN, f"{KITCHEN}?shift=evening", f"{KITCHEN}#card"])
def test_a_reload_after_the_first_visit_opens_the_board(
    cedar: House, place: Place, enrol: Enrol, ended: Callable[[], None], path: str
) -> None:
    order_id = place(cedar)
    page = enrol("en")
    visit(page, path)
    ended()
    for _ in range(2):
        page.reload()
        page_recorder.expect_state(page, "offline")
        expect(card(page, order_id)).to_be_visible()


@pytest.mark.parametrize("tag", TAGS)
def test_the_board_that_opens_says_so_in_its_language(
    cedar: House, place: Place, enrol: Enrol, ended: Callable[[], None], tag: str
) -> None:
    place(cedar)
    page = enrol(tag)
    visit(page, "/")
    ended()
    page.reload()
    page_recorder.expect_state(page, "offline")
    with speaking(tag):
        expect(page.locator("#live b")).to_have_text(gettext("Offline"))
        expect(page.locator(".card .primary").first).to_have_text(gettext("Confirm"))


@pytest.mark.parametrize("path", ["/", "/boards", "/r/hamra/kitchen/", "/r/hamra/open", "/r/hamra/dispatch"])
def test_whatever_page_a_cut_off_tablet_goes_to_it_comes_to_its_board(
    cedar: House, place: Place, enrol: Enrol, ended: Callable[[], None], path: str
) -> None:
    order_id = place(cedar)
    page = enrol("en")
    visit(page, KITCHEN)
    ended()
    page.goto(path)
    page_recorder.expect_state(page, "offline")
    assert page.url.endswith(KITCHEN)
    expect(card(page, order_id)).to_be_visible()


def test_a_tablet_that_was_off_for_a_weekend_opens_with_what_it_knew_and_says_how_old_that_is(
    cedar: House, place: Place, enrol: Enrol, ended: Callable[[], None]
) -> None:
    order_id = place(cedar)
    page = enrol("en")
    visit(page, KITCHEN)
    ended()
    page_recorder.expect_state(page, "reconnecting")
    wait_for(lambda: page.evaluate(AS_OF), "the picture to be kept, for it may be the last")
    page.evaluate(MAKE_OLDER, 60 * 60)
    page.reload()
    page_recorder.expect_state(page, "offline")
    expect(page.locator("#live")).to_contain_text("(60 h 00 ago)")
    expect(card(page, order_id)).to_be_visible()
