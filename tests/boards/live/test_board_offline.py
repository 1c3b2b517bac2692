"""The page opens without the server, says how old it is, and leaves nothing behind for others."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Error, Page, expect

from boards.tap_steps import card, expect_none_waiting, expect_status, expect_waiting, log_of, tap
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.tenants import accounts
from ordertrack.tenants.sessions import access
from ordertrack.tenants.staff import staff_accounts
from support.cast import PASSWORD, House, Person
from support.network_proxy import NetworkProxy
from support.pages import page_recorder
from support.server import wait_for
from support.till import move

KITCHEN = "/r/hamra/kitchen"
KEPT = "caches.keys().then((names) => names.filter((name) => name.startsWith('board ')))"
AS_OF = "caches.match('/r/hamra/kitchen/as-of').then((kept) => kept?.text())"
CARDS = "caches.match('/r/hamra/kitchen/cards').then((kept) => kept?.text() ?? '')"
# With the worker that opens it: before that is there, a picture is not kept up.
IS_KEPT = """navigator.serviceWorker.getRegistration().then(async (worker) => {
  const kept = await caches.match("/r/hamra/kitchen");
  if (!worker?.active || !kept) return false;
  const named = [...(await kept.text()).matchAll(/"(\\/static\\/[^"]+)"/g)];
  return (await Promise.all(named.map(([, path]) => caches.match(path)))).every(Boolean);
})"""
MAKE_OLDER = """(minutes) => caches.open("board /r/hamra/kitchen").then(async (kept) => {
  const page = await kept.match(location.pathname);
  const at = Date.now() - minutes * 60_000;
  const headers = new Headers(page.headers);
  headers.set("Shown-At", at);
  await kept.put(location.pathname, new Response(await page.text(), { headers }));
  await kept.put(location.pathname + "/as-of", new Response(String(at)));
})"""
SHOW_EARLIER = """(minutes) => caches.open("board /r/hamra/kitchen").then(async (kept) => {
  const page = await kept.match(location.pathname);
  const headers = new Headers(page.headers);
  headers.set("Shown-At", Date.now() - minutes * 60_000);
  await kept.put(location.pathname, new Response(await page.text(), { headers }));
  await kept.put(location.pathname + "/as-of", new Response(String(Date.now())));
})"""
KEEP_ANOTHERS = """caches.open("board /r/hamra/dispatch").then((kept) => {
  const headers = { "Sign-In": "staff:somebody-else" };
  return kept.put("/r/hamra/dispatch", new Response("Karim's board", { headers }));
})"""


Place = Callable[..., uuid.UUID]
Open = Callable[..., Page]


@pytest.fixture
def open_board(cedar: House, network: NetworkProxy, open_page: Open) -> Callable[..., Page]:
    """Somebody's kitchen board over the wire, live and kept."""

    def open_it(person: Person | None = None, **options: Any) -> Page:
        page = open_page(person or cedar.nour, KITCHEN, strict=False, base_url=network.address, **options)
        page_recorder.expect_state(page, "live")
        wait_for(lambda: page.evaluate(IS_KEPT), "the page and its files to be kept")
        return page

    return open_it


def keep(page: Page, card_words: str) -> None:
    """Have the page keep what it shows, as it does when it is put aside."""
    page_recorder.put_in_background(page, True)
    wait_for(lambda: card_words in page.evaluate(CARDS) and page.evaluate(AS_OF), "the picture to be kept")
    page_recorder.put_in_background(page, False)
    page_recorder.expect_state(page, "live")


def cannot_be_opened(page: Page) -> bool:
    try:
        page.goto(KITCHEN)
    except Error as error:
        return "ERR_" in str(error)
    return False


def test_a_board_that_was_open_once_opens_without_the_server_as_it_was_last(
    app: Flask, cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    moved, gone = place(cedar), place(cedar)
    page = open_board()
    new = place(cedar)
    move(app, cedar, gone, OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY)
    move(app, cedar, gone, OrderStatus.COMPLETED)
    move(app, cedar, moved, OrderStatus.CONFIRMED)
    expect_status(page, moved, OrderStatus.CONFIRMED)
    keep(page, str(moved))
    network.cut()
    page.reload()
    expect(page.locator("#live")).to_have_text(re.compile(r"Offline · as of \d\d:\d\d \(0 min ago\)"))
    expect_status(page, moved, OrderStatus.CONFIRMED)
    expect_status(page, new, OrderStatus.PENDING)
    expect(card(page, gone)).to_have_count(0)
    missed = place(cedar)
    network.let_through()
    page_recorder.expect_state(page, "live")
    expect(card(page, missed)).to_be_visible()
    expect(card(page, gone)).to_have_count(0)


def test_a_board_is_kept_before_all_that_a_slow_line_still_brings(
    cedar: House, place: Place, network: NetworkProxy, open_page: Open
) -> None:
    order_id = place(cedar)
    page = open_page(cedar.nour, "/boards", strict=False, base_url=network.address)
    page.add_init_script("""addEventListener("DOMContentLoaded", () => {
      document.body.append(Object.assign(new Image(), { src: "/never-comes" }));
    })""")
    page.route("**/never-comes", lambda _route: None)
    page.goto(KITCHEN, wait_until="domcontentloaded")
    wait_for(lambda: page.evaluate(IS_KEPT), "the page and its files to be kept")
    assert page.evaluate("document.readyState") == "interactive"
    network.cut()
    page.reload(wait_until="domcontentloaded")
    page_recorder.expect_state(page, "offline")
    expect(card(page, order_id)).to_be_visible()


def test_a_line_that_was_lost_while_the_board_was_being_kept_is_made_up_for_when_it_is_back(
    cedar: House, place: Place, network: NetworkProxy, open_page: Open
) -> None:
    first = place(cedar)
    page = open_page(cedar.nour, "/boards", strict=False, base_url=network.address)
    page.add_init_script("""const add = Cache.prototype.addAll;
      window.isLost = true;
      Cache.prototype.addAll = function (...of) {
        return isLost ? Promise.reject(new TypeError()) : add.apply(this, of);
      };
    """)
    page.goto(KITCHEN)
    page_recorder.expect_state(page, "live")
    later = place(cedar)
    expect(card(page, later)).to_be_visible()
    page.evaluate("isLost = false")
    page.evaluate("dispatchEvent(new Event('offline'))")  # it makes itself another connection
    wait_for(lambda: page.evaluate(IS_KEPT), "the page and its files to be kept")
    keep(page, str(later))
    network.cut()
    page.reload()
    page_recorder.expect_state(page, "offline")
    for order_id in (first, later):
        expect(card(page, order_id)).to_be_visible()


def test_the_worker_is_there_before_the_first_board_is_opened(
    cedar: House, network: NetworkProxy, open_page: Open
) -> None:
    page = open_page(None, "/login", strict=False, base_url=network.address)
    worker = "navigator.serviceWorker.getRegistration().then((there) => there?.active?.state === 'activated')"
    wait_for(lambda: page.evaluate(worker), "a worker that opens boards")
    page.get_by_label("E-mail").fill(cedar.nour.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/boards")
    page.goto(KITCHEN)
    assert page.evaluate("navigator.serviceWorker.controller !== null")
    wait_for(lambda: page.evaluate(IS_KEPT), "the page and its files to be kept")
    network.cut()
    page.reload()
    page_recorder.expect_state(page, "offline")


def test_the_page_says_how_old_its_picture_is_and_its_clocks_go_on(
    cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    order_id = place(cedar)
    page = open_board()
    network.cut()
    page_recorder.expect_state(page, "reconnecting")
    wait_for(lambda: page.evaluate(AS_OF), "the picture to be kept, for it may be the last")
    page.evaluate(MAKE_OLDER, 12)
    page.reload()
    expect(page.locator("#live")).to_contain_text("(12 min ago)")
    expect(card(page, order_id).locator(".age")).to_have_text("12 min")
    page.evaluate(MAKE_OLDER, 17 * 60)  # longer than any sign-in lasts
    assert cannot_be_opened(page)


def test_a_fresh_picture_is_not_opened_once_the_sign_in_that_its_page_was_shown_to_may_have_run_out(
    cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    place(cedar)
    page = open_board()
    network.cut()
    page_recorder.expect_state(page, "reconnecting")
    wait_for(lambda: page.evaluate(AS_OF), "the picture to be kept, for it may be the last")
    page.evaluate(SHOW_EARLIER, 15 * 60 + 1)  # its cookie may have been an hour old
    assert cannot_be_opened(page)


def test_taps_on_a_page_that_opened_offline_wait_and_are_sent(
    app: Flask, cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    order_id = place(cedar)
    page = open_board()
    network.cut()
    tap(page, order_id, "Confirm")
    expect_waiting(page, "1 tap waits; it is sent once you are online.")
    page.goto("/")  # as a tablet that starts anew
    page_recorder.expect_state(page, "offline")
    expect(page).to_have_url(f"{network.address}{KITCHEN}")
    expect(card(page, order_id)).to_contain_text("Waits to be sent: \u2068Confirm\u2069")
    tap(page, order_id, "Start")
    expect_waiting(page, "2 taps wait; they are sent once you are online.")
    network.let_through()
    page_recorder.expect_state(page, "live")
    expect_none_waiting(page)
    expect_status(page, order_id, OrderStatus.PREPARING)
    assert log_of(app, cedar, order_id) == ["confirmed Nour", "preparing Nour"]


def sign_out(page: Page, house: House, operator_app: Flask, network: NetworkProxy) -> None:
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login")


def sign_out_on_another_page(page: Page, house: House, operator_app: Flask, network: NetworkProxy) -> None:
    page.goto("/boards")
    page.locator("[popovertarget=person-menu]").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login")


def lose_the_cookie(page: Page, house: House, operator_app: Flask, network: NetworkProxy) -> None:
    page.context.clear_cookies()
    page.reload()
    page.wait_for_url("**/login**")


def revoke(page: Page, house: House, operator_app: Flask, network: NetworkProxy) -> None:
    with operator_app.app_context():
        staff_accounts.revoke_staff_member(accounts.find_tenant(house.slug), house.nour.email)
    page_recorder.expect_state(page, "signed-out")


def end_elsewhere(page: Page, house: House, operator_app: Flask, network: NetworkProxy) -> None:
    with operator_app.app_context():
        access.end_sign_ins(
            staff_accounts.find_staff_member(accounts.find_tenant(house.slug), house.nour.email)
        )


def be_signed_out_elsewhere(page: Page, house: House, operator_app: Flask, network: NetworkProxy) -> None:
    end_elsewhere(page, house, operator_app, network)
    page_recorder.expect_state(page, "signed-out")


def be_signed_out_while_the_line_is_lost(
    page: Page, house: House, operator_app: Flask, network: NetworkProxy
) -> None:
    network.cut()
    page_recorder.expect_state(page, "reconnecting")
    end_elsewhere(page, house, operator_app, network)
    page.reload()
    page_recorder.expect_state(page, "offline")
    network.let_through()
    page_recorder.expect_state(page, "signed-out")


LOSSES = [
    *(sign_out, sign_out_on_another_page, lose_the_cookie, revoke),
    *(be_signed_out_elsewhere, be_signed_out_while_the_line_is_lost),
]


@pytest.mark.parametrize("lose_access", LOSSES)
def test_nothing_of_the_board_is_left_on_a_device_that_is_signed_out(
    operator_app: Flask,
    cedar: House,
    place: Place,
    network: NetworkProxy,
    open_board: Callable[..., Page],
    lose_access: Callable[..., None],
) -> None:
    place(cedar)
    page = open_board()
    lose_access(page, cedar, operator_app, network)
    wait_for(lambda: page.evaluate(KEPT) == [], "what was kept to be gone")
    network.cut()
    assert cannot_be_opened(page)


def test_a_board_of_somebody_else_is_forgotten_when_another_opens_theirs(
    cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    page = open_board(cedar.maya)
    page.evaluate(KEEP_ANOTHERS)
    page.reload()
    wait_for(lambda: page.evaluate(KEPT) == [f"board {KITCHEN}"], "the other's board to be gone")


def test_taps_and_streams_never_go_through_the_worker_and_the_page_keeps_its_policy(
    cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    order_id = place(cedar)
    page = open_board()
    files: list[bool] = []
    page.on(
        "response",
        lambda answer: files.append(answer.from_service_worker) if "/static/" in answer.url else None,
    )
    with page.expect_response("**/stream?*") as stream:
        online = page.reload()
    page_recorder.expect_state(page, "live")
    with page.expect_response("**/transitions") as answered:
        tap(page, order_id, "Confirm")
    assert not stream.value.from_service_worker and not answered.value.from_service_worker
    assert files and all(files)
    expect_status(page, order_id, OrderStatus.CONFIRMED)
    network.cut()
    offline = page.reload()
    assert online is not None and offline is not None and offline.from_service_worker
    for header in ("content-security-policy", "referrer-policy", "x-content-type-options", "cache-control"):
        assert offline.headers[header] == online.headers[header]


def test_the_worker_may_speak_for_every_page_and_is_asked_for_anew(
    cedar: House, sign_in: Callable[[Person], FlaskClient]
) -> None:
    answer = sign_in(cedar.nour).get("/sw.js", headers={"Service-Worker": "script"})
    assert answer.status_code == 200 and answer.mimetype == "text/javascript"
    assert answer.headers["Service-Worker-Allowed"] == "/"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in answer.headers  # it comes late, and must not undo a signing out
