"""Where no socket can be taken over, and which may be."""

from __future__ import annotations

import socket
import ssl
from typing import Any

import pytest

from ordertrack.live.connections import TAIL_BOUND, QueueConnection
from ordertrack.live.takeover import TAKEN_OVER, TakeOver, socket_to_take_over


def test_what_is_written_is_yielded_in_order_until_it_closes() -> None:
    connection = QueueConnection()
    for data in (b"a", b"", b"b"):
        connection.write(data)
    connection.close("shutdown")
    assert list(connection) == [b": connected\n\n", b"a", b"b"]
    assert not connection.is_open


def test_whoever_stops_reading_is_forgotten() -> None:
    connection = QueueConnection()
    gone: list[bool] = []
    connection.on_close = lambda: gone.append(True)
    stream = iter(connection)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    connection.close("again")
    assert gone == [True]


def test_a_watcher_past_the_bound_is_cut() -> None:
    connection = QueueConnection()
    writes = 0
    while connection.is_open:
        connection.write(b"x" * 1400)
        writes += 1
    assert TAIL_BOUND < writes * 1400 < TAIL_BOUND + 3 * 1400


def test_catching_up_may_be_longer_than_the_bound() -> None:
    connection = QueueConnection()
    connection.write(b"s" * (3 * TAIL_BOUND), bounded=False)
    assert connection.is_open
    assert connection.drain()


def test_only_a_plain_socket_of_http_1_is_taken_over() -> None:
    with socket.socket() as plain:
        assert socket_to_take_over({"gunicorn.socket": plain}) is plain
        assert socket_to_take_over({"gunicorn.socket": plain, "HTTP_VERSION": "2"}) is None
        assert socket_to_take_over({}) is None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        with context.wrap_socket(plain, do_handshake_on_connect=False, server_hostname="x") as wrapped:
            assert socket_to_take_over({"gunicorn.socket": wrapped}) is None


class Body(list[bytes]):
    """A response's iterable that knows whether it was closed, as a server must do."""

    is_closed = False

    def close(self) -> None:
        self.is_closed = True


def test_an_ordinary_answer_passes_through() -> None:
    began: list[Any] = []
    body = Body([b"hello"])

    def app(environ: dict[str, Any], start_response: Any) -> Body:
        start_response("200 OK", [("X", "y")])
        return body

    assert TakeOver(app)({}, lambda *response: began.append(response)) is body
    assert began == [("200 OK", [("X", "y")])]


def test_of_an_answer_that_was_taken_over_the_server_hears_nothing() -> None:
    began: list[Any] = []
    body = Body()

    def app(environ: dict[str, Any], start_response: Any) -> Body:
        environ[TAKEN_OVER] = True
        start_response("200 OK", [])
        return body

    with pytest.raises(StopIteration):
        TakeOver(app)({}, lambda *response: began.append(response))
    assert (began, body.is_closed) == ([], True)
