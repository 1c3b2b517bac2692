"""A watched topic of this process: its watchers, the position last sent to them, its last snapshot."""

from __future__ import annotations

import structlog

from ordertrack.live import frames
from ordertrack.live.budget import Budget
from ordertrack.live.cursor import Cursor
from ordertrack.live.feed import Entry, Feed
from ordertrack.live.subscriptions import Subscription
from ordertrack.live.topics import Channel, Topic
from ordertrack.monitoring import metrics

SNAPSHOT_KEPT = 50  # events after which a snapshot is read anew
MOST_TOLD = 150  # events that are told one by one; of more than these a snapshot is the shorter story
MOST_MISSED = 1_000_000  # bytes of them; of more than these too
_log = structlog.get_logger(__name__)


class Watched:
    """Not thread-safe: its tenant's hub calls it with the lock held."""

    __slots__ = (
        "_budget",
        "_channel",
        "_snapshot",
        "_snapshot_second",
        "last_sent_seq",
        "subscriptions",
        "topic",
    )

    def __init__(self, topic: Topic, channel: Channel, budget: Budget) -> None:
        self.topic = topic
        self.subscriptions: set[Subscription] = set()
        self.last_sent_seq = 0
        self._channel = channel
        self._budget = budget
        self._snapshot: tuple[Cursor, bytes] | None = None
        self._snapshot_second = 0

    def told(self, position: Cursor) -> str:
        """A position as its watchers are told it."""
        return self._channel.position(self.topic.key, position)

    def write(self, data: bytes) -> None:
        for subscription in list(self.subscriptions):
            subscription.connection.write(data)

    def publish(self, feed: Feed, entries: list[Entry]) -> None:
        """Tell the watchers of these changes: one write to each, however many changes there are.

        Who fell far behind, or this process did, is shown what is true by now.
        """
        if len(entries) > MOST_TOLD and not self._channel.replays:
            self.tell_anew(feed)
            return
        try:
            told = b"".join([feed.frame(entry, self.topic) for entry in entries])
        except Exception:
            self._give_up("a change could not be rendered")
            return
        self.write(told)
        self.last_sent_seq = entries[-1].change.cursor.seq
        metrics.frames_written.inc(len(self.subscriptions) * len(entries))

    def snapshot(self, feed: Feed) -> tuple[Cursor, bytes]:
        """A snapshot's position and frame; kept for SNAPSHOT_KEPT events, unless the channel replays."""
        kept = self._snapshot
        if kept is not None and not self._channel.replays and kept[0].epoch == feed.head.epoch:
            behind = feed.head.seq - kept[0].seq
            if behind <= SNAPSHOT_KEPT and kept[0].seq >= feed.start:
                return kept
        return self._read_snapshot(feed.head)

    def forget_snapshot(self, before: int | None = None) -> None:
        """Have the next one read anew; with `before`, only if it was read before that second."""
        if self._snapshot is not None and (before is None or self._snapshot_second < before):
            self._budget.charge(self._snapshot_second, -len(self._snapshot[1]))
            self._snapshot = None

    def tell_anew(self, feed: Feed) -> None:
        """Send all watchers a new snapshot, for something changed without an event.

        The frame includes the position only if the one last sent to them is older.
        """
        try:
            position, told = self._read_snapshot(feed.head)
        except Exception:
            self._give_up("a topic could not be refreshed")
            return
        if position.seq == self.last_sent_seq:
            told = frames.without_position(told)
        self.last_sent_seq = position.seq
        self.write(told)

    def _read_snapshot(self, position: Cursor) -> tuple[Cursor, bytes]:
        message = self._channel.snapshot(self.topic, position)
        metrics.snapshots.labels(self.topic.channel).inc()
        self.forget_snapshot()
        self._snapshot_second = self._budget.now
        self._snapshot = (position, frames.encode(message, self.told(position)))
        self._budget.charge(self._snapshot_second, len(self._snapshot[1]))
        return self._snapshot

    def _give_up(self, why: str) -> None:
        # A change that cannot be rendered must not be dropped in silence: these screens lose their stream
        # and say so; the streams of other topics go on.
        _log.exception(why, channel=self.topic.channel)
        for subscription in list(self.subscriptions):
            subscription.connection.close("error")
