"""Strangers who hold a connection each in one way, and come back as often as they are turned away."""

from __future__ import annotations

import selectors
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Self

COMES_BACK_AFTER = 0.5  # seconds
GOES_ON_EVERY = 1.0  # seconds


class _Stranger:
    """One of them, and what is left to be said of what it says at first."""

    def __init__(self, said: bytes) -> None:
        self.socket: socket.socket | None = None
        self.left = said
        self.heard = b""
        self.back_at = 0.0


class Strangers:
    """`count` of them: each says `beginning`, and `trickle` again every second, or reads a byte as often.

    `reads` False: they take nothing but what one byte a second is. `then` is done to a socket that has said
    all of its beginning.
    """

    def __init__(
        self,
        port: int,
        count: int,
        beginning: bytes,
        trickle: bytes = b"",
        reads: bool = True,
        then: Callable[[socket.socket], None] | None = None,
    ) -> None:
        self._port = port
        self._beginning = beginning
        self._trickle = trickle
        self._reads = reads
        self._then = then
        self._strangers = [_Stranger(beginning) for _ in range(count)]
        self._selector = selectors.DefaultSelector()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._hold, name="strangers")
        self.said: Counter[bytes] = Counter()
        """The first line of what each was told before it was turned away; b"" where that was nothing.

        Not of whoever was turned away before having said its beginning, to whom there is nothing to say.
        """
        self.heads: set[bytes] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()
        for each in self._strangers:
            if each.socket is not None:
                each.socket.close()
        self._selector.close()

    @property
    def open(self) -> int:
        return sum(each.socket is not None for each in self._strangers)

    def _hold(self) -> None:
        goes_on_at = time.monotonic() + GOES_ON_EVERY
        while not self._stopped.is_set():
            now = time.monotonic()
            for each in self._strangers:
                if each.socket is None and each.back_at <= now:
                    self._come(each)
            for key, mask in self._selector.select(0.05):
                self._be_ready(key.data, mask)
            if now >= goes_on_at:
                goes_on_at = now + GOES_ON_EVERY
                for each in self._strangers:
                    self._go_on(each)

    def _come(self, each: _Stranger) -> None:
        each.socket = socket.socket()
        each.socket.setblocking(False)
        if not self._reads:
            each.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        each.socket.connect_ex(("127.0.0.1", self._port))
        each.left, each.heard = self._beginning, b""
        with suppress(OSError):  # at once if it is connected, before its place is needed
            each.left = each.left[each.socket.send(each.left) if each.left else 0 :]
        self._selector.register(each.socket, selectors.EVENT_WRITE, each)

    def _be_ready(self, each: _Stranger, mask: int) -> None:
        assert each.socket is not None
        try:
            if mask & selectors.EVENT_WRITE:
                each.left = each.left[each.socket.send(each.left) if each.left else 0 :]
                if each.left:
                    return
                if self._then is not None:
                    self._then(each.socket)
                if self._reads:
                    self._selector.modify(each.socket, selectors.EVENT_READ, each)
                else:
                    self._selector.unregister(each.socket)
                return
            self._hear(each, each.socket.recv(65536))
        except OSError:
            self._go(each)

    def _hear(self, each: _Stranger, said: bytes) -> None:
        each.heard += said
        if not said:
            self._go(each)

    def _go_on(self, each: _Stranger) -> None:
        if each.socket is None or each.left:
            return
        try:
            if self._trickle:
                each.socket.send(self._trickle)
            if not self._reads:
                self._hear(each, each.socket.recv(1))
        except BlockingIOError:
            return
        except OSError:
            self._go(each)

    def _go(self, each: _Stranger) -> None:
        assert each.socket is not None
        if each.socket in {key.fileobj for key in self._selector.get_map().values()}:
            self._selector.unregister(each.socket)
        each.socket.close()
        each.socket = None
        each.back_at = time.monotonic() + COMES_BACK_AFTER
        if each.left:
            return
        self.said[each.heard.partition(b"\r\n")[0]] += 1
        self.heads.add(each.heard.partition(b"\r\n\r\n")[0])
