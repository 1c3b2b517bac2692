"""A board never claims more than it knows, whatever happens to the wire between it and the server."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from ordertrack.boards.fragments import card_id
from ordertrack.database.session import tenant_context
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.tenants import accounts
from ordertrack.tenants.staff import staff_accounts
from support.cast import PASSWORD, House
from support.network_proxy import NetworkProxy
from support.pages import page_recorder
from support.server import wait_for
from support.till import move

IS_KEPT = "() => caches.match('/r/hamra/kitchen').then((page) => page && navigator.serviceWorker.ready)"
KITCHEN = "/r/hamra/kitchen"
A_SECOND = 1000  # milliseconds
AS_OF = re.compile(r"as of \d\d:\d\d")
TABLET = {"width": 1180, "height": 820}

Place = Callable[..., uuid.UUID]
StatusOf = Callable[[House, uuid.UUID], OrderStatus]
Open = Callable[..., Page]


@pytest.fixture
def open_board(cedar: House, network: NetworkProxy, open_page: Open) -> Callable[..., Page]:
    """Nour's kitchen board over the wire, live; with `clock` the test tells the time."""

    def open_it(clock: bool = False, **options: Any) -> Page:
        page = open_page(cedar.nour, KITCHEN, strict=False, base_url=network.address, **options)
        if clock:
            page.clock.install()
            page.reload()
        page_recorder.expect_state(page, "live")
        page_recorder.record(page)
        return page

    return open_it


def card_in(page: Page, order_id: uuid.UUID, status: OrderStatus):
    return page.locator(f"#column-{status} > #{card_id(order_id)}")


def look_of(page: Page) -> tuple[str, str]:
    """The shape and the colour of the sign."""
    return tuple(  # type: ignore[return-value]
        page.evaluate(
            """() => [getComputedStyle(document.getElementById("live"), "::before").content,
                      getComputedStyle(document.getElementById("live")).backgroundColor]"""
        )
    )


def test_a_board_that_opens_says_so_until_the_first_message(
    cedar: House, network: NetworkProxy, open_page: Open
) -> None:
    network.hold("stream")
    page = open_page(cedar.nour, KITCHEN, base_url=network.address)
    wait_for(lambda: network.asked("/stream"), "the stream's request")
    expect(page.locator("#live")).to_have_text("Connecting…")
    connecting = look_of(page)
    network.let_through()
    expect(page.locator("#live")).to_have_text("Live")
    assert all(one != other for one, other in zip(connecting, look_of(page), strict=True))


def test_a_cut_is_told_at_once_and_repaired_without_a_reload(
    app: Flask,
    cedar: House,
    place: Place,
    status_of: StatusOf,
    network: NetworkProxy,
    open_board: Callable[..., Page],
) -> None:
    tapped, other = place(cedar), place(cedar)
    page = open_board()
    page.evaluate("window.isSamePage = true")
    live = look_of(page)

    network.cut()
    expect(page.locator("#live")).to_contain_text("Reconnecting…", timeout=A_SECOND)
    expect(page.locator("#live")).to_contain_text(AS_OF)
    assert all(one != other for one, other in zip(live, look_of(page), strict=True))
    card = page.locator(f"#{card_id(tapped)}")
    card.get_by_role("button", name="Confirm").click()
    expect(page.locator("#pending-taps")).to_contain_text("1 tap waits")
    expect(card).to_contain_text("Waits to be sent: \u2068Confirm\u2069")
    assert status_of(cedar, tapped) == OrderStatus.PENDING
    move(app, cedar, other, OrderStatus.CONFIRMED)
    missed = place(cedar)

    network.let_through()
    page_recorder.expect_state(page, "live")
    expect(card_in(page, other, OrderStatus.CONFIRMED)).to_be_visible()
    expect(card_in(page, missed, OrderStatus.PENDING)).to_be_visible()
    assert page_recorder.states(page) == ["live", "reconnecting", "catching-up", "live"]
    expect(card_in(page, tapped, OrderStatus.CONFIRMED)).not_to_contain_text("Waits")
    expect(page.locator("#pending-taps")).to_be_hidden()
    expect(page.locator("#notice")).to_be_empty()
    assert page.evaluate("window.isSamePage")


def test_a_tap_that_waits_is_no_longer_spoken_of_once_somebody_else_made_the_same_move(
    app: Flask, cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    tapped = place(cedar)
    page = open_board()
    network.cut()
    expect(page.locator("#live")).to_contain_text("Reconnecting…", timeout=A_SECOND)
    page.locator(f"#{card_id(tapped)}").get_by_role("button", name="Confirm").click()
    expect(page.locator("#pending-taps")).to_contain_text("1 tap waits")
    move(app, cedar, tapped, OrderStatus.CONFIRMED)
    network.let_through()
    page_recorder.expect_state(page, "live")
    expect(card_in(page, tapped, OrderStatus.CONFIRMED)).not_to_contain_text("Waits")
    expect(page.locator("#pending-taps")).to_be_hidden()
    expect(page.locator("#refused")).to_be_empty()
    expect(page.locator("#notice")).to_contain_text("Till had done that already.")


def test_a_board_that_is_behind_says_catching_up_until_it_shows_everything(
    cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    page = open_board()
    network.cut()
    page_recorder.expect_state(page, "reconnecting")
    orders = [place(cedar) for _ in range(8)]
    network.let_through(bytes_a_second=12_000)
    expect(page.locator("#live")).to_have_text("Catching up…", timeout=10_000)
    page_recorder.expect_state(page, "live")
    assert page_recorder.cards_when(page, "live")[-1] == len(orders)
    assert page_recorder.cards_when(page, "catching-up") == [0]


def test_a_long_message_on_a_slow_line_is_not_taken_for_silence(
    app: Flask, cedar: House, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    page = open_board(clock=True)
    network.cut()
    page_recorder.expect_state(page, "reconnecting")
    order = NewOrder("hamra", Fulfilment.PICKUP, (NewItem("W" * 100, 1, "W" * 100, ("W" * 100,)),) * 20)
    with tenant_context(app, cedar.tenant_id):
        order_id, _ = intake.place(order, by=cedar.program)
    network.let_through(bytes_a_second=1000)
    page_recorder.expect_state(page, "catching-up")
    for _ in range(3):  # three times 30 s pass while the message is under way, and it comes on and on
        passed = network.passed
        wait_for(lambda passed=passed: network.passed > passed + 200, "bytes of the message")
        page.clock.run_for(30_000)
        assert page_recorder.state_now(page) == "catching-up"
    network.let_through()
    expect(card_in(page, order_id, OrderStatus.PENDING)).to_be_visible()
    page_recorder.expect_state(page, "live")
    assert "silent" not in page_recorder.states(page)


def test_a_wire_that_passes_nothing_on_is_told_with_the_seconds_counting(
    cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    page = open_board(clock=True)
    asked = network.asked("/stream")
    network.plug()
    missed = place(cedar)
    page.clock.run_for(37_000)
    assert page_recorder.state_now(page) == "live"
    page.clock.run_for(5_000)
    expect(page.locator("#live")).to_contain_text(AS_OF)
    counts = []
    for _ in range(2):
        found = re.search(r"No news for (\d+) s", page.locator("#live").inner_text())
        assert found is not None
        counts.append(int(found[1]))
        page.clock.run_for(10_000)
    assert counts[0] >= 40 and counts[1] - counts[0] >= 9
    wait_for(lambda: network.asked("/stream") > asked, "it to ask again")
    assert network.asked("/stream") < asked + 6, "and not all the time"
    network.let_through()
    page_recorder.expect_state(page, "live")
    expect(card_in(page, missed, OrderStatus.PENDING)).to_be_visible()


def test_a_device_that_wakes_does_not_claim_to_be_live(
    cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    page = open_board(clock=True)
    asked = network.asked("/stream")
    page.clock.fast_forward(30_000)  # a nap, shorter than any silence that would be noticed
    page_recorder.expect_state(page, "live")
    assert page_recorder.states(page) == ["live", "reconnecting", "catching-up", "live"]
    assert network.asked("/stream") == asked + 1
    network.plug()
    missed = place(cedar)
    page.clock.fast_forward("08:00:00")
    assert page_recorder.state_now(page) == "silent"
    expect(page.locator("#live")).to_contain_text("No news for 8 h")
    network.let_through()
    page_recorder.expect_state(page, "live")
    expect(card_in(page, missed, OrderStatus.PENDING)).to_be_visible()


def test_a_board_that_comes_back_from_the_background_is_honest_at_once(
    cedar: House, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    page = open_board(clock=True)
    network.plug()
    page_recorder.put_in_background(page, True)
    page.clock.run_for(25_000)  # a heartbeat is missing by now
    assert page_recorder.state_now(page) == "live"
    page_recorder.put_in_background(page, False)
    assert page_recorder.state_now(page) == "reconnecting"
    network.let_through()
    page_recorder.expect_state(page, "live")
    # In one step, for it may be back before it can be asked a second time.
    shown = "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"
    assert page.evaluate(f"() => {{ {shown}; return document.body.dataset.live; }}") == "reconnecting"
    page_recorder.expect_state(page, "live")


def lose_the_cookie(page: Page, house: House, operator_app: Flask, network: NetworkProxy) -> None:
    page.context.clear_cookies()
    network.cut()
    page_recorder.expect_state(page, "reconnecting")
    network.let_through()


def sign_out_elsewhere(page: Page, house: House, operator_app: Flask, network: NetworkProxy) -> None:
    other = page.context.new_page()
    other.goto(KITCHEN)
    other.get_by_role("button", name="Menu").click()
    other.get_by_role("button", name="Sign out").click()
    other.wait_for_url("**/login")
    other.close()


def revoke(page: Page, house: House, operator_app: Flask, network: NetworkProxy) -> None:
    with operator_app.app_context():
        staff_accounts.revoke_staff_member(accounts.find_tenant(house.slug), house.nour.email)


@pytest.mark.parametrize("lose_access", [lose_the_cookie, sign_out_elsewhere, revoke])
def test_who_is_signed_out_is_told_so_and_the_server_is_left_in_peace(
    operator_app: Flask,
    cedar: House,
    place: Place,
    network: NetworkProxy,
    open_board: Callable[..., Page],
    lose_access: Callable[..., None],
) -> None:
    place(cedar)
    page = open_board(clock=True)
    button = page.get_by_role("button", name="Confirm")
    expect(button).to_be_visible()
    page.wait_for_function(IS_KEPT)  # it has asked for all that it asks for by itself
    lose_access(page, cedar, operator_app, network)
    page_recorder.expect_state(page, "signed-out")
    expect(page.locator("#live")).to_contain_text(re.compile(r"Signed out — as it was at \d\d:\d\d"))
    expect(page.locator(".card h3")).to_be_visible()
    expect(button).to_be_hidden()
    assert float(page.evaluate("getComputedStyle(document.querySelector('.columns')).opacity")) < 1
    asked = len(network.requests)
    page.clock.run_for(120_000)
    # Whether there is a newer service worker, the browser itself asks whenever it likes.
    assert [request for request in network.requests[asked:] if request != "GET /sw.js"] == []
    assert page_recorder.state_now(page) == "signed-out"
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("E-mail").fill(cedar.nour.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    if lose_access is revoke:
        expect(page.locator(".problem")).to_be_visible()
    else:
        page.wait_for_url(f"**{KITCHEN}")


def test_a_tap_that_learns_of_the_signing_out_ends_the_board(
    cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    place(cedar)
    page = open_board()
    page.context.clear_cookies()
    page.get_by_role("button", name="Confirm").click()
    page_recorder.expect_state(page, "signed-out")
    expect(page.get_by_role("button", name="Confirm")).to_be_hidden()


def test_a_tap_without_an_answer_says_so_and_is_never_lost(
    cedar: House, place: Place, network: NetworkProxy, open_board: Callable[..., Page]
) -> None:
    order_id = place(cedar)
    page = open_board(clock=True)
    network.hold("post")
    page.locator(f"#{card_id(order_id)}").get_by_role("button", name="Confirm").click()
    expect(card_in(page, order_id, OrderStatus.CONFIRMED)).to_be_visible()  # the push has come
    page.clock.run_for(9_000)
    expect(page.locator("#pending-taps")).to_contain_text("1 tap waits")
    network.plug()
    page.locator(f"#{card_id(order_id)}").get_by_role("button", name="Start").click()
    page.clock.run_for(9_000)
    expect(page.locator("#pending-taps")).to_contain_text("2 taps wait")
    assert page_recorder.state_now(page) != "live"
    network.let_through()
    expect(card_in(page, order_id, OrderStatus.PREPARING)).to_be_visible(timeout=20_000)


def test_no_state_moves_the_cards_and_each_can_be_seen_from_afar(
    cedar: House, place: Place, network: NetworkProxy, open_page: Open
) -> None:
    place(cedar)
    page = open_page(cedar.maya, KITCHEN, strict=False, base_url=network.address, viewport=TABLET)
    widths = ((1024, 600), (820, 1180))
    sizes = [TABLET, *({"width": width, "height": height} for width, height in widths)]

    def boxes() -> list[Any]:
        measured = []
        for size in sizes:
            page.set_viewport_size(size)  # type: ignore[arg-type]
            measured.append(page.locator("#column-pending").bounding_box())
        page.set_viewport_size(TABLET)  # type: ignore[arg-type]
        return measured

    page_recorder.expect_state(page, "live")
    live = boxes()
    frame = "getComputedStyle(document.body, '::after').opacity"
    assert page.evaluate(frame) == "0"
    network.cut()
    page_recorder.expect_state(page, "reconnecting")
    assert boxes() == live
    page.set_viewport_size({"width": 390, "height": 844})
    bar = page.locator(".bar").bounding_box()
    assert bar is not None and bar["height"] <= 2 * 56 + 1, "a phone has two rows, and no more"
    page.set_viewport_size(TABLET)  # type: ignore[arg-type]
    sign = page.locator("#live").bounding_box()
    assert sign is not None and sign["width"] > TABLET["width"] / 5 and sign["height"] >= 48
    wait_for(lambda: page.evaluate(frame) == "1", "the frame")
    page.get_by_role("button", name="Confirm").click(trial=True)  # the frame lets taps through
