"""Answers, pushes, replays and snapshots may arrive in any order: a card only ever goes on."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from boards.tap_steps import set_undo
from ordertrack.boards.fragments import card_id
from ordertrack.database.session import tenant_context
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.orders.reading import records
from ordertrack.rules.state_machine import Fulfilment, OrderStatus, allowed
from support.cast import House
from support.http_client import EventStream, Frame, sign_in
from support.network_proxy import NetworkProxy
from support.pages import page_recorder
from support.server import Server, wait_for
from support.till import move

KITCHEN = "/r/hamra/kitchen"
TO_THE_PAGE = "text => htmx.swap({ text, sourceElement: document.body, swap: 'none' })"
EACH_TO_THE_PAGE = f"async texts => {{ for (const text of texts) await ({TO_THE_PAGE})(text); }}"
SHUFFLES = 12

Place = Callable[..., uuid.UUID]
StatusOf = Callable[[House, uuid.UUID], OrderStatus]
Open = Callable[..., Page]


def open_live(open_page: Open, house: House, network: NetworkProxy) -> Page:
    page = open_page(house.nour, KITCHEN, strict=False, base_url=network.address)
    page_recorder.expect_state(page, "live")
    page_recorder.record(page)
    return page


def tap(page: Page, order_id: uuid.UUID, button: str) -> None:
    page.locator(f"#{card_id(order_id)}").get_by_role("button", name=button, exact=True).click()


def card_in(page: Page, order_id: uuid.UUID, status: OrderStatus):
    return page.locator(f"#column-{status} > #{card_id(order_id)}")


def order_is(status_of: StatusOf, house: House, order_id: uuid.UUID, status: OrderStatus) -> None:
    wait_for(lambda: status_of(house, order_id) == status, f"the order to be {status}")


def everything_has_come(page: Page, house: House, place: Place) -> None:
    """Let one more order come down the stream: whatever was sent before it has come, too."""
    expect(card_in(page, place(house), OrderStatus.PENDING)).to_be_visible()


def test_the_push_after_its_answer_leaves_the_card_alone(
    app: Flask, cedar: House, place: Place, network: NetworkProxy, open_page: Open
) -> None:
    order_id = place(cedar)
    page = open_live(open_page, cedar, network)
    network.hold("stream")
    tap(page, order_id, "Confirm")
    card = card_in(page, order_id, OrderStatus.CONFIRMED)
    expect(card).to_be_visible()
    card.get_by_text("Cancel…").click()
    card.locator("[name=reason]").fill("No ga")
    network.let_through()
    everything_has_come(page, cedar, place)
    expect(card.locator("[name=reason]")).to_have_value("No ga")
    assert page_recorder.history(page, card_id(order_id)) == ["1 pending", "2 confirmed"]
    page_recorder.assert_nothing_went_back(page)


def test_an_answer_after_newer_pushes_is_dropped(
    app: Flask, cedar: House, place: Place, network: NetworkProxy, open_page: Open
) -> None:
    order_id = place(cedar)
    page = open_live(open_page, cedar, network)
    network.hold("post")
    with page.expect_response(lambda response: response.request.method == "POST") as answered:
        tap(page, order_id, "Confirm")
        expect(card_in(page, order_id, OrderStatus.CONFIRMED)).to_be_visible()
        move(app, cedar, order_id, OrderStatus.PREPARING)
        expect(card_in(page, order_id, OrderStatus.PREPARING)).to_be_visible()
        network.let_through()
    answered.value.finished()
    expect(page.locator(".htmx-request")).to_have_count(0)
    everything_has_come(page, cedar, place)
    assert page_recorder.history(page, card_id(order_id)) == ["1 pending", "2 confirmed", "3 preparing"]
    page_recorder.assert_nothing_went_back(page)


@pytest.mark.usefixtures("at_once")
def test_old_pushes_after_a_newer_answer_are_dropped(
    app: Flask, cedar: House, place: Place, network: NetworkProxy, open_page: Open
) -> None:
    order_id, gone = place(cedar), place(cedar)
    move(app, cedar, gone, OrderStatus.CONFIRMED, OrderStatus.PREPARING)
    page = open_live(open_page, cedar, network)
    network.hold("stream")
    move(app, cedar, order_id, OrderStatus.CONFIRMED)  # the push of it is under way
    tap(page, order_id, "Confirm")
    expect(page.locator("#notice")).to_contain_text("had done that already")
    tap(page, order_id, "Start")
    expect(card_in(page, order_id, OrderStatus.PREPARING)).to_be_visible()
    tap(page, gone, "Ready")
    expect(card_in(page, gone, OrderStatus.READY)).to_be_visible()
    network.let_through()
    everything_has_come(page, cedar, place)
    assert page_recorder.history(page, card_id(order_id)) == ["1 pending", "2 confirmed", "3 preparing"]
    assert page_recorder.history(page, card_id(gone)) == ["3 preparing", "4 ready"]
    page_recorder.assert_nothing_went_back(page)


@pytest.mark.parametrize("late", ["stream", "post"])
def test_two_taps_of_two_tablets_cross_and_both_end_with_the_same_card(
    app: Flask,
    cedar: House,
    place: Place,
    status_of: StatusOf,
    network: NetworkProxy,
    open_page: Open,
    late: Any,
) -> None:
    order_id = place(cedar)
    set_undo(app, cedar, {})
    first, second = (open_live(open_page, cedar, network) for _ in range(2))
    network.hold("stream", "post")
    tap(first, order_id, "Confirm")
    order_is(status_of, cedar, order_id, OrderStatus.CONFIRMED)
    card = second.locator(f"#{card_id(order_id)}")
    card.get_by_text("Cancel…").click()
    card.locator("[name=reason]").fill("No gas")
    card.get_by_role("button", name="Cancel order").click()
    wait_for(lambda: network.asked("POST /orders/") == 2, "the second tap")
    network.hold(late)
    if late == "stream":
        expect(second.locator("#refused")).to_contain_text("confirmed by now")
    for page in (first, second):
        expect(card_in(page, order_id, OrderStatus.CONFIRMED)).to_be_visible()
    network.let_through()
    expect(second.locator("#refused")).to_contain_text("confirmed by now")
    for page in (first, second):
        assert page_recorder.history(page, card_id(order_id)) == ["1 pending", "2 confirmed"]
        page_recorder.assert_nothing_went_back(page)


def snapshot_of(server: Server, house: House) -> Frame:
    """What a board gets whose cursor cannot be used."""
    stream = EventStream(
        server.port, f"{KITCHEN}/stream?after=none", sign_in(server.port, house.nour).headers
    )
    frame = stream.next()
    stream.close()
    assert frame is not None and frame.id is not None and "hx-partial" in frame.data
    return frame


def test_a_snapshot_older_than_an_answer_takes_nothing_back(
    app: Flask, server: Server, cedar: House, place: Place, network: NetworkProxy, open_page: Open
) -> None:
    tapped, left, typed, missed = (place(cedar) for _ in range(4))
    page = open_live(open_page, cedar, network)
    snapshot = snapshot_of(server, cedar)
    move(app, cedar, left, OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY)
    move(app, cedar, left, OrderStatus.COMPLETED)
    expect(page.locator(f"#{card_id(left)}")).to_have_count(0)
    tap(page, tapped, "Confirm")
    expect(card_in(page, tapped, OrderStatus.CONFIRMED)).to_be_visible()
    card = page.locator(f"#{card_id(typed)}")
    card.get_by_text("Cancel…").press("Enter")  # a finger has to wait until the cards stand
    card.locator("[name=reason]").fill("No ga")
    page.evaluate("id => document.getElementById(id).remove()", card_id(missed))

    page.evaluate(TO_THE_PAGE, snapshot.data)
    expect(card_in(page, missed, OrderStatus.PENDING)).to_be_visible()
    expect(page.locator("#column-pending > .card")).to_have_count(2)
    expect(card_in(page, tapped, OrderStatus.CONFIRMED)).to_be_visible()
    expect(page.locator(f"#{card_id(left)}")).to_have_count(0)
    expect(card.locator("[name=reason]")).to_have_value("No ga")
    assert page_recorder.history(page, card_id(tapped)) == ["1 pending", "2 confirmed"]
    page_recorder.assert_nothing_went_back(page)


def test_after_a_long_absence_a_snapshot_makes_the_board_whole(
    app: Flask, cedar: House, place: Place, network: NetworkProxy, open_page: Open
) -> None:
    moved, left = place(cedar), place(cedar)
    page = open_live(open_page, cedar, network)
    long_ago = {"Last-Event-ID": "1-1"}
    page.route("**/stream*", lambda route: route.continue_(headers=route.request.headers | long_ago))
    network.cut()
    page_recorder.expect_state(page, "reconnecting")
    move(app, cedar, moved, OrderStatus.CONFIRMED)
    move(app, cedar, left, OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY)
    move(app, cedar, left, OrderStatus.COMPLETED)
    new = place(cedar)
    network.let_through()
    page_recorder.expect_state(page, "live")
    assert [(status, cards) for status, cards in page_recorder.layout(page) if cards] == [
        ("pending", [f"{card_id(new)} 1"]),
        ("confirmed", [f"{card_id(moved)} 2"]),
    ]
    page_recorder.assert_nothing_went_back(page)
    page.unroute_all()


def test_another_history_takes_the_place_of_the_one_that_was_known(
    server: Server, cedar: House, place: Place, network: NetworkProxy, open_page: Open
) -> None:
    order_id = place(cedar)
    page = open_live(open_page, cedar, network)
    restored = snapshot_of(server, cedar)  # as after a restore: of before the tap, in an epoch of its own
    tap(page, order_id, "Confirm")
    expect(card_in(page, order_id, OrderStatus.CONFIRMED)).to_be_visible()
    lines = "".join(f"data: {line}\n" for line in restored.data.split("\n"))
    body = f"id: 999-1\n{lines}\nevent: hb\ndata:\n\n"
    page.route("**/stream*", lambda route: route.fulfill(body=body, content_type="text/event-stream"))
    network.cut()
    expect(card_in(page, order_id, OrderStatus.PENDING)).to_be_visible(timeout=10_000)
    page.unroute_all()


def placed(app: Flask, house: House, chance: random.Random) -> uuid.UUID:
    """An order that half the time is promised for the same moment as others."""
    promised_at = dt.datetime.now(dt.UTC).replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=2)
    order = NewOrder(
        "hamra",
        chance.choice(list(Fulfilment)),
        (NewItem("Kebab", 1),),
        promised_at=chance.choice([promised_at, None]),
    )
    with tenant_context(app, house.tenant_id):
        return intake.place(order, by=house.program)[0]


def live_a_while(app: Flask, house: House, chance: random.Random) -> None:
    """Place two dozen orders and move each some way, in an order that chance decides."""
    orders = [placed(app, house, chance) for _ in range(24)]
    for _ in range(50):
        order_id = chance.choice(orders)
        with tenant_context(app, house.tenant_id):
            order = records.find(house.tenant_id, order_id)
            assert order is not None
            ways = allowed(order.status, order.fulfilment)
        if ways:
            move(app, house, order_id, ways[0] if chance.random() < 0.8 else ways[-1])


def recorded(app: Flask, server: Server, house: House, chance: random.Random) -> list[str]:
    """Every frame that a kitchen board is sent while two dozen orders live."""
    stream = EventStream(server.port, f"{KITCHEN}/stream", sign_in(server.port, house.nour).headers)
    live_a_while(app, house, chance)
    last = placed(app, house, chance)
    frames: list[str] = []
    while not (frames and card_id(last) in frames[-1]):
        frame = stream.next()
        assert frame is not None
        if "version:" in frame.data:  # neither a heartbeat nor the snapshot at the beginning
            frames.append(frame.data)
    stream.close()
    return frames


def test_frames_in_any_order_and_more_than_once_end_in_the_same_board(
    app: Flask, server: Server, cedar: House, network: NetworkProxy, open_page: Open
) -> None:
    chance = random.Random(4)
    frames = recorded(app, server, cedar, chance)
    assert len(frames) > 30
    page = open_page(cedar.nour, KITCHEN, strict=False, base_url=network.address)
    truth = page_recorder.layout(page)
    network.hold("stream")
    page.goto("/r/jounieh/kitchen")  # an empty board of the same columns
    for shuffle in range(SHUFFLES):
        page.reload()
        page_recorder.record(page)
        texts = frames + chance.choices(frames, k=len(frames) // 2)
        if shuffle > 0:  # first as they came, with the replays after them
            chance.shuffle(texts)
        page.evaluate(EACH_TO_THE_PAGE, texts)
        assert page_recorder.layout(page) == truth, f"shuffle {shuffle} of seed 4"
        page_recorder.assert_nothing_went_back(page)
