"""A reader comes and goes as its plan says, and holds every stream against what streams promise."""

from __future__ import annotations

import itertools
import re
import select
import socket
import struct
import threading
import time
from collections import Counter

from ordertrack.live.cursor import Cursor
from soak.checks.truth import Entry
from soak.plans.plan import Back, Leave, Visit, Watch
from soak.stage import PATIENCE, Stage
from support.http_client import EventStream, Frame, StreamEnded
from support.server import wait_for

QUIET = 0.3  # seconds without a frame after the last one that must come
_STAY = Visit(PATIENCE, Leave.CLOSE, 0, Back.RESUME)


class Reader:
    """One screen or program. `trouble` are sentences about what no stream may do."""

    expects: frozenset[str | None]  # the names of frames that may come, None for unnamed ones

    def __init__(self, stage: Stage, watch: Watch, name: str, ending: threading.Event) -> None:
        self.stage = stage
        self.watch = watch
        self.name = name
        self.ending = ending
        self.trouble: list[str] = []
        self.counts: Counter[str] = Counter()
        self.position = Cursor(0, 0)
        self.last_event = 0  # the seq of the last one that it must hear of
        self._stream: EventStream | None = None
        self._path: str | None = None
        self._headers: dict[str, str] = {}
        self._last_id = -1
        self._is_lost = False  # it came with a cursor of no use, and has not been told yet

    def end_at(self, entries: list[Entry]) -> None:
        """Before `ending`: this is the whole log there will be."""
        self.last_event = max((entry.cursor.seq for entry in entries if self.concerns(entry)), default=0)

    def concerns(self, entry: Entry) -> bool:
        """Whether this reader must hear of the entry."""
        raise NotImplementedError

    def begin(self) -> None:
        """Find out where the stream is: sets path, headers and position."""
        raise NotImplementedError

    def take(self, frame: Frame) -> None:
        """Something else than a heartbeat came."""
        raise NotImplementedError

    def look_back(self) -> None:
        """When all has come: what is compared with it in the end."""

    def begins_anew(self, frame: Frame) -> bool:
        """Whether a frame is what a cursor of no use is answered with: the whole, or where to read it."""
        raise NotImplementedError

    def run(self) -> None:
        """Follow the plan until the end is near; then stay until all has come."""
        try:
            self.begin()
            self._connect(Back.RELOAD)
            visits = itertools.chain(self.watch.visits, itertools.repeat(_STAY))
            while not self.ending.is_set():
                visit = next(visits)
                self._listen(visit.stay)
                if not self.ending.is_set():
                    self._leave(visit.leave)
                    self.ending.wait(visit.away)
                    self._come_back(visit.back)
            self._listen_to_the_end()
            self.look_back()
        finally:
            self._leave(Leave.CLOSE)

    def _listen(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self.ending.is_set() and (left := until - time.monotonic()) > 0:
            self._hear(min(left, 0.2))

    def _listen_to_the_end(self) -> None:
        until = time.monotonic() + PATIENCE
        while self.position.seq < self.last_event and self._path is not None:
            self._hear(0.2)
            if time.monotonic() > until:
                self._complain(f"stands at {self.position}, and never came to event {self.last_event}")
                return
        while self._hear(QUIET):
            continue

    def _hear(self, patience: float) -> bool:
        """Whether a frame came in this time."""
        if self._stream is None:
            self.ending.wait(patience)
            return False
        try:
            frame = self._stream.next(patience)
        except StreamEnded as end:
            self.counts["cuts"] += 1
            if not self.stage.is_disturbed:
                self._complain(f"was cut off at {self.position} ({end}), and nobody cut it")
            self._leave(Leave.CLOSE)
            self._come_back(Back.RESUME)
            return True
        if frame is None:
            return False
        self._receive(frame)
        return True

    def _receive(self, frame: Frame) -> None:
        self.counts["frames"] += 1
        if self._is_lost and not self.begins_anew(frame):
            self._complain(f"came with a cursor of no use and was sent {frame}")
        if frame.event != "hb" and frame.event not in self.expects:
            self._complain(f"was sent the frame {frame}")
            return
        if frame.id is not None:
            cursor = self.read(frame.id)
            if cursor.seq <= self._last_id:
                self._complain(f"was sent id {cursor} after {self._last_id} in one connection")
            self._last_id = cursor.seq
        if frame.event != "hb":
            self.take(frame)
        self._is_lost = False
        if frame.id is not None:
            self.position = self.read(frame.id)

    def _complain(self, what: str) -> None:
        self.trouble.append(f"{self.name} {what}.")

    def _leave(self, how: Leave) -> None:
        stream, self._stream = self._stream, None
        if stream is None:
            return
        if how == Leave.HALF_READ and select.select([stream.socket], [], [], 0.1)[0]:
            stream.socket.recv(100)  # and what was begun is never finished
        if how == Leave.RESET:
            stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        stream.close()

    def _come_back(self, how: Back) -> None:
        self.counts["reconnects"] += 1
        if how == Back.RELOAD:
            self.begin()
        self._connect(how)

    def cursor(self, how: Back) -> str:
        """The cursor to come back with."""
        if how == Back.MALFORMED:
            return "yesterday"
        epoch, seq = self.position
        unusable = {
            Back.OLD: Cursor(epoch, 0),
            Back.FOREIGN_EPOCH: Cursor(epoch + 1, seq),
            Back.FUTURE: Cursor(epoch, seq + 1_000_000),
        }
        return self.told(unusable.get(how, self.position))

    def read(self, told: str) -> Cursor:
        """The position that a stream tells."""
        return Cursor.parse(told)

    def told(self, cursor: Cursor) -> str:
        """As the stream would tell this position."""
        return str(cursor)

    def _connect(self, how: Back) -> None:
        if self._path is None:
            return
        cursor = self.cursor(how)
        path = re.sub(r"[?&]after=[^&]*", "", self._path)
        separator = "&" if "?" in path else "?"
        is_by_header = how == Back.RESUME
        path = self._path if is_by_header else f"{path}{separator}after={cursor}"
        self._last_id = -1
        self._is_lost = how in (Back.FOREIGN_EPOCH, Back.FUTURE, Back.MALFORMED)
        self.begin_connection()
        self._stream = wait_for(
            lambda: self._try(path, cursor if is_by_header else None), f"{self.name} to connect", PATIENCE
        )

    def begin_connection(self) -> None:
        """Forget what holds within one connection only."""

    def _try(self, path: str, last_event_id: str | None) -> EventStream | None:
        try:
            stream = EventStream(self.stage.port, path, self._headers, last_event_id)
        except (OSError, StreamEnded):
            if not self.stage.is_disturbed:
                raise
            return None
        if stream.status == 200:
            self.counts["connections"] += 1
            return stream
        stream.close()
        assert stream.status == 503 and self.stage.is_disturbed, f"{self.name}: {stream.head}"
        return None
