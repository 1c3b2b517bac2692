"""What a client takes: an answer within its time, or it is cut off; who is waited for may lose the place."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from ordertrack.server import outgoing
from ordertrack.server.incoming import Incoming
from ordertrack.server.outgoing import Outgoing
from ordertrack.server.places import Places
from support.server import wait_for

LARGE = b"x" * 4_000_000


@pytest.fixture
def places() -> Places:
    return Places(2)


@pytest.fixture
def ends(places: Places) -> Iterator[tuple[socket.socket, Outgoing]]:
    """A client's end and the server's, whose request is being answered."""
    client, server = socket.socketpair()
    with client, server, places.place_of(server):
        incoming = Incoming(server, places)
        places.go_on(server)
        yield client, Outgoing(incoming, places)


def test_an_answer_is_whole_however_large(ends: tuple[socket.socket, Outgoing], places: Places) -> None:
    client, server = ends
    sending = threading.Thread(target=server.sendall, args=(LARGE,))
    sending.start()
    wait_for(lambda: places.waiting == 1, "it to be waited for")
    taken = b""
    while len(taken) < len(LARGE):
        taken += client.recv(1 << 20)
    sending.join()
    assert taken == LARGE
    assert (places.waiting, places.working) == (0, 1)


def test_who_takes_too_long_is_cut_off(
    ends: tuple[socket.socket, Outgoing], places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, server = ends
    monkeypatch.setattr(outgoing, "TAKEN_WITHIN", 0.05)
    monkeypatch.setattr(outgoing, "LEAST_RATE", 1 << 40)
    with pytest.raises(BrokenPipeError):
        server.sendall(LARGE)
    assert (places.waiting, places.working) == (0, 1)


def test_the_larger_an_answer_the_longer_it_may_take(
    ends: tuple[socket.socket, Outgoing], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, server = ends
    monkeypatch.setattr(outgoing, "TAKEN_WITHIN", 0.0)
    monkeypatch.setattr(outgoing, "LEAST_RATE", len(LARGE) / 20)
    reading = threading.Thread(target=lambda: client.recv(len(LARGE), socket.MSG_WAITALL))
    reading.start()
    server.sendall(LARGE)
    reading.join()


def test_who_is_waited_for_longest_loses_the_place_to_who_needs_one(
    ends: tuple[socket.socket, Outgoing], places: Places
) -> None:
    _, server = ends
    ended: list[BaseException] = []

    def send() -> None:
        try:
            server.sendall(LARGE)
        except BrokenPipeError as error:
            ended.append(error)

    sending = threading.Thread(target=send)
    sending.start()
    wait_for(lambda: places.waiting == 1, "it to be waited for")
    others = [socket.socketpair() for _ in range(2)]
    with places.place_of(others[0][0]), places.place_of(others[1][0]):
        for other, _ in others:
            Incoming(other, places)
        sending.join(20)
        assert len(ended) == 1
    for pair in others:
        for end in pair:
            end.close()
