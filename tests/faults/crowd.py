"""Many readers of one event stream in one thread: what each was told, in what order, and how it ended."""

from __future__ import annotations

import random
import selectors
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from enum import StrEnum

_FIELDS = (b"id:", b"event:", b"data:", b"retry:", b":")
_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: close with a reset


class Ending(StrEnum):
    CLOSED = "closed in order"
    RESET = "reset"
    BYE = "bye"
    REFUSED = "refused"


def seq_of(cursor: str) -> int:
    """The position in the log; 0 if it is none."""
    seq = cursor.partition("-")[2]
    return int(seq) if seq.isdigit() else 0


class Reader:
    """One page or program: reads, remembers, and comes back with the last id that it was told."""

    def __init__(self, crowd: Crowd, start: str) -> None:
        self._crowd = crowd
        self.cursor = start
        self.since = seq_of(start)  # `seen` holds all that came after this
        self.seen: list[int] = []
        self.snapshots = self.heartbeats = self.bytes = 0
        self.endings: Counter[Ending] = Counter()
        self.refusals: Counter[int] = Counter()
        self.strange: list[bytes] = []
        self.is_streaming = False
        self.ended_at = self.retry_at = 0.0
        self.socket: socket.socket | None = None
        self._rest = b""
        self._said_bye = False

    def open(self) -> None:
        self.socket = socket.socket()
        self.socket.setblocking(False)
        if self._crowd.receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._crowd.receive_buffer)
        self.socket.connect_ex(("127.0.0.1", self._crowd.port))
        self._rest = b""
        self._said_bye = False
        self._crowd.selector.register(self.socket, selectors.EVENT_WRITE, self)

    def ready(self, mask: int) -> None:
        assert self.socket is not None
        try:
            if mask & selectors.EVENT_WRITE:
                self.socket.send(self._crowd.request(self.cursor))
                self._crowd.selector.modify(self.socket, selectors.EVENT_READ, self)
                return
            said = self.socket.recv(1 << 18)
        except BlockingIOError:
            return
        except OSError:
            self.end(Ending.RESET)
            return
        if not said:
            self.end(Ending.BYE if self._said_bye else Ending.CLOSED)
            return
        self.bytes += len(said)
        self._hear(said)

    def end(self, how: Ending, *, at_once: bool = False) -> None:
        assert self.socket is not None
        self._crowd.selector.unregister(self.socket)
        if at_once:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self.socket.close()
        self.socket = None
        self.endings[how] += 1
        self.is_streaming = False
        self.ended_at = time.monotonic()
        self.retry_at = self.ended_at + (0 if at_once else random.uniform(0.1, 0.6))

    def _hear(self, said: bytes) -> None:
        self._rest += said
        if not self.is_streaming:
            head, end, rest = self._rest.partition(b"\r\n\r\n")
            if not end:
                return
            status = int(head.split(b" ", 2)[1])
            if status != 200:
                self.refusals[status] += 1
                self.end(Ending.REFUSED)
                return
            self.is_streaming = True
            self._rest = rest
        *blocks, self._rest = self._rest.split(b"\n\n")
        for block in blocks:
            self._take(block)

    def _take(self, block: bytes) -> None:
        fields = dict(line.split(b": ", 1) for line in block.split(b"\n") if b": " in line[:7])
        if not all(line.startswith(_FIELDS) for line in block.split(b"\n")):
            self.strange.append(block)
        position = fields.get(b"id")
        event = fields.get(b"event")
        self.heartbeats += event == b"hb"
        self._said_bye |= event == b"bye"
        if position is None:
            return
        self.cursor = position.decode()
        seq = seq_of(self.cursor)
        if event == b"reset" or (event is None and b'hx-swap="innerHTML"' in block):
            self.snapshots += 1
            self.since, self.seen = seq, []
        elif event != b"hb":
            self.seen.append(seq)


class Crowd:
    """`size` readers of `path`, from the cursor `start` on, which come back whenever they lose the stream."""

    def __init__(self, port: int, path: str, headers: dict[str, str], size: int, start: str) -> None:
        self.port = port
        self.headers = headers
        self._lines = [f"GET {path} HTTP/1.0", "Host: localhost"]  # which knows no chunks
        self._lines += [f"{name}: {value}" for name, value in headers.items()]
        self.selector = selectors.DefaultSelector()
        self.readers = [Reader(self, start) for _ in range(size)]
        self.receive_buffer: int | None = None
        self.comes_back = True
        self.is_reading = True
        self._stopped = threading.Event()
        self._asked: list[Callable[[], None]] = []
        self._thread = threading.Thread(target=self._read, name=f"crowd at {path}")

    def __enter__(self) -> Crowd:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()
        for reader in self.readers:
            if reader.socket is not None:
                reader.socket.close()
        self.selector.close()

    def request(self, cursor: str) -> bytes:
        return "\r\n".join([*self._lines, f"Last-Event-ID: {cursor}", "", ""]).encode()

    @property
    def streaming(self) -> int:
        return sum(reader.is_streaming for reader in self.readers)

    def ended(self, how: Ending) -> int:
        return sum(reader.endings[how] for reader in self.readers)

    def is_current(self, seq: int) -> bool:
        """Whether everybody has been told of `seq`."""
        return all(max([reader.since, *reader.seen[-1:]]) >= seq for reader in self.readers)

    def drop(self) -> None:
        """Cut every stream from this side at once, with a reset; all come back in the same moment."""

        def drop() -> None:
            for reader in self.readers:
                if reader.socket is not None:
                    reader.end(Ending.RESET, at_once=True)

        self._asked.append(drop)

    def _read(self) -> None:
        while not self._stopped.is_set():
            while self._asked:
                self._asked.pop()()
            now = time.monotonic()
            if self.comes_back:
                for reader in self.readers:
                    if reader.socket is None and reader.retry_at <= now:
                        reader.open()
            for key, mask in self.selector.select(0.05) if self.is_reading else self._pause():
                key.data.ready(mask)

    def _pause(self) -> list[tuple[selectors.SelectorKey, int]]:
        self._stopped.wait(0.05)
        return []
