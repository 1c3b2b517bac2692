"""Screens of a real server with two workers: managers are told, whichever worker lives or dies."""

from __future__ import annotations

import os
import re
import signal
import uuid
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import text

from ordertrack.database.config import Settings
from ordertrack.database.session import operator_connection
from support.cast import House
from support.http_client import Caller, EventStream, StreamEnded, sign_in
from support.processes import workers
from support.server import Server, wait_for

ALARMS = "/overview/stream?part=care"
KITCHEN = "/r/hamra/kitchen/stream"


Open = Callable[[Caller, str], EventStream]


class Watcher:
    """What a manager's page was told last."""

    def __init__(self, stream: EventStream) -> None:
        self.stream = stream
        self.said = ""
        self.told: list[str] = []

    def is_told(self, sentence: str) -> bool:
        while (frame := self.stream.next(0.05)) is not None:
            if frame.event is None:
                self.said = unescape(re.sub(r"<[^>]+>|\s+", " ", frame.data)).strip()
                self.told.append(self.said)
        return self.said == sentence

    def wait_for(self, sentence: str, patience: float = 20) -> None:
        wait_for(lambda: self.is_told(sentence), f"{sentence!r}, not {self.told}", patience)


@pytest.fixture(scope="module")
def own_server(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(settings, tmp_path_factory.mktemp("own-server"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def open_stream() -> Iterator[Open]:
    streams: list[EventStream] = []

    def open_stream_of(caller: Caller, path: str) -> EventStream:
        streams.append(EventStream(caller.port, path, caller.headers))
        assert streams[-1].status == 200
        return streams[-1]

    yield open_stream_of
    for stream in streams:
        stream.close()


def ends(stream: EventStream) -> bool:
    """Reads on until the stream has ended."""
    try:
        while stream.next(1):
            continue
    except StreamEnded:
        return True
    return False


def come_back(open_stream: Open, caller: Caller) -> EventStream:
    """As a browser does, which tries again where it had asked the worker that was dying."""

    def opened() -> EventStream | None:
        try:
            return open_stream(caller, KITCHEN)
        except ConnectionResetError:
            return None

    stream = wait_for(opened, "a worker that answers")
    assert stream is not None
    return stream


def carrier_of(server: Server, stream: EventStream) -> int:
    """The worker that has a stream, once the one that let it in has let go of it."""
    (carrier,) = wait_for(
        lambda: carriers if len(carriers := carriers_of(server, stream)) == 1 else None, "it"
    )
    return carrier


def carriers_of(server: Server, stream: EventStream) -> list[int]:
    """The workers at the other end of a stream: who holds the socket with the stream's two addresses."""
    port = stream.socket.getsockname()[1]
    ends = f"0100007F:{server.port:04X} 0100007F:{port:04X}"
    line = next(line for line in Path("/proc/net/tcp").read_text().splitlines() if ends in line)
    inode = f"socket:[{line.split()[9]}]"
    return [
        worker
        for worker in workers(server)
        if any(
            descriptor.is_symlink() and os.readlink(descriptor) == inode
            for descriptor in Path(f"/proc/{worker}/fd").iterdir()
        )
    ]


def seconds_since_seen(settings: Settings, house: House) -> list[float]:
    with operator_connection(settings.operator_url) as connection:
        connection.execute(text(f"SET ordertrack.tenant_id = '{house.tenant_id}'"))
        query = (
            "SELECT extract(epoch FROM clock_timestamp() - seen_at) FROM screens WHERE tenant_id = :tenant"
        )
        return [float(age) for age in connection.scalars(text(query), {"tenant": house.tenant_id})]


def test_a_manager_is_told_within_seconds_and_no_longer_than_it_is_so(
    server: Server, cedar: House, place: Callable[..., uuid.UUID], open_stream: Open
) -> None:
    maya = Watcher(open_stream(sign_in(server.port, cedar.maya), ALARMS))
    maya.wait_for("")
    place(cedar)
    maya.wait_for("Hamra: 1 open order and no kitchen board", patience=8)
    nour = sign_in(server.port, cedar.nour)
    board = open_stream(nour, KITCHEN)
    maya.wait_for("", patience=8)
    board.close()
    maya.wait_for("Hamra: 1 open order and no kitchen board")
    place(cedar)
    maya.wait_for("Hamra: 2 open orders and no kitchen board", patience=8)


def test_a_manager_is_told_in_the_language_of_the_page(
    server: Server, cedar: House, place: Callable[..., uuid.UUID], open_stream: Open
) -> None:
    place(cedar)
    caller = sign_in(server.port, cedar.maya)
    stream = open_stream(caller, f"{ALARMS}&language=ar-arab")
    frame = stream.next()
    assert frame is not None and "Hamra" in frame.data and "1" not in re.sub(r"<[^>]+>", "", frame.data)


def test_kitchen_dispatch_and_whoever_is_signed_out_are_not_let_in(server: Server, cedar: House) -> None:
    for person in (cedar.nour, cedar.karim):
        caller = sign_in(server.port, person)
        assert [caller.call(path).status for path in ("/screens", ALARMS)] == [403, 403]
    assert Caller(server.port).call(ALARMS).status == 401
    assert sign_in(server.port, cedar.maya).call("/overview/stream?part=x").status == 400


def test_who_watched_a_worker_that_was_killed_is_missed_and_who_comes_back_elsewhere_is_not(
    server: Server,
    own_server: Server,
    settings: Settings,
    cedar: House,
    place: Callable[..., uuid.UUID],
    open_stream: Open,
) -> None:
    """The manager watches another host of the same database: on one host a tenant's streams live together."""
    place(cedar)
    maya, nour = sign_in(server.port, cedar.maya), sign_in(own_server.port, cedar.nour)
    board = open_stream(nour, KITCHEN)
    witness = Watcher(open_stream(maya, ALARMS))
    witness.wait_for("")
    witness.told.clear()

    victim = carrier_of(own_server, board)
    os.kill(victim, signal.SIGKILL)
    wait_for(lambda: ends(board), "the end of the stream")
    back = come_back(open_stream, nour)
    assert carrier_of(own_server, back) != victim
    wait_for(lambda: len(seconds_since_seen(settings, cedar)) == 2, "the screen in its new process")
    no_board = "Hamra: 1 open order and no kitchen board"
    assert not witness.is_told(no_board) and no_board not in witness.told

    os.kill(carrier_of(own_server, back), signal.SIGKILL)
    with operator_connection(settings.operator_url) as connection:  # a minute goes by
        connection.execute(text(f"SET ordertrack.tenant_id = '{cedar.tenant_id}'"))
        age = "UPDATE screens SET seen_at = seen_at - interval '46 seconds' WHERE tenant_id = :tenant"
        connection.execute(text(age), {"tenant": cedar.tenant_id})
    witness.wait_for(no_board)
    wait_for(lambda: not seconds_since_seen(settings, cedar), "the rows of the dead to go")


def test_a_server_that_ends_leaves_its_screens_ten_seconds_to_come_back(
    own_server: Server, settings: Settings, cedar: House, open_stream: Open
) -> None:
    nour = sign_in(own_server.port, cedar.nour)
    open_stream(nour, KITCHEN)
    wait_for(lambda: seconds_since_seen(settings, cedar), "the screen")
    own_server.stop()
    (age,) = seconds_since_seen(settings, cedar)
    assert 35 <= age < 45
