"""Streams that read a log from its beginning, in a process of their own: who asks is not held up."""

from __future__ import annotations

import multiprocessing
import selectors
import signal
import socket
import time
from types import TracebackType
from typing import Any, Self

_PATIENCE = 60.0  # seconds
_REQUEST = (
    "GET /api/v1/stream?include=actions HTTP/1.0\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n"
    "Last-Event-ID: {epoch}-0\r\n\r\n"
)
_MARK = b"\nid: "  # one a told entry, but for one that is cut by the end of a read


class Readers:
    """`told` is how many entries they were told so far, all together."""

    def __init__(self, port: int, keys: list[str], epoch: int, count: int) -> None:
        self._count = count
        self._told = multiprocessing.Value("q", 0)
        self._refused = multiprocessing.Value("q", 0)
        asked = [_REQUEST.format(key=keys[n % len(keys)], epoch=epoch).encode() for n in range(count)]
        self._process = multiprocessing.Process(
            target=_read, args=(port, asked, self._told, self._refused), daemon=True
        )

    def __enter__(self) -> Self:
        self._process.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.join()

    @property
    def told(self) -> int:
        return int(self._told.value)

    @property
    def refused(self) -> int:
        """How many were not let in, or have ended."""
        return int(self._refused.value)

    def begin(self) -> None:
        """Wait until something was told."""
        deadline = time.monotonic() + _PATIENCE
        while not self.told:
            if time.monotonic() > deadline:
                raise SystemExit("nothing was replayed")
            time.sleep(0.05)

    def check(self) -> None:
        """Raise if any of them was refused, or has ended: then nothing was measured."""
        if self.refused:
            raise SystemExit(f"{self.refused} of {self._count} replays were refused or ended")


def _read(port: int, asked: list[bytes], told: Any, refused: Any) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # not what the bench does then
    waiting = selectors.DefaultSelector()
    for each in asked:
        client = socket.create_connection(("127.0.0.1", port), _PATIENCE)
        client.sendall(each)
        client.setblocking(False)
        waiting.register(client, selectors.EVENT_READ, {"is_new": True})
    while waiting.get_map():
        for key, _ in waiting.select(1.0):
            client = key.fileobj  # type: ignore[assignment]
            said = client.recv(1 << 18)
            if key.data["is_new"] and said:
                key.data["is_new"] = False
                if not said.startswith(b"HTTP/1.1 200 "):
                    said = b""
            if not said:
                refused.value += 1
                waiting.unregister(client)
            told.value += said.count(_MARK)
