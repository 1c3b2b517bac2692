"""What a client sends: whole, or not at all; and whoever waits longest goes first where all have to wait."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from threading import BoundedSemaphore
from typing import Any

import pytest
from gunicorn import http
from gunicorn.config import Config
from gunicorn.http.errors import InvalidChunkSize, NoMoreData

from ordertrack.server import incoming
from ordertrack.server.incoming import Incoming, NotReceived, PlaceNeeded
from ordertrack.server.places import Places
from ordertrack.web.bodies import LARGEST_BODY, LARGEST_MENU

Open = Callable[..., tuple[socket.socket, Incoming]]


@pytest.fixture
def places() -> Places:
    return Places(3)


@pytest.fixture
def connect(places: Places) -> Iterator[Open]:
    """A client's end, which has said something, and the server's."""
    with ExitStack() as ends:

        def connect_one(said: bytes = b"") -> tuple[socket.socket, Incoming]:
            client, server = map(ends.enter_context, socket.socketpair())
            client.sendall(said)
            ends.enter_context(places.place_of(server))
            return client, Incoming(server, places)

        yield connect_one


def request_on(end: Incoming) -> Any:
    return next(http.get_parser(Config(), end, ("192.0.2.1", 1)))


def post(body: bytes, length: int | None = None) -> bytes:
    return b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (length or len(body), body)


def in_chunks(body: bytes) -> bytes:
    header = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    return header + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


def test_a_body_is_here_before_anybody_looks_at_it(connect: Open, places: Places) -> None:
    client, end = connect(post(b"email=a"))
    request = request_on(end)
    end.receive(request)
    client.close()
    assert request.body.read() == b"email=a"
    assert places.waiting == 0 and places.working == 1


def test_half_a_body_is_never_taken_for_a_whole_one(connect: Open) -> None:
    client, end = connect(post(b"to=ready&seen=", length=30))
    request = request_on(end)
    client.close()
    with pytest.raises(NoMoreData):
        end.receive(request)


def test_a_body_without_form_is_refused_by_whoever_reads_it(connect: Open) -> None:
    _, end = connect(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nno\r\n")
    request = request_on(end)
    end.receive(request)
    assert request.should_close()
    with pytest.raises(InvalidChunkSize):
        request.body.read()


@pytest.mark.parametrize("expects", [b"", b"Expect: 100-continue\r\n"], ids=["", "asks first"])
def test_a_body_that_is_too_large_is_not_waited_for_and_ends_its_connection(
    connect: Open, expects: bytes
) -> None:
    _, end = connect(post(b"x", length=LARGEST_BODY + 1).replace(b"Host", expects + b"Host"))
    request = request_on(end)
    unread = request.body
    end.receive(request)
    assert request.body is unread
    assert request.should_close()


def test_chunks_that_fill_the_bound_are_a_whole_body(connect: Open) -> None:
    _, end = connect(in_chunks(b"x" * LARGEST_BODY))
    request = request_on(end)
    end.receive(request)
    assert request.body.read() == b"x" * LARGEST_BODY
    assert not request.should_close()


def test_chunks_past_the_bound_are_refused_as_a_length_past_it_is(connect: Open) -> None:
    _, end = connect(in_chunks(b"x" * (LARGEST_BODY + 1)))
    request = request_on(end)
    end.receive(request)
    assert dict(request.headers) == {"HOST": "x", "CONTENT-LENGTH": str(LARGEST_BODY + 1)}
    assert request.should_close()


def a_menu(body: bytes, length: int | None = None) -> bytes:
    return post(body, length=length).replace(b"POST /login ", b"PUT /api/v1/menu ")


def test_a_menu_may_be_larger_than_other_bodies_and_has_a_bound_of_its_own(connect: Open) -> None:
    _, end = connect(a_menu(b"x" * (LARGEST_BODY + 1)))
    request = request_on(end)
    end.receive(request)
    assert request.body.read() == b"x" * (LARGEST_BODY + 1)
    _, end = connect(a_menu(b"x", length=LARGEST_MENU + 1))
    request = request_on(end)
    end.receive(request)
    assert request.should_close()


def test_of_large_bodies_a_few_are_received_at_once_and_the_rest_wait(
    connect: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "ARRIVES_WITHIN", 0.01)
    monkeypatch.setattr(incoming, "_large", BoundedSemaphore(1))
    _, end = connect(a_menu(b"x" * (LARGEST_BODY + 1)))
    request = request_on(end)
    with incoming._large, pytest.raises(NotReceived):
        end.receive(request)
    _, end = connect(post(b"x"))
    request = request_on(end)
    with incoming._large:
        end.receive(request)
    assert request.body.read() == b"x"


def test_what_was_begun_is_late_and_what_was_not_ends_without_a_word(
    connect: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "ARRIVES_WITHIN", 0.0)
    monkeypatch.setattr(incoming, "IDLE_FOR", 0.01)
    _, begun = connect(b"GET / HT")
    with pytest.raises(NotReceived):
        request_on(begun)
    _, idle = connect()
    with pytest.raises(StopIteration):
        request_on(idle)


def test_where_too_many_wait_whoever_waits_longest_is_turned_away(connect: Open, places: Places) -> None:
    _, begun = connect(b"GET / HT")
    assert begun.recv(100) == b"GET / HT"
    _, idle = connect()
    _, third = connect(b"GET /")
    _, fourth = connect(b"GET /")
    assert places.waiting == 3
    with pytest.raises(PlaceNeeded):
        begun.recv(100)
    connect()
    assert idle.recv(100) == b""
    assert third.recv(100) == fourth.recv(100) == b"GET /"


def test_who_is_being_answered_is_not_turned_away(connect: Open, places: Places) -> None:
    _, answered = connect(post(b"a=b"))
    answered.receive(request_on(answered))
    for _ in range(5):
        connect()
    assert (places.working, places.waiting) == (1, 2)
    answered.expect_next()
    answered.client.settimeout(None)
    assert not answered._is_turned_away
