"""The network to the database stops forwarding and tells nobody: a deaf server says so, and catches up."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from faults.load import BOARD, PROGRAM
from ordertrack.database.config import Settings
from ordertrack.live.listener import HEARTBEAT
from ordertrack.live.tenant_hub import CURRENT_FOR
from support.cast import House
from support.database_proxy import by_way_of, proxy_to
from support.http_client import Caller, EventStream, sign_in
from support.network_proxy import NetworkProxy
from support.server import Server, wait_for

IN_TIME = 2.0  # seconds, for whoever asks whether it is ready


@pytest.fixture
def line(settings: Settings) -> Iterator[NetworkProxy]:
    between = proxy_to(settings)
    yield between
    between.close()


@pytest.fixture
def far(settings: Settings, line: NetworkProxy, tmp_path: Path) -> Iterator[Server]:
    """A server at the far end of the wire from its database; one worker, so that whoever asks meets it."""
    running = Server(by_way_of(line, settings), tmp_path, workers=1)
    running.start()
    yield running
    line.let_through()
    running.stop()


@pytest.fixture
def streams() -> Iterator[Callable[[Server, House], list[EventStream]]]:
    """A board and a program that watch."""
    opened: list[EventStream] = []

    def watch(server: Server, house: House) -> list[EventStream]:
        opened.append(EventStream(server.port, BOARD, sign_in(server.port, house.maya).headers))
        opened.append(EventStream(server.port, PROGRAM, house.bearer))
        return opened

    yield watch
    for stream in opened:
        stream.close()


def beats(stream: EventStream, seconds: float) -> int:
    """How many heartbeats come within so many seconds, and that nothing else does."""
    until, heard = time.monotonic() + seconds, 0
    while (left := until - time.monotonic()) > 0:
        if (frame := stream.next(left)) is not None:
            assert frame.event == "hb", frame
            heard += 1
    return heard


def until_told(stream: EventStream, order_id: uuid.UUID) -> None:
    while (frame := stream.next(60)) is not None:
        if str(order_id) in frame.data:
            return
    raise AssertionError("not told of the order")


@pytest.mark.timeout(240)
def test_heartbeats_stop_readiness_is_denied_in_time_and_what_was_missed_is_shown_afterwards(
    far: Server,
    line: NetworkProxy,
    cedar: House,
    place: Callable[..., uuid.UUID],
    streams: Callable[[Server, House], list[EventStream]],
) -> None:
    board, program = streams(far, cedar)
    first = place(cedar)
    until_told(board, first)
    until_told(program, first)
    line.swallow()
    for _ in range(6):
        asked = time.monotonic()
        answer = Caller(far.port).call("/readyz")
        assert time.monotonic() - asked < IN_TIME
        assert (answer.status, answer.json["database"]) == (503, False)
    missed = place(cedar)
    beats(board, CURRENT_FOR)  # the last look that succeeded may be as young as that
    beats(program, 1)
    assert beats(board, HEARTBEAT + 1) == beats(program, 0.1) == 0, "a deaf server sounds alive"
    answer = Caller(far.port).call("/readyz")
    assert (answer.json["database"], answer.json["listener"], answer.json["log"]) == (False, False, False)
    line.let_through()
    until_told(board, missed)
    until_told(program, missed)
    wait_for(lambda: Caller(far.port).call("/readyz").status == 200, "the server to be ready")
    assert beats(board, HEARTBEAT + 1) > 0
