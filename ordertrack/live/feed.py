"""One tenant's stream as this process knows it: a bounded window of recent changes and their frames."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from ordertrack import metrics
from ordertrack.live import frames
from ordertrack.live.cursor import Cursor
from ordertrack.live.topics import Change, Channel, Topic

WINDOW = 1000
PAGE = 200
BURST = 32  # events that are read, and told, at once where they come faster than one by one
MISSED_KEPT = 16  # positions from which catching up is kept at hand

ReadAfter = Callable[[int, int], list[Change]]


@dataclass(slots=True)
class Entry:
    """A change with the topics it is news for, and the frames that were rendered of it so far."""

    change: Change
    topics: frozenset[tuple[str, str]]
    frames: dict[tuple[str, str], bytes] = field(default_factory=dict)


class Feed:
    """Reads each event of a tenant once and renders it once a topic, however many watch.

    Not thread-safe: the hub calls it with its tenant's lock held.
    """

    def __init__(self, channels: Mapping[str, Channel], head: Cursor, read_after: ReadAfter) -> None:
        self._channels = channels
        self._read_after = read_after
        self.head = head
        self._window: deque[Entry] = deque(maxlen=WINDOW)
        self._missed: dict[tuple[Topic, int], bytes] = {}

    @property
    def start(self) -> int:
        """The seq after which the window holds everything."""
        return self._window[0].change.cursor.seq - 1 if self._window else self.head.seq

    def advance(self) -> Iterator[list[Entry]]:
        """Read on from the head to the end of the log, a burst at a time."""
        while True:
            changes = self._read(self.head.seq, BURST)
            for change in changes:
                if change.cursor.epoch != self.head.epoch:
                    raise EpochChanged(change.cursor.epoch)
            entries = [self._entry(change) for change in changes]
            if entries:
                self._window.extend(entries)
                self.head = entries[-1].change.cursor
                self.forget_missed()
                yield entries
            if len(changes) < BURST:
                return

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
        self._window = deque(map(self._entry, changes), maxlen=WINDOW)
        self.forget_missed()
        return True

    def missed_after(self, topic: Topic, seq: int) -> bytes:
        """The frames of a topic after `seq`, oldest first, from the window alone.

        Kept until the next event or heartbeat: one cut sends a thousand watchers back from one position.
        """
        missed = self._missed.get((topic, seq))
        if missed is None:
            name = (topic.channel, topic.key)
            missed = b"".join(
                self.frame(entry, topic)
                for entry in self._window
                if entry.change.cursor.seq > seq and name in entry.topics
            )
            if len(self._missed) >= MISSED_KEPT:
                self._missed.clear()
            self._missed[topic, seq] = missed
        return missed

    def forget_missed(self) -> None:
        self._missed.clear()

    def forget_frames(self, channel: str, key: str | None) -> None:
        """Have what the window holds rendered anew for the topics of a channel, or for one of them."""
        for entry in self._window:
            for name in [name for name in entry.frames if name == (channel, key or name[1])]:
                del entry.frames[name]
        self.forget_missed()

    def frame(self, entry: Entry, topic: Topic) -> bytes:
        name = (topic.channel, topic.key)
        frame = entry.frames.get(name)
        if frame is None:
            message = self._channels[topic.channel].render(entry.change, topic.key)
            frame = entry.frames[name] = frames.encode(message, entry.change.cursor)
            metrics.renders.labels(topic.channel).inc()
        return frame

    def _entry(self, change: Change) -> Entry:
        return Entry(
            change,
            frozenset(
                (name, key) for name, channel in self._channels.items() for key in channel.keys(change)
            ),
        )

    def _read(self, seq: int, limit: int) -> list[Change]:
        metrics.event_reads.inc()
        return self._read_after(seq, limit)


class EpochChanged(Exception):
    """History was replaced under us: whatever this process knows of the tenant is void."""
