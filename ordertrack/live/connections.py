"""Clients' sockets: once a request is authorized, we write to them, bound their backlog and close them."""

from __future__ import annotations

import os
import queue
import socket
import struct
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import gevent
from gevent.event import Event

from ordertrack.monitoring import metrics

TAIL_BOUND = 256 * 1024  # bytes a watcher may lag behind, besides two frames, before it is cut
KERNEL_BOUND = 128 * 1024  # bytes that the system may keep for it besides; it spends up to twice as much
GONE_AFTER = 15_000  # milliseconds without an answer to what was sent: gone within two heartbeats
DRAIN_PATIENCE = 30.0  # seconds

_HEAD = (
    b"HTTP/1.1 200 OK\r\n"
    b"Content-Type: text/event-stream; charset=utf-8\r\n"
    b"Cache-Control: no-store\r\n"
    b"X-Accel-Buffering: no\r\n"
    b"X-Content-Type-Options: nosniff\r\n"
    b"X-Request-Id: %s\r\n"
    b"%sConnection: close\r\n\r\n"
)
_CONNECTED = b": connected\n\n"
_IN_CHUNKS = b"Transfer-Encoding: chunked\r\n"
_LAST_CHUNK = b"0\r\n\r\n"
_chunk_of: tuple[bytes, bytes] = (
    b"",
    b"",
)  # what was last made a chunk of, and that: all watchers get the same


def _chunk(data: bytes) -> bytes:
    global _chunk_of
    if _chunk_of[0] is not data:
        _chunk_of = (data, b"%x\r\n%b\r\n" % (len(data), data))
    return _chunk_of[1]


def _ignore() -> None:
    return


def _tell_once(connection: SocketConnection | QueueConnection) -> None:
    """Call `on_close` once, and drop it: it forms a reference cycle with the connection."""
    on_close, connection.on_close = connection.on_close, _ignore
    on_close()


def _abort(descriptor: int) -> None:
    """Have the system throw away what it still holds for a client that does not take it."""
    with socket.socket(fileno=os.dup(descriptor)) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class SocketConnection:
    """A descriptor of our own on a client's socket: no greenlet, no queue, no request held for it.

    `in_chunks` what is written is a chunk of HTTP/1.1 each: there are libraries for programs that hand on a
    chunk at once, and anything else when some buffer is full; and an end is no cut then.
    """

    __slots__ = (
        "_drained",
        "_fd",
        "_in_chunks",
        "_reader",
        "_tail",
        "_tail_bound",
        "_tail_size",
        "_writer",
        "on_close",
    )

    def __init__(self, client: socket.socket, request_id: str = "-", *, in_chunks: bool = False) -> None:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BOUND)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, GONE_AFTER)
        self._fd = os.dup(client.fileno())
        os.set_blocking(self._fd, False)
        self._tail: deque[memoryview] | None = None
        self._tail_size = 0
        self._tail_bound = TAIL_BOUND
        self._writer: Any = None
        self._drained: Event | None = None
        self.on_close: Callable[[], None] = _ignore
        self._reader = gevent.get_hub().loop.io(self._fd, 1)
        self._reader.start(self._on_readable)
        self._in_chunks = False
        framing, begin = (_IN_CHUNKS, _chunk(_CONNECTED)) if in_chunks else (b"", _CONNECTED)
        self.write(_HEAD % (request_id.encode(), framing) + begin)
        self._in_chunks = in_chunks

    @property
    def is_open(self) -> bool:
        return self._fd >= 0

    def write(self, data: bytes, *, bounded: bool = True) -> None:
        """Send now what the socket takes and keep the rest; a watcher too far behind is cut.

        `bounded` False is for catching up, whose size is bounded by who sends it.
        """
        if self._fd < 0:
            return
        if self._in_chunks:
            if not data:
                return  # which would be the last one
            data = _chunk(data)
        sent = 0
        if self._tail is None:
            try:
                sent = os.write(self._fd, data)
            except BlockingIOError:
                pass
            except OSError:
                self.close("gone")
                return
            if sent == len(data):
                return
        # Who reads fast has had no time yet to take a large frame, nor the one that comes right behind it.
        room = self._tail_size + len(data) if not bounded else 2 * len(data)
        self._tail_bound = max(self._tail_bound, room + TAIL_BOUND)
        self._keep(memoryview(data)[sent:])

    def drain(self) -> bool:
        """Wait until all is sent; False if the watcher went or took too long."""
        if self._tail:
            self._drained = Event()
            self._drained.wait(DRAIN_PATIENCE)
            self._drained = None
        if self._tail:
            self.close("slow")
        return self._fd >= 0

    def close(self, why: str) -> None:
        """Give the descriptor back; does nothing the second time."""
        if self._fd < 0:
            return
        fd, self._fd = self._fd, -1
        is_whole = self._in_chunks and self._tail is None and why != "gone"
        self._reader.stop()
        self._reader.close()
        if self._writer is not None:
            self._writer.stop()
            self._writer.close()
        self._tail = None
        if why == "slow":
            _abort(fd)
        elif is_whole:
            with suppress(OSError):
                os.write(fd, _LAST_CHUNK)
        os.close(fd)
        metrics.cut.labels(why).inc()
        if self._drained is not None:
            self._drained.set()
        _tell_once(self)

    def _keep(self, rest: memoryview) -> None:
        if self._tail is None:
            self._tail = deque()
        self._tail.append(rest)
        self._tail_size += len(rest)
        if self._tail_size > self._tail_bound:
            self.close("slow")
            return
        if self._writer is None:
            self._writer = gevent.get_hub().loop.io(self._fd, 2)
            self._writer.start(self._on_writable)

    def _on_writable(self) -> None:
        while self._tail:
            try:
                sent = os.write(self._fd, self._tail[0])
            except BlockingIOError:
                return
            except OSError:
                self.close("gone")
                return
            self._tail_size -= sent
            if sent < len(self._tail[0]):
                self._tail[0] = self._tail[0][sent:]
            else:
                self._tail.popleft()
        self._tail = None
        self._tail_bound = TAIL_BOUND
        self._writer.stop()
        self._writer.close()
        self._writer = None
        if self._drained is not None:
            self._drained.set()

    def _on_readable(self) -> None:
        """End of file, or a reset, means that the watcher has gone; anything it says is not for us."""
        try:
            said = os.read(self._fd, 4096)
        except BlockingIOError:
            return
        except OSError:
            said = b""
        if not said:
            self.close("gone")


class QueueConnection:
    """Where there is no socket to take over (Flask's own server, the test client): a plain generator."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._waiting = 0
        self._bound = TAIL_BOUND
        self.is_open = True
        self.on_close: Callable[[], None] = _ignore

    def write(self, data: bytes, *, bounded: bool = True) -> None:
        room = self._waiting + len(data) if not bounded else 2 * len(data)
        self._bound = max(self._bound if self._waiting else 0, room + TAIL_BOUND)
        self._waiting += len(data)
        if self._waiting > self._bound:
            self.close("slow")
            return
        self._queue.put(data)

    def drain(self) -> bool:
        return True

    def close(self, why: str) -> None:
        if not self.is_open:
            return
        self.is_open = False
        metrics.cut.labels(why).inc()
        self._queue.put(None)
        _tell_once(self)

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield _CONNECTED
            while (data := self._queue.get()) is not None:
                self._waiting -= len(data)
                if data:
                    yield data
        finally:
            self.close("gone")
