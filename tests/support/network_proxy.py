"""The network before a server: a proxy that a test may cut, plug, slow down, hold back, or have swallow.

The server is ours, and then its clients are browsers and programs; or PostgreSQL, and then we are the client.
"""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import threading
import time
from typing import Literal

Kind = Literal["stream", "post", "page"]
Address = tuple[str, int] | str  # host and port, or the path of a Unix socket

_REQUEST = re.compile(rb"(GET|HEAD|POST) (\S+) HTTP/1\.1\r\n")
_RESET = struct.pack("ii", 1, 0)  # linger on, for no time: closing sends RST
_CHUNK = 65536
_PIECES_A_SECOND = 20


class _Call:
    """One connection of the browser's, the server's end of it, and what is being asked on it now."""

    def __init__(self, browser: socket.socket, server: socket.socket) -> None:
        self.ends = (browser, server)
        self.kind: Kind = "page"
        self.is_reset = False
        self.is_swallowed = False

    def reset(self) -> None:
        """Drop it as a router does: what is under way is lost, and both ends are told by RST."""
        self.is_reset = True
        for end in self.ends:
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                end.shutdown(socket.SHUT_RD)  # wakes whoever reads from it; closing sends the RST

    def hang_up(self) -> None:
        for end in [] if self.is_reset else self.ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class NetworkProxy:
    """Listens on `address`, passes everything on to a server, and writes down each request in `requests`.

    `server` is a port of this machine, or an address.
    """

    def __init__(self, server: int | Address) -> None:
        self.requests: list[str] = []
        self.passed = 0  # bytes sent on to the browser
        self._server: Address = ("127.0.0.1", server) if isinstance(server, int) else server
        self._changed = threading.Condition()
        self._held: set[Kind] = set()
        self._is_plugged = False
        self._is_cut = False
        self._is_swallowing = False
        self._bytes_a_second: int | None = None
        self._calls: set[_Call] = set()
        self._swallowed: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Reset every connection, and each new one."""
        with self._changed:
            self._is_cut = True
            for call in self._calls:
                call.reset()
            self._changed.notify_all()

    def hang_up(self) -> None:
        """End every connection in order, as a proxy that is restarted: what has come is passed on first."""
        with self._changed:
            for call in self._calls:
                with contextlib.suppress(OSError):
                    call.ends[1].shutdown(socket.SHUT_RDWR)

    def plug(self) -> None:
        """Keep every connection and pass nothing on, either way, until `let_through`."""
        self._set(_is_plugged=True)

    def swallow(self) -> None:
        """Accept all data and pass none on, either way, without closing anything.

        Connections open now or made meanwhile never recover, as if a router had forgotten them; those made
        after `let_through` work.
        """
        with self._changed:
            self._is_swallowing = True
            for call in self._calls:
                call.is_swallowed = True

    def hold(self, *kinds: Kind) -> None:
        """Hold back the server's answers to requests of these kinds, and nothing else."""
        self._set(_held=set(kinds))

    def let_through(self, bytes_a_second: int | None = None) -> None:
        """Be an ordinary network again, or a slow one; what was kept back goes first."""
        self._set(
            _held=set(),
            _is_plugged=False,
            _is_cut=False,
            _is_swallowing=False,
            _bytes_a_second=bytes_a_second,
        )

    def close(self) -> None:
        """Refuse new connections, and end those that there are: to clients the server itself has ended."""
        if self._listener.fileno() >= 0:
            self._listener.shutdown(socket.SHUT_RDWR)  # or the thread that accepts would never end
            self._listener.close()
        self.cut()
        for browser in self._swallowed:
            browser.close()

    def asked(self, what: str) -> int:
        """How many requests have come whose method and address contain `what`."""
        return sum(what in request for request in list(self.requests))

    @property
    def connections(self) -> int:
        """How many are open now."""
        return len(self._calls)

    def _set(self, **changes: object) -> None:
        with self._changed:
            vars(self).update(changes)
            self._changed.notify_all()

    def _accept(self) -> None:
        while True:
            try:
                browser, _ = self._listener.accept()
            except OSError:
                return
            if self._is_cut:
                browser.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                browser.close()
                continue
            if self._is_swallowing:
                self._swallowed.append(browser)
                continue
            threading.Thread(target=self._connect, args=(browser,), daemon=True).start()

    def _connect(self, browser: socket.socket) -> None:
        try:
            server = _connect(self._server)
        except OSError:
            browser.close()
            return
        for end in (browser, server):
            if end.family != socket.AF_UNIX:
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        call = _Call(browser, server)
        with self._changed:
            call.is_swallowed = self._is_swallowing
            self._calls.add(call)
            if self._is_cut:  # since it was accepted
                call.reset()
        answers = threading.Thread(target=self._answers, args=(call,), daemon=True)
        answers.start()
        self._questions(call)
        answers.join()
        with self._changed:
            self._calls.discard(call)
        for end in call.ends:
            end.close()

    def _questions(self, call: _Call) -> None:
        browser, server = call.ends
        with contextlib.suppress(OSError):
            while data := browser.recv(_CHUNK):
                if found := _REQUEST.match(data):
                    path = found[2].decode()
                    self.requests.append(f"{found[1].decode()} {path}")
                    call.kind = _kind(found[1], path)
                self._wait(call, answering=False)
                if not call.is_swallowed:
                    server.sendall(data)
            self._wait(call, answering=False)  # a hang-up is not passed on while plugged either
        self._end(call)

    def _answers(self, call: _Call) -> None:
        _, server = call.ends
        with contextlib.suppress(OSError):
            while data := server.recv(_CHUNK):
                if not call.is_swallowed:
                    self._trickle(call, data)
            self._wait(call, answering=True)
        self._end(call)

    def _end(self, call: _Call) -> None:
        """One side has closed: close the other, unless the connection is swallowed."""
        if not call.is_swallowed:
            call.hang_up()

    def _trickle(self, call: _Call, data: bytes) -> None:
        """Send at the speed of the moment, piece by piece: bytes a second on each connection."""
        while data:
            self._wait(call, answering=True)
            speed = self._bytes_a_second
            size = len(data) if speed is None else max(1, speed // _PIECES_A_SECOND)
            call.ends[0].sendall(data[:size])
            self.passed += len(data[:size])
            data = data[size:]
            if speed is not None:
                time.sleep(1 / _PIECES_A_SECOND)

    def _wait(self, call: _Call, *, answering: bool) -> None:
        """Wait until data may pass; raises ConnectionResetError once the connection is reset."""

        def is_decided() -> bool:
            held = answering and call.kind in self._held
            return call.is_reset or not (self._is_plugged or held)

        with self._changed:
            self._changed.wait_for(is_decided)
        if call.is_reset:
            raise ConnectionResetError


def _connect(server: Address) -> socket.socket:
    if not isinstance(server, str):
        return socket.create_connection(server)
    unix = socket.socket(socket.AF_UNIX)
    unix.connect(server)
    return unix


def _kind(method: bytes, path: str) -> Kind:
    if method == b"POST":
        return "post"
    return "stream" if path.partition("?")[0].endswith("/stream") else "page"
