"""Catch-up from before the window, page by page, for clients that need every event."""

from __future__ import annotations

import threading
import time
from typing import NamedTuple

from ordertrack.live import frames
from ordertrack.live.cursor import Cursor
from ordertrack.live.feed import PAGE, WINDOW
from ordertrack.live.shares import Holder, Shares
from ordertrack.live.subscriptions import Connect, Log
from ordertrack.live.topics import Channel, Topic


class _Page(NamedTuple):
    told: bytes
    end: Cursor


class Replays:
    """All replays of a process: they take turns at rendering a page, and wait for clients outside of a turn.

    A turn ends with a pause as long as its rendering took: half of the time is left for live events.
    """

    def __init__(self, log: Log, shares: Shares) -> None:
        self._log = log
        self._shares = shares
        self._turn = threading.Lock()

    def run(self, topic: Topic, channel: Channel, after: Cursor, key: str, connect: Connect) -> Cursor:
        """Send the events before the window; returns the position reached. Raises ShareTaken."""
        if not self._is_far_behind(topic, after):
            return after
        holders = (Holder("replays", ""), Holder("replays_per_key", key))
        self._shares.take(holders)
        try:
            while page := self._next_page(topic, channel, after):
                connection = connect()
                connection.write(page.told, bounded=False)
                after = page.end
                if not connection.drain():
                    break
        finally:
            self._shares.give_back(holders)
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
            began = time.thread_time()
            told = [
                frames.encode(channel.render(entry, topic.key), channel.position(topic.key, entry.cursor))
                for entry in entries
                if topic.key in channel.keys(entry)
            ]
            time.sleep(time.thread_time() - began)
        return _Page(b"".join(told), entries[-1].cursor)
