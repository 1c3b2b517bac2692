"""A cursor of another epoch, from the future, malformed, from long ago: told all anew, or all in order."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest

from faults.crowd import Crowd
from faults.history_of import give_a_past
from faults.load import BOARD, PROGRAM, Load, prove
from ordertrack.boards.columns import KITCHEN
from ordertrack.database.config import Settings
from ordertrack.live.cursor import Cursor
from ordertrack.live.topic_state import SNAPSHOT_KEPT
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.tracking.positions import Positions
from support.cast import House
from support.http_client import Caller, EventStream, Frame, sign_in
from support.server import Server, wait_for

PAST = 700  # orders of long ago, of five events each

UNUSABLE = {
    "of another epoch": lambda epoch, seq: f"{epoch + 1}-{seq}",
    "from the future": lambda epoch, seq: f"{epoch}-{seq + 100_000}",
    "malformed": lambda epoch, seq: f"{epoch}:{seq}",
}


@pytest.fixture(scope="module")
def busy(tough: Server, make_house: Callable[..., House], settings: Settings) -> Iterator[tuple[House, Load]]:
    """A house with a long past, and a service going on in it."""
    house = make_house("Cedar", ("hamra", "jounieh"))
    give_a_past(settings, house, PAST)
    with Load(tough.port, house, settings) as load:
        yield house, load


def headers_for(path: str, port: int, house: House) -> dict[str, str]:
    return house.bearer if path == PROGRAM else sign_in(port, house.maya).headers


@pytest.mark.parametrize("path", [BOARD, PROGRAM])
@pytest.mark.parametrize("what", UNUSABLE)
def test_a_cursor_that_says_nothing_is_answered_with_all_there_is(
    tough: Server, busy: tuple[House, Load], path: str, what: str
) -> None:
    house, load = busy
    epoch, seq = (int(part) for part in load.log.head().split("-"))
    headers = headers_for(path, tough.port, house)
    with Crowd(tough.port, path, headers, 3, UNUSABLE[what](epoch, seq)) as crowd:
        wait_for(lambda: all(reader.snapshots for reader in crowd.readers), "a snapshot or reset each")
        load.goes_on(10)
        prove(crowd, load.log.seqs(KITCHEN.statuses if path == BOARD else None))
        for reader in crowd.readers:
            assert reader.snapshots == 1
            assert reader.since >= (seq - SNAPSHOT_KEPT if path == BOARD else seq)
            assert reader.cursor.startswith(f"{epoch}-")


def test_a_board_from_long_ago_gets_a_snapshot(tough: Server, busy: tuple[House, Load]) -> None:
    house, load = busy
    epoch, seq = (int(part) for part in load.log.head().split("-"))
    headers = headers_for(BOARD, tough.port, house)
    with Crowd(tough.port, BOARD, headers, 3, f"{epoch}-7") as crowd:
        load.goes_on(10)
        prove(crowd, load.log.seqs(KITCHEN.statuses))
        assert {reader.snapshots for reader in crowd.readers} == {1}
        assert all(reader.since >= seq - SNAPSHOT_KEPT for reader in crowd.readers)


def test_a_program_from_long_ago_gets_every_event_in_order(tough: Server, busy: tuple[House, Load]) -> None:
    house, load = busy
    epoch = load.log.head().partition("-")[0]
    with Crowd(tough.port, PROGRAM, house.bearer, 3, f"{epoch}-0") as crowd:
        load.goes_on(10)
        prove(crowd, load.log.seqs())
        for reader in crowd.readers:
            assert (reader.snapshots, reader.since, reader.seen[0]) == (0, 0, 1)
            assert not reader.endings


def message(stream: EventStream) -> Frame:
    """The next frame that is no heartbeat."""
    while (frame := stream.next()) is not None:
        if frame.event is None:
            return frame
    raise AssertionError("nothing came")


@pytest.mark.parametrize("what", [*UNUSABLE, "from long ago"])
def test_a_tracking_page_is_shown_where_its_order_stands(
    tough: Server, busy: tuple[House, Load], settings: Settings, what: str
) -> None:
    house, load = busy
    epoch, seq = (int(part) for part in load.log.head().split("-"))
    program = Caller(tough.port, house.bearer)
    order = {"restaurant": "jounieh", "fulfilment": "pickup", "items": [{"name": "Kebab", "quantity": 2}]}
    placed = program.call("/api/v1/orders", body=order).json
    path = "/track/" + placed["tracking_url"].rpartition("/")[2]
    cursor = UNUSABLE[what](epoch, seq) if what in UNUSABLE else f"{epoch}-7"
    positions, order_id = Positions(settings.secret_key), uuid.UUID(placed["id"])
    if what != "malformed":
        cursor = positions.tell(order_id, Cursor.parse(cursor))
    stream = EventStream(tough.port, f"{path}/stream", {}, last_event_id=cursor)
    shown = message(stream)
    assert "Order received" in shown.data
    assert shown.id is not None and positions.read(order_id, shown.id).seq > seq
    program.call(f"/api/v1/orders/{placed['id']}/transitions", body={"to": OrderStatus.CONFIRMED})
    assert "Confirmed by the restaurant" in message(stream).data
    stream.close()
