"""What a client takes: each answer within its time, or the connection is cut off."""

from __future__ import annotations

import errno
import socket
import struct
import time
from contextlib import suppress
from typing import Any

from ordertrack.live.connections import KERNEL_BOUND
from ordertrack.monitoring import metrics
from ordertrack.server.incoming import Incoming
from ordertrack.server.places import Places

TAKEN_WITHIN = 30.0  # seconds for an answer
LEAST_RATE = 8 * 1024  # bytes of it for which a client has a second more
_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: close with a reset, and throw away what was not taken


def bound(client: socket.socket) -> None:
    """Have the system keep little for a client, and forget one that takes nothing or vanished."""
    with suppress(OSError):  # gone already
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BOUND)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(TAKEN_WITHIN * 1000))


class Outgoing:
    """A client's socket that an answer is written to; all else goes to the socket.

    While the client does not take what is sent, it is waited for, and may be turned away.
    """

    def __init__(self, incoming: Incoming, places: Places) -> None:
        self._client = incoming.client
        self._places = places
        self._size = 0
        self._waits_since: float | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def sendall(self, data: bytes) -> None:
        """Send it; raises BrokenPipeError if the client goes, takes too long, or its place is needed."""
        self._size += len(data)
        self._client.settimeout(0)
        try:
            sent = self._client.send(data)
        except BlockingIOError:
            sent = 0
        finally:
            self._client.settimeout(None)
        if sent < len(data):
            self._wait_to_send(memoryview(data)[sent:])

    def turn_away(self) -> None:
        """Throw away what was not taken."""
        # gevent's own shutdown would cancel a greenlet that waits to send instead of waking it.
        plain = getattr(self._client, "_sock", self._client)
        with suppress(OSError):  # gone by itself
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            plain.shutdown(socket.SHUT_RDWR)

    def _wait_to_send(self, rest: memoryview) -> None:
        if self._waits_since is None:
            self._waits_since = time.monotonic()
        until = self._waits_since + TAKEN_WITHIN + self._size / LEAST_RATE
        self._places.wait(self._client, self.turn_away)
        try:
            self._client.settimeout(max(until - time.monotonic(), 0.001))
            self._client.sendall(rest)
        except TimeoutError:
            metrics.turned_away.labels("answer not taken").inc()
            self._places.say("an answer was not taken in time: its connection is cut off")
            self.turn_away()
            raise BrokenPipeError(errno.EPIPE, "the answer was not taken in time") from None
        finally:
            self._client.settimeout(None)
            self._places.go_on(self._client)
