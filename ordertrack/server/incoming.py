"""What a client sends: each request within a few seconds, as a whole, or the connection is closed."""

from __future__ import annotations

import io
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from gunicorn.http.body import Body
from gunicorn.http.errors import NoMoreData, ParseException

from ordertrack.web.bodies import LARGEST_BODY, largest

ARRIVES_WITHIN = 10.0  # seconds for a header, and again for its body: not between bytes, but for all of it
_TELLING = 20  # bytes that say for whom a request is: a method, and how its address begins
LARGE_AT_ONCE = 4  # bodies above LARGEST_BODY that are being received; each may take as long as it is large
IDLE_FOR = 5.0  # seconds until a connection on which nothing is being sent is closed


class NotReceived(Exception):
    """A request did not arrive whole in time, or its place was needed."""


class Arrivals:
    """The connections of a worker that wait for a request, the one that began first foremost.

    They are bounded: past `most`, whoever waits longest is turned away. An honest request arrives within
    milliseconds, so that is hardly ever one.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: dict[Incoming, None] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, incoming: Incoming) -> None:
        self._waiting[incoming] = None
        if len(self._waiting) > self._most:
            longest = next(iter(self._waiting))
            del self._waiting[longest]
            longest.turn_away()

    def remove(self, incoming: Incoming) -> None:
        self._waiting.pop(incoming, None)


class Incoming:
    """A client's socket with time limits on what gunicorn's parser reads; all else goes to the socket."""

    def __init__(self, client: socket.socket, arrivals: Arrivals) -> None:
        self.client = client
        self._arrivals = arrivals
        self._deadline: float | None = None  # None while nothing of the next request has come
        self._is_turned_away = False
        self.beginning = b""  # of what is being received, to know in which form to refuse it
        arrivals.add(self)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def recv(self, size: int) -> bytes:
        """The next bytes; none at the end, or if no request begins within IDLE_FOR. Raises NotReceived."""
        left = IDLE_FOR if self._deadline is None else self._deadline - time.monotonic()
        if left <= 0:
            raise NotReceived()
        self.client.settimeout(left)
        try:
            data = self.client.recv(size)
        except TimeoutError:
            if self._deadline is not None:
                raise NotReceived() from None
            return b""  # without an answer, which a browser would take for that to its next request
        finally:
            self.client.settimeout(None)
        if not data and self._is_turned_away and self._deadline is not None:
            raise NotReceived()
        if self._deadline is None:
            self._deadline = time.monotonic() + ARRIVES_WITHIN
            self.beginning = data[:_TELLING]
        elif len(self.beginning) < _TELLING:
            self.beginning += data[: _TELLING - len(self.beginning)]
        return data

    def receive(self, request: Any) -> None:
        """Have the body of a request here before anybody looks at it, so that no work waits for a client.

        A body that is larger than any may be is left where it is, for whoever refuses it, and in chunks it is
        told by a length as any other is. Where the next request would begin is then unknown: the connection
        ends with the answer. Raises NotReceived, or NoMoreData if the client went before it had said all.
        """
        wants_to_be_asked, request._expected_100_continue = request._expected_100_continue, False
        announced, most = _announced(request), largest(request.method, request.path)
        with _room_for(announced, most):
            self._deadline = time.monotonic() + ARRIVES_WITHIN * max(1.0, announced / LARGEST_BODY)
            if announced > most:
                request.force_close()
            else:
                if wants_to_be_asked:
                    self.client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
                received = _Received(request.body, announced)
                request.body = Body(received)
                if received.is_too_large:
                    request.headers = _with_length(request, most + 1)
                if not received.is_whole:
                    request.force_close()
        self._arrivals.remove(self)

    def expect_next(self) -> None:
        """The request was answered: wait for another one."""
        self._deadline = None
        self._arrivals.add(self)

    def turn_away(self) -> None:
        """Receive no more; what has arrived is still read, so a request that is here is answered."""
        self._is_turned_away = True
        # gevent's own shutdown would cancel a greenlet that waits for data instead of waking it.
        plain = getattr(self.client, "_sock", self.client)
        with suppress(OSError):  # gone by itself
            plain.shutdown(socket.SHUT_RD)

    def forget(self) -> None:
        self._arrivals.remove(self)


class _Received:
    """A body that is here; what is wrong with its form is said to whoever reads it to its end."""

    def __init__(self, body: Any, announced: int) -> None:
        self._body = body
        self._error: ParseException | None = None
        received, most = b"", max(announced, LARGEST_BODY)
        try:
            received = body.read(most + 1)
        except ParseException as error:
            self._error = error
        if len(received) < announced:
            raise NoMoreData()
        self._received = io.BytesIO(received)
        self.is_too_large = len(received) > most
        self.is_whole = self._error is None and not self.is_too_large

    def read(self, size: int) -> bytes:
        if data := self._received.read(size):
            return data
        if self._error is not None:
            raise self._error
        return bytes(self._body.read(size))


@contextmanager
def _room_for(announced: int, most: int) -> Iterator[None]:
    """Wait until a body may be received that is larger than others are; raises NotReceived if none ends."""
    if not LARGEST_BODY < announced <= most:
        yield
    elif _large.acquire(timeout=ARRIVES_WITHIN):
        try:
            yield
        finally:
            _large.release()
    else:
        raise NotReceived()


_large = threading.BoundedSemaphore(LARGE_AT_ONCE)


def _with_length(request: Any, length: int) -> list[tuple[str, str]]:
    """The headers as if the body had announced this instead of coming in chunks."""
    others = [(name, value) for name, value in request.headers if name != "TRANSFER-ENCODING"]
    return [*others, ("CONTENT-LENGTH", str(length))]


def _announced(request: Any) -> int:
    """How long the body says it is, in bytes; 0 if it does not say."""
    return max((int(value) for name, value in request.headers if name == "CONTENT-LENGTH"), default=0)
