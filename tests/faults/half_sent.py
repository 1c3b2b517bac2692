"""Many clients that begin a request and never end it, read all at once from one thread."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Iterable
from typing import Self


class HalfSent:
    """A connection for each of `beginnings`; what the server says to it, until it closes.

    With `trickle`, each goes on by one more of these bytes whenever all are looked at, and so never stops.
    """

    def __init__(self, port: int, beginnings: Iterable[bytes], trickle: bytes = b"") -> None:
        self._port = port
        self._beginnings = list(beginnings)
        self._trickle = trickle
        self._selector = selectors.DefaultSelector()
        self.answers: dict[socket.socket, bytes] = {}

    def __enter__(self) -> Self:
        for beginning in self._beginnings:
            client = socket.create_connection(("127.0.0.1", self._port), 10)
            client.sendall(beginning)
            client.setblocking(False)
            self._selector.register(client, selectors.EVENT_READ)
            self.answers[client] = b""
        return self

    def __exit__(self, *_: object) -> None:
        for client in self.answers:
            client.close()
        self._selector.close()

    @property
    def open(self) -> int:
        """How many the server has not closed, as far as was read."""
        return len(self._selector.get_map())

    def read_until_closed(self, patience: float) -> None:
        """Read what comes until the server has closed all; fails the test if it does not in time."""
        deadline = time.monotonic() + patience
        while self.open:
            assert time.monotonic() < deadline, f"{self.open} of {len(self.answers)} are still open"
            for key, _ in self._selector.select(0.5):
                self._read(key.fileobj)
            if self._trickle:
                self._go_on()

    def _read(self, client: object) -> None:
        assert isinstance(client, socket.socket)
        try:
            said = client.recv(65536)
        except ConnectionResetError:
            said = b""
        self.answers[client] += said
        if not said:
            self._selector.unregister(client)

    def _go_on(self) -> None:
        for key in list(self._selector.get_map().values()):
            assert isinstance(key.fileobj, socket.socket)
            try:
                key.fileobj.send(self._trickle)
            except OSError:
                continue  # closed: what it was told is read next
