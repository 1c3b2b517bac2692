"""From a request to a taken-over socket: all or nothing, and never an error page inside a stream."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, Response, request

from ordertrack.live.cursor import Cursor
from ordertrack.live.hub import Hub, NotAdmitted
from ordertrack.live.replays import PAGE
from ordertrack.live.takeover import TAKEN_OVER
from ordertrack.streams import sse
from support.cast import House
from support.server import wait_for


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The server's end of a client's connection, and the client's."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname(), 20)
        ours, _ = server.accept()
    yield ours, client
    ours.close()
    client.close()


@pytest.fixture
def answer(app: Flask, hub: Hub, ends: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """`streaming.answer` in a request that came over gunicorn's socket."""
    monkeypatch.setitem(app.extensions, "hub", hub)
    with app.test_request_context("/stream", environ_overrides={"gunicorn.socket": ends[0]}):
        yield sse.answer
    hub.close()


def all_of(ends: tuple[socket.socket, socket.socket]) -> bytes:
    """What the client received, once the server's side has given up its own descriptor as gunicorn does."""
    ours, client = ends
    ours.close()
    received = b""
    while data := client.recv(65536):
        received += data
    return received


def test_who_is_admitted_gets_the_stream_on_the_clients_own_socket(
    cedar: House, hub: Hub, happen: Any, orders: Any, answer: Any, ends: Any
) -> None:
    happen(cedar)
    response = answer(cedar.maya.principal, orders.topic(cedar), None)
    assert isinstance(response, Response)
    assert request.environ[TAKEN_OVER]
    assert hub.count == 1
    hub.close()
    received = all_of(ends)
    assert received.startswith(b"HTTP/1.1 200 OK\r\n") and received.count(b"HTTP/1.1") == 1
    assert b"data: all of hamra at 1\nid: " in received


def test_who_is_refused_leaves_the_socket_to_the_error_page(
    cedar: House, rival: House, orders: Any, answer: Any, ends: Any
) -> None:
    with pytest.raises(NotAdmitted):
        answer(rival.maya.principal, orders.topic(cedar), None)
    assert TAKEN_OVER not in request.environ
    assert all_of(ends) == b""


def test_a_failure_before_the_stream_began_leaves_the_socket_to_the_error_page(
    cedar: House, log: Any, orders: Any, answer: Any, ends: Any
) -> None:
    def fail() -> None:
        raise ConnectionError("the database went away")

    log.after_head.append(fail)
    with pytest.raises(ConnectionError):
        answer(cedar.maya.principal, orders.topic(cedar), None)
    assert TAKEN_OVER not in request.environ
    assert all_of(ends) == b""


def test_a_failure_in_the_middle_of_a_stream_ends_it_without_an_error_page(
    cedar: House, hub: Hub, log: Any, write_past: Any, head: Any, program_orders: Any, answer: Any, ends: Any
) -> None:
    write_past(cedar, 1600)

    def fail() -> None:
        raise ConnectionError("the database went away")

    log.after_page += [lambda: None, fail]
    answer(cedar.program, program_orders.topic(cedar), Cursor(head(cedar).epoch, 0))
    assert request.environ[TAKEN_OVER], "the answer to the error goes nowhere"
    received = all_of(ends)
    wait_for(lambda: hub.count == 0, "the stream to be counted no more")
    assert received.count(b"HTTP/1.1") == 1
    assert received.count(b"\nid: ") == PAGE


def test_a_request_for_the_head_only_opens_nothing(
    app: Flask, cedar: House, hub: Hub, orders: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, "hub", hub)
    with app.test_request_context("/stream", method="HEAD"):
        assert sse.answer(cedar.program, orders.topic(cedar), None).mimetype == "text/event-stream"
    assert hub.count == 0
