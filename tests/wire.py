"""The network between a browser and the server: a proxy that a test may cut, plug, slow down or hold back."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import threading
import time
from typing import Literal

Kind = Literal["stream", "post", "page"]

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


class Wire:
    """Listens on `address`, passes everything on to `port`, and writes down each request in `requests`."""

    def __init__(self, port: int) -> None:
        self.requests: list[str] = []
        self.passed = 0  # bytes sent on to the browser
        self._port = port
        self._changed = threading.Condition()
        self._held: set[Kind] = set()
        self._is_plugged = False
        self._is_cut = False
        self._bytes_a_second: int | None = None
        self._calls: set[_Call] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Reset every connection, and each new one."""
        with self._changed:
            self._is_cut = True
            for call in self._calls:
                call.reset()
            self._changed.notify_all()

    def plug(self) -> None:
        """Keep every connection and pass nothing on, either way, until `let_through`."""
        self._set(_is_plugged=True)

    def hold(self, *kinds: Kind) -> None:
        """Keep back what the server sends on such requests, and nothing else."""
        self._set(_held=set(kinds))

    def let_through(self, bytes_a_second: int | None = None) -> None:
        """Be an ordinary wire again, or a slow one; what was kept back goes first."""
        self._set(_held=set(), _is_plugged=False, _is_cut=False, _bytes_a_second=bytes_a_second)

    def close(self) -> None:
        self._listener.close()
        self.cut()

    def asked(self, what: str) -> int:
        """How many requests have come whose method and address contain `what`."""
        return sum(what in request for request in list(self.requests))

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
            threading.Thread(target=self._connect, args=(browser,), daemon=True).start()

    def _connect(self, browser: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self._port))
        except OSError:
            browser.close()
            return
        for end in (browser, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        call = _Call(browser, server)
        with self._changed:
            self._calls.add(call)
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
                server.sendall(data)
            self._wait(call, answering=False)  # hanging up does not pass a plug either
        call.hang_up()

    def _answers(self, call: _Call) -> None:
        _, server = call.ends
        with contextlib.suppress(OSError):
            while data := server.recv(_CHUNK):
                self._trickle(call, data)
            self._wait(call, answering=True)
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
        """Until this may pass; raises ConnectionResetError if it never will."""

        def is_decided() -> bool:
            held = answering and call.kind in self._held
            return call.is_reset or not (self._is_plugged or held)

        with self._changed:
            self._changed.wait_for(is_decided)
        if call.is_reset:
            raise ConnectionResetError


def _kind(method: bytes, path: str) -> Kind:
    if method == b"POST":
        return "post"
    return "stream" if path.partition("?")[0].endswith("/stream") else "page"
