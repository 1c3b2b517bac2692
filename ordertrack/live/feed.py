"""One tenant's stream as this process knows it: a bounded window of recent changes and their frames."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from ordertrack.live import frames
from ordertrack.live.budget import Budget, weight
from ordertrack.live.cursor import Cursor
from ordertrack.live.topics import Change, Channel, Topic
from ordertrack.monitoring import metrics

WINDOW = 1000
PAGE = 200
BURST = 32  # most events that are read and published together, where they come faster than one by one
MISSED_KEPT = 16  # most topics and positions whose catch-up frames are kept
_TOPIC = 200  # bytes that a topic's name takes with an entry

ReadAfter = Callable[[int, int], list[Change]]


@dataclass(slots=True)
class Entry:
    """A change with the topics it is news for, and the frames that were rendered of it so far.

    `size` is in bytes, `second` when it was read; None as soon as the window holds it no longer.
    """

    change: Change
    topics: frozenset[tuple[str, str]]
    second: int | None
    size: int
    frames: dict[tuple[str, str], bytes] = field(default_factory=dict)


class Feed:
    """Reads each event of a tenant once and renders it once a topic, however many watch.

    What it keeps is charged to the budget of the process. Not thread-safe: the hub calls it with its
    tenant's lock held.
    """

    def __init__(
        self, channels: Mapping[str, Channel], head: Cursor, read_after: ReadAfter, budget: Budget
    ) -> None:
        self._channels = channels
        self._read_after = read_after
        self._budget = budget
        self.head = head
        self._window: deque[Entry] = deque()
        self._missed: dict[tuple[Topic, int], tuple[int, bytes]] = {}

    @property
    def start(self) -> int:
        """The seq after which the window holds everything."""
        return self._window[0].change.cursor.seq - 1 if self._window else self.head.seq

    def advance(self) -> Iterator[list[Entry]]:
        """Read on from the head to the end of the log, a burst at a time."""
        while True:
            changes = self._read(self.head.seq, BURST)
            if changes:
                yield self._go_on(changes)
            if len(changes) < BURST:
                return

    def take(self, changes: Sequence[Change]) -> list[Entry] | None:
        """Go on by what was read elsewhere, but for what is known; None if something is missing before it.

        Raises EpochChanged.
        """
        news = [
            change
            for change in changes
            if change.cursor.epoch != self.head.epoch or change.cursor.seq > self.head.seq
        ]
        if news and news[0].cursor.seq > self.head.seq + 1:
            return None
        return self._go_on(news)

    def reach_back(self, seq: int) -> bool:
        """Make the window hold everything after `seq`; False if that is more than it may hold."""
        if seq >= self.start:
            return True
        if self.head.seq - seq > WINDOW:
            return False
        # All anew, and not only what is missing: an order is read together with its event, and what was read
        # later must not stand before what was read earlier, or screens are told of a newer version first.
        after = max(min(seq, self.start - PAGE), self.head.seq - WINDOW, 0)
        changes = self._read(after, self.head.seq - after)
        if not changes or changes[-1].cursor != self.head:
            return False  # history was replaced under us
        self.forget_before(None)
        self._keep([self._entry(change) for change in changes])
        return True

    def forget_before(self, second: int | None) -> None:
        """Forget what was read before this second, or (None) everything; the log has it."""
        while self._window and (second is None or (self._window[0].second or 0) < second):
            self._drop(self._window.popleft())
        if second is None:
            self.clear_catch_up()

    def missed_after(self, topic: Topic, seq: int) -> bytes:
        """The frames of a topic after `seq`, oldest first, from the window alone.

        Kept until the next event or heartbeat: one cut sends a thousand watchers back from one position.
        """
        kept = self._missed.get((topic, seq))
        if kept is not None:
            return kept[1]
        missed = b"".join(
            self.frame(entry, topic)
            for entry in self._window
            if entry.change.cursor.seq > seq and self._concerns(entry, topic)
        )
        if len(self._missed) >= MISSED_KEPT:
            self.clear_catch_up()
        if not self._budget.is_spent:
            second = self._budget.now
            self._missed[topic, seq] = second, missed
            self._budget.charge(second, len(missed))
        return missed

    def clear_catch_up(self) -> None:
        for second, missed in self._missed.values():
            self._budget.charge(second, -len(missed))
        self._missed.clear()

    def forget_frames(self, channel: str, key: str | None) -> None:
        """Drop the rendered frames of a channel's topics, or of one: each is rendered again when needed."""
        for entry in self._window:
            for name in [name for name in entry.frames if name == (channel, key or name[1])]:
                self._grow(entry, -len(entry.frames.pop(name)))
        self.clear_catch_up()

    def frame(self, entry: Entry, topic: Topic) -> bytes:
        name = (topic.channel, topic.key)
        frame = entry.frames.get(name)
        if frame is None:
            channel = self._channels[topic.channel]
            message = channel.render(entry.change, topic.key)
            position = channel.position(topic.key, entry.change.cursor)
            frame = entry.frames[name] = frames.encode(message, position)
            self._grow(entry, len(frame))
            metrics.renders.labels(topic.channel).inc()
        return frame

    def _concerns(self, entry: Entry, topic: Topic) -> bool:
        """Whether the entry is news for a topic, one too that nobody had thought of when it was read."""
        if (topic.channel, topic.key) in entry.topics:
            return True
        channel = self._channels.get(topic.channel)
        return channel is not None and channel.replays and topic.key in channel.keys(entry.change)

    def _go_on(self, changes: Sequence[Change]) -> list[Entry]:
        for change in changes:
            if change.cursor.epoch != self.head.epoch:
                raise EpochChanged(change.cursor.epoch)
        entries = [self._entry(change) for change in changes]
        if entries:
            self._keep(entries)
            self.head = entries[-1].change.cursor
            self.clear_catch_up()
        return entries

    def _entry(self, change: Change) -> Entry:
        topics = frozenset(
            (name, key) for name, channel in self._channels.items() for key in channel.keys(change)
        )
        return Entry(change, topics, self._budget.now, weight(change) + len(topics) * _TOPIC)

    def _keep(self, entries: list[Entry]) -> None:
        self._window.extend(entries)
        for second, read in groupby(entries, key=lambda entry: entry.second or 0):
            self._budget.charge(second, sum(entry.size for entry in read))
        while len(self._window) > WINDOW:
            self._drop(self._window.popleft())

    def _drop(self, entry: Entry) -> None:
        self._budget.charge(entry.second or 0, -entry.size)
        entry.second = None

    def _grow(self, entry: Entry, size: int) -> None:
        if entry.second is not None:
            entry.size += size
            self._budget.charge(entry.second, size)

    def _read(self, seq: int, limit: int) -> list[Change]:
        metrics.event_reads.inc()
        return self._read_after(seq, limit)


class EpochChanged(Exception):
    """History was replaced under us: whatever this process knows of the tenant is void."""
