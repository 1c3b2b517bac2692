"""Sockets taken over: every byte in order, a bounded tail, and nothing left behind when the watcher goes."""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import gevent
import pytest

from ordertrack.live import connections
from ordertrack.live.connections import TAIL_BOUND, SocketConnection
from ordertrack.monitoring import metrics
from ordertrack.web.bodies import LARGEST_ANSWER
from support.recording import count

HEAD_END = b": connected\n\n"
SEED = 99


class Peer:
    """The watcher's end: reads when it is told to."""

    def __init__(self, end: socket.socket) -> None:
        end.setblocking(False)
        self.end = end
        self.received = b""

    def read(self) -> bytes:
        try:
            while data := self.end.recv(65536):
                self.received += data
        except BlockingIOError:
            pass
        return self.received

    @property
    def body(self) -> bytes:
        return self.read().partition(HEAD_END)[2]


@pytest.fixture
def pair(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[tuple[SocketConnection, Peer]]:
    """A connection as the hub gets it: gunicorn's own descriptor has been closed after the take-over."""
    monkeypatch.setattr(connections, "KERNEL_BOUND", 4096)  # so that a tail comes early
    with socket.create_server(("127.0.0.1", 0)) as server:
        far = socket.socket()
        far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        far.connect(server.getsockname())
        near, _ = server.accept()
    connection = SocketConnection(near, in_chunks=getattr(request, "param", False))
    near.close()
    yield connection, Peer(far)
    connection.close("shutdown")
    far.close()


def wait_in_loop(condition: Callable[[], Any]) -> None:
    """Let gevent's loop run until the condition holds; nothing is patched in the suite's own process."""
    with gevent.Timeout(20):
        while not condition():
            gevent.sleep(0.001)


def test_the_answer_begins_at_once_with_the_headers_of_a_stream(pair: Any) -> None:
    _, peer = pair
    wait_in_loop(lambda: HEAD_END in peer.read())
    head = peer.received.decode()
    assert head.startswith("HTTP/1.1 200 OK\r\n")
    for line in (
        "Content-Type: text/event-stream; charset=utf-8",
        "Cache-Control: no-store",
        "X-Accel-Buffering: no",
        "Connection: close",
    ):
        assert f"\r\n{line}\r\n" in head
    assert "Content-Length" not in head and "Transfer-Encoding" not in head
    assert not head.endswith("\r\n")


def test_what_the_socket_does_not_take_at_once_follows_byte_for_byte(pair: Any) -> None:
    connection, peer = pair
    sizes = random.Random(SEED)
    sent = b""
    for n in range(400):
        frame = f"data: {n} {'x' * sizes.randrange(1500)}\n\n".encode()
        connection.write(frame)
        sent += frame
        if len(sent) > 100_000 and sizes.random() < 0.2:
            before = len(peer.read())
            wait_in_loop(lambda before=before: len(peer.read()) > before)
    assert connection.is_open
    wait_in_loop(lambda: len(peer.body) >= len(sent))
    assert peer.body == sent


def test_a_write_of_one_byte_waits_behind_the_tail(pair: Any) -> None:
    connection, peer = pair
    connection.write(b"a" * 200_000)
    connection.write(b"b")
    connection.write(b"")
    wait_in_loop(lambda: peer.body.endswith(b"b"))
    assert peer.body == b"a" * 200_000 + b"b"


def test_a_watcher_past_the_bound_is_cut_and_not_waited_for(pair: Any) -> None:
    connection, peer = pair
    closed: list[str] = []
    connection.on_close = lambda: closed.append("closed")
    with count(metrics.cut, why="slow") as cut:
        frame = b"x" * 1400
        writes = 0
        while connection.is_open:
            connection.write(frame)
            writes += 1
            assert writes * len(frame) < 20 * TAIL_BOUND, "nobody reads, and it is never cut"
        assert cut() == 1
    assert writes * len(frame) > TAIL_BOUND
    assert closed == ["closed"]
    connection.write(frame)
    connection.close("again")
    assert closed == ["closed"]
    with pytest.raises(ConnectionResetError):  # what was not taken is thrown away, not kept for it
        peer.read()


def test_catching_up_may_be_longer_than_the_bound_and_what_follows_has_the_bound_on_top(pair: Any) -> None:
    connection, peer = pair
    story = b"s" * (5 * TAIL_BOUND)
    connection.write(story, bounded=False)
    connection.write(b"live")
    assert connection.is_open
    wait_in_loop(lambda: peer.body.endswith(b"live"))
    assert len(peer.body) == len(story) + 4
    for _ in range(2 * TAIL_BOUND // 1000):
        connection.write(b"y" * 1000)
    assert not connection.is_open, "once it has caught up, the bound is the usual one again"


def test_the_largest_frames_cut_nobody_who_reads_as_fast_as_they_come() -> None:
    frame = b"f" * LARGEST_ANSWER
    with socket.create_server(("127.0.0.1", 0)) as server:
        far = socket.create_connection(server.getsockname())
        near, _ = server.accept()
    with near:
        connection = SocketConnection(near)
    taken: list[int] = []

    def read() -> None:
        while data := far.recv(1 << 20):
            taken.append(len(data))

    reading = threading.Thread(target=read)
    reading.start()
    for _ in range(3):
        connection.write(frame)
        connection.write(frame)  # two changes in one turn of the loop
        connection.write(b"hb")
        wait_in_loop(lambda: connection._tail is None)
    assert connection.is_open
    connection.close("shutdown")
    reading.join(20)
    far.close()
    assert sum(taken) > 6 * LARGEST_ANSWER


def test_who_reads_nothing_is_cut_by_the_third_large_frame(pair: Any) -> None:
    connection, _ = pair
    frame = b"f" * LARGEST_ANSWER
    connection.write(frame)
    connection.write(frame)
    assert connection.is_open
    connection.write(frame)
    assert not connection.is_open


def test_a_watcher_that_goes_away_is_noticed_without_writing_to_it(pair: Any) -> None:
    connection, peer = pair
    gone: list[bool] = []
    connection.on_close = lambda: gone.append(True)
    peer.read()
    peer.end.close()
    wait_in_loop(lambda: gone)
    assert not connection.is_open


def test_a_watcher_that_resets_the_connection_is_noticed(pair: Any) -> None:
    connection, peer = pair
    connection.write(b"z" * 200_000)
    peer.end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    peer.end.close()
    wait_in_loop(lambda: not connection.is_open)


def test_what_a_watcher_says_is_not_for_us(pair: Any) -> None:
    connection, peer = pair
    peer.end.send(b"GET / HTTP/1.1\r\n\r\n")
    connection.write(b"data: 1\n\n")
    wait_in_loop(lambda: peer.body == b"data: 1\n\n")
    gevent.sleep(0)
    assert connection.is_open


def test_draining_waits_until_all_is_sent(pair: Any) -> None:
    connection, peer = pair
    assert connection.drain()
    connection.write(b"d" * 1_000_000, bounded=False)
    reading = gevent.spawn(lambda: wait_in_loop(lambda: len(peer.body) == 1_000_000))
    assert connection.drain()
    reading.get()


def test_draining_ends_when_the_watcher_goes(pair: Any) -> None:
    connection, peer = pair
    connection.write(b"d" * 1_000_000, bounded=False)
    gevent.spawn(peer.end.close)
    assert not connection.drain()


def test_draining_cuts_a_watcher_that_reads_nothing(pair: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    connection, _ = pair
    monkeypatch.setattr(connections, "DRAIN_PATIENCE", 0.05)
    connection.write(b"d" * 1_000_000, bounded=False)
    assert not connection.drain()
    assert not connection.is_open


def test_closing_gives_the_descriptor_back_and_so_ends_the_stream(pair: Any) -> None:
    connection, peer = pair
    peer.read()
    connection.close("shutdown")
    peer.end.setblocking(True)
    peer.end.settimeout(20)
    while peer.end.recv(65536):
        pass


def chunks_of(received: bytes) -> tuple[list[bytes], bytes]:
    """The chunks of an answer that are there, the last and empty one too, and what comes behind them."""
    rest, chunks = received.partition(b"\r\n\r\n")[2], []
    while b"\r\n" in rest:
        size, _, behind = rest.partition(b"\r\n")
        length = int(size, 16)
        if behind[length : length + 2] != b"\r\n":
            break
        chunks.append(behind[:length])
        rest = behind[length + 2 :]
    return chunks, rest


@pytest.mark.parametrize("pair", [True], indirect=True)
def test_in_chunks_each_message_is_one_and_the_end_is_the_empty_one(pair: Any) -> None:
    connection, peer = pair
    connection.write(b"data: 1\n\n")
    connection.write(b"")
    connection.write(b"d" * 200_000)  # more than the socket takes at once
    connection.write(b"data: 3\n\n")
    wait_in_loop(lambda: peer.read().endswith(b"data: 3\n\n\r\n"))
    assert b"\r\nTransfer-Encoding: chunked\r\n" in peer.received.partition(b"\r\n\r\n")[0] + b"\r\n"
    connection.close("shutdown")
    told = [b": connected\n\n", b"data: 1\n\n", b"d" * 200_000, b"data: 3\n\n"]
    assert chunks_of(peer.read()) == ([*told, b""], b"")


@pytest.mark.parametrize("pair", [True], indirect=True)
def test_in_chunks_an_end_before_all_was_sent_is_no_end(pair: Any) -> None:
    connection, peer = pair
    connection.write(b"d" * 200_000)
    connection.close("shutdown")
    chunks, cut = chunks_of(peer.read())
    assert chunks == [b": connected\n\n"]
    assert cut
