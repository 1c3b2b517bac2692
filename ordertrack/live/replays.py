"""Catch-up from before the window, page by page, for clients that need every event."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import NamedTuple

from ordertrack.live import frames
from ordertrack.live.cursor import Cursor
from ordertrack.live.feed import BURST, WINDOW
from ordertrack.live.subscriptions import Connect, Connection, Log
from ordertrack.live.topics import Change, Channel, Topic
from ordertrack.live.waiting_line import WaitingLine

PAGE = BURST  # entries that are read at once: taking many in holds others up as rendering them does
AT_ONCE = 16  # that are rendered before others get their turn
PAUSES = 2.0  # times as long as rendering them took
_LOOKS_EVERY = 1.0  # seconds in which who waits in line sees that the client has gone
_SAYS_EVERY = 10.0  # seconds in which it says that the stream lives


class _Page(NamedTuple):
    told: bytes
    end: Cursor


class Replays:
    """All replays of a process: a few go on at a time, the others wait in line and hold nothing meanwhile.

    Those that go on take turns at rendering a page, and wait for clients outside of a turn. Rendering pauses
    for longer than it takes: most of the time is left for live events.
    """

    def __init__(self, log: Log, most: int, most_of_one: int) -> None:
        self._log = log
        self._turn = threading.Lock()
        self.line = WaitingLine(most, most_of_one)

    def run(self, topic: Topic, channel: Channel, after: Cursor, key: str, connect: Connect) -> Cursor:
        """Send the events before the window, in its turn; returns the position reached."""
        if not self._is_far_behind(topic, after):
            return after
        with self.line.place(key) as is_next:
            if not is_next.is_set() and not _wait(is_next, connect()):
                return after
            while page := self._next_page(topic, channel, after):
                connection = connect()
                connection.write(page.told, bounded=False)
                after = page.end
                if not connection.drain():
                    break
        return after

    def _is_far_behind(self, topic: Topic, after: Cursor) -> bool:
        head = self._log.head(topic.tenant_id)
        return head.epoch == after.epoch and head.seq - after.seq > WINDOW // 2

    def _next_page(self, topic: Topic, channel: Channel, after: Cursor) -> _Page | None:
        """The next page, rendered; None if the window holds the rest."""
        with self._turn:
            if not self._is_far_behind(topic, after):
                return None
            entries = self._log.entries(topic.tenant_id, after.seq, PAGE)
            if not entries:
                return None
            few = (entries[place : place + AT_ONCE] for place in range(0, len(entries), AT_ONCE))
            told = [_rendered(each, topic, channel) for each in few]
        return _Page(b"".join(told), entries[-1].cursor)


def _rendered(entries: Sequence[Change], topic: Topic, channel: Channel) -> bytes:
    began = time.thread_time()
    told = b"".join(
        frames.encode(channel.render(entry, topic.key), channel.position(topic.key, entry.cursor))
        for entry in entries
        if topic.key in channel.keys(entry)
    )
    time.sleep(PAUSES * (time.thread_time() - began))
    return told


def _wait(is_next: threading.Event, connection: Connection) -> bool:
    """Whether the client was still there when its turn came; it hears meanwhile that the stream lives."""
    said_at = time.monotonic()
    while connection.is_open and not is_next.wait(_LOOKS_EVERY):
        if time.monotonic() - said_at >= _SAYS_EVERY:
            said_at = time.monotonic()
            connection.write(frames.heartbeat())
    return connection.is_open
