"""A guest's page and stream name no position of the company's log; a stream goes on from what they name."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from contextlib import closing

import pytest
from flask import Flask

from ordertrack.database.session import tenant_context
from ordertrack.live.cursor import Cursor, MalformedCursor
from ordertrack.orders.log import event_log
from ordertrack.orders.reading import records
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.tracking.positions import Positions
from support.cast import House
from support.http_client import EventStream
from support.server import Server

ORDER = uuid.UUID(int=7)
CURSORS = [Cursor(0, 0), Cursor(1764470400, 1), Cursor(1764470400, 2), Cursor(10**18 - 1, 10**18 - 1)]


@pytest.mark.parametrize("cursor", CURSORS)
def test_a_position_is_read_as_it_was_told(cursor: Cursor) -> None:
    positions = Positions("secret")
    assert positions.read(ORDER, positions.tell(ORDER, cursor)) == cursor


def test_it_says_only_whether_history_is_still_the_same() -> None:
    positions = Positions("secret")
    epochs, rests = zip(*(positions.tell(ORDER, each).split("-") for each in CURSORS), strict=True)
    assert epochs[1] == epochs[2] and len(set(epochs)) == 3
    assert len(set(rests)) == len(CURSORS)
    one, next_one = (int(rest, 16) for rest in rests[1:3])
    assert 30 < (one ^ next_one).bit_count() < 98, "the next position is nowhere near"


def test_the_same_position_is_told_otherwise_to_the_guests_of_another_order_or_house() -> None:
    told = Positions("secret").tell(ORDER, CURSORS[1])
    assert Positions("secret").tell(uuid.UUID(int=8), CURSORS[1]) != told
    assert Positions("other").tell(ORDER, CURSORS[1]) != told


@pytest.mark.parametrize(
    "wrong", ["", "1-1", "yesterday", "0" * 8 + "-" + "0" * 32, "é" * 41, "A" * 8 + "-" + "A" * 32]
)
def test_what_was_not_told_is_no_position(wrong: str) -> None:
    with pytest.raises(MalformedCursor):
        Positions("secret").read(ORDER, wrong)


@pytest.fixture
def link(app: Flask, cedar: House, place: Callable[..., uuid.UUID]) -> tuple[uuid.UUID, str]:
    for _ in range(11):
        order_id = place(cedar)
    with tenant_context(app, cedar.tenant_id):
        order = records.find(cedar.tenant_id, order_id)
        assert order is not None
        return order_id, f"/track/{order.tracking_token}"


def test_a_guest_reads_no_cursor_and_is_told_each_step_once(
    app: Flask,
    server: Server,
    cedar: House,
    link: tuple[uuid.UUID, str],
    bring: Callable[..., None],
) -> None:
    order_id, path = link
    page = app.test_client().get(path).text
    found = re.search(r'after=([0-9a-f]{8}-[0-9a-f]{32})"', page)
    assert found is not None
    with tenant_context(app, cedar.tenant_id):
        head = event_log.head(cedar.tenant_id)
    bring(cedar, order_id, OrderStatus.CONFIRMED)
    told = []
    with closing(EventStream(server.port, f"{path}/stream?after={found[1]}", {})) as stream:
        while len(told) < 2:
            frame = stream.next(10)
            assert frame is not None
            told.append(frame)
    assert [frame.event for frame in told] == [None, "hb"]
    assert told[0].id is not None and re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{32}", told[0].id)
    assert told[0].id.partition("-")[0] == found[1].partition("-")[0], "it is the same history"
    with closing(EventStream(server.port, f"{path}/stream", {}, told[0].id)) as stream:
        frame = stream.next(10)
        assert frame is not None and frame.event == "hb", "it has nothing to catch up on"
    for text in (page, told[0].data):
        assert str(head) not in text and f"{head.epoch}-" not in text
