"""What a client sends: each request within a few seconds, as a whole, or the connection is closed."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from gunicorn.http.body import Body

from ordertrack.server.places import Places
from ordertrack.server.received import Received, announced, with_length
from ordertrack.web.bodies import LARGEST_BODY, largest

ARRIVES_WITHIN = 10.0  # seconds for a header, and again for its body: not between bytes, but for all of it
_TELLING = 20  # bytes that say for whom a request is: a method, and how its address begins
LARGE_AT_ONCE = 4  # bodies above LARGEST_BODY that are being received; each may take as long as it is large
IDLE_FOR = 5.0  # seconds until a connection on which nothing is being sent is closed


class NotReceived(Exception):
    """A request did not arrive whole in time."""


class PlaceNeeded(NotReceived):
    """A request was still arriving when its place was needed."""


class Incoming:
    """A client's socket with time limits on what gunicorn's parser reads; all else goes to the socket."""

    def __init__(self, client: socket.socket, places: Places) -> None:
        self.client = client
        self._places = places
        self._deadline: float | None = None  # None while nothing of the next request has come
        self._is_turned_away = False
        self._quiet_since = time.monotonic()
        self.beginning = b""  # of what is being received, to know in which form to refuse it
        places.wait(client, self.turn_away)

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
            raise PlaceNeeded()
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
        length, most = announced(request), largest(request.method, request.path)
        with _room_for(length, most):
            self._deadline = time.monotonic() + ARRIVES_WITHIN * max(1.0, length / LARGEST_BODY)
            if length > most:
                request.force_close()
            else:
                if wants_to_be_asked:
                    self.client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
                received = Received(request.body, length)
                request.body = Body(received)
                if received.is_too_large:
                    request.headers = with_length(request, most + 1)
                if not received.is_whole:
                    request.force_close()
        self._places.go_on(self.client)

    def expect_next(self) -> None:
        """The request was answered: wait for another one."""
        self._deadline = None
        self._quiet_since = time.monotonic()
        self._places.wait(self.client, self.turn_away)

    def end_if_quiet(self, seconds: float) -> None:
        """Turn it away if nothing of a request has come for so long, and none is being answered."""
        is_waiting = self._deadline is None and not self._is_turned_away
        if is_waiting and time.monotonic() - self._quiet_since >= seconds:
            self.turn_away()

    def turn_away(self) -> None:
        """Receive no more; what has arrived is still read, so a request that is here is answered."""
        self._is_turned_away = True
        # gevent's own shutdown would cancel a greenlet that waits for data instead of waking it.
        plain = getattr(self.client, "_sock", self.client)
        with suppress(OSError):  # gone by itself
            plain.shutdown(socket.SHUT_RD)


@contextmanager
def _room_for(length: int, most: int) -> Iterator[None]:
    """Wait until a body may be received that is larger than others are; raises NotReceived if none ends."""
    if not LARGEST_BODY < length <= most:
        yield
    elif _large.acquire(timeout=ARRIVES_WITHIN):
        try:
            yield
        finally:
            _large.release()
    else:
        raise NotReceived()


_large = threading.BoundedSemaphore(LARGE_AT_ONCE)
