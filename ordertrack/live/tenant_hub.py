"""The fan-out of one tenant: its feed, who watches which topic of it, and the moment when somebody joins."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

import structlog

from ordertrack.live import frames
from ordertrack.live.budget import Budget
from ordertrack.live.cursor import Cursor
from ordertrack.live.feed import Entry, EpochChanged, Feed
from ordertrack.live.replays import Replays
from ordertrack.live.subscriptions import Connect, Log, Subscription
from ordertrack.live.topic_index import TopicIndex
from ordertrack.live.topic_state import MOST_MISSED, Watched
from ordertrack.live.topics import Change, Channel, Message, Topic
from ordertrack.live.watched_topics import Name, WatchedTopics
from ordertrack.monitoring import metrics

CURRENT_FOR = 30.0  # seconds for which a successful look at the log lets heartbeats say that all is well
BUSY = 1.0  # seconds to wait for a busy tenant's lock before the look goes on to the next tenant
PIECE = 500  # watchers that are sent a heartbeat before others get their turn
_RETRY = 1000  # milliseconds after which a page comes back
_log = structlog.get_logger(__name__)


class Busy(Exception):
    """Somebody is joining the tenant, or being told something, at this moment."""


class TenantHub:
    """A watcher joins between two events: catching up and joining hold the lock that publishing needs too.

    So nothing is missed, nothing comes twice, and no queue has to hold live frames back; a thousand
    reconnects after a cut wait for one read of the log.
    """

    def __init__(
        self,
        tenant_id: uuid.UUID,
        log: Log,
        channels: Mapping[str, Channel],
        budget: Budget,
        replays: Replays,
        index: TopicIndex,
    ) -> None:
        self._tenant_id = tenant_id
        self._replays = replays
        self._log = log
        self._channels = channels
        self._budget = budget
        self._lock = threading.RLock()
        self._feed: Feed | None = None
        self._looked_at = float("-inf")
        self.topics = WatchedTopics(channels, budget, index)

    @property
    def head(self) -> Cursor | None:
        feed = self._feed
        return feed.head if feed is not None else None

    def join(
        self,
        topic: Topic,
        ended_by: tuple[str, ...],
        after: Cursor | None,
        connect: Connect,
        on_leave: Callable[[Subscription], None],
    ) -> Subscription:
        """Catch up from `after` (None: from nothing) and be told of everything from then on."""
        channel = self._channels[topic.channel]
        if after is not None and channel.replays:
            after = self._replays.run(topic, channel, after, ended_by[0], connect)
        with self._lock:
            # Who knows nothing of a log begins at its end, of which this process may hear a moment late.
            begins = after is None and channel.replays
            if self._feed is not None and (begins or not self._is_current()):
                began = time.monotonic()
                self._hold_against(self._log.head(self._tenant_id), began)
            feed = self._open()
            if after is not None and after.seq > feed.head.seq:
                self._advance(feed)
                feed = self._open()
            watched = self.topics.add(topic)
            news = self._catch_up(feed, watched, after)
            subscription = Subscription(watched.topic, ended_by, connect())
            subscription.connection.on_close = partial(on_leave, subscription)
            if not watched.subscriptions:
                watched.last_sent_seq = feed.head.seq
            watched.subscriptions.add(subscription)
            for part in news:
                subscription.connection.write(part, bounded=False)
        return subscription

    def leave(self, subscription: Subscription) -> bool:
        """Forget a subscription; whether it was one.

        Takes no lock, for the event loop calls it and may not wait: so the topic stays, even if empty, for
        somebody may be joining it at this moment. The next pulse sweeps it away.
        """
        watched = self.topics.find((subscription.topic.channel, subscription.topic.key))
        if watched is None or subscription not in watched.subscriptions:
            return False
        watched.subscriptions.discard(subscription)
        return True

    def wake(self, seq: int | None) -> None:
        """The log has grown to `seq`, or (None) may have: read on and publish."""
        with self._lock:  # before looking: whoever joins now may have read a head that is older than this
            feed = self._feed_in_use()
            if feed is not None and (seq is None or seq > feed.head.seq):
                with self._log.inside(self._tenant_id):
                    self._advance(feed)

    def position(self) -> int | None:
        """How far the tenant's log has been told; None if nobody watches. Raises Busy, and never waits."""
        with self._at_once():
            feed = self._feed_in_use()
            return feed.head.seq if feed is not None else None

    def tell_of(self, changes: Sequence[Change]) -> bool:
        """Publish these changes, which follow each other; False if the tenant must be read by itself.

        That is if it is busy, for this never waits for its lock, or if something is missing before them.
        """
        try:
            with self._at_once():
                feed = self._feed_in_use()
                if feed is None:
                    return True
                with self._log.inside(self._tenant_id):
                    return self._take(feed, changes)
        except Busy:
            return False

    @contextmanager
    def _at_once(self) -> Iterator[None]:
        if not self._lock.acquire(blocking=False):
            raise Busy
        try:
            yield
        finally:
            self._lock.release()

    @property
    def is_watched(self) -> bool:
        return any(watched.subscriptions for watched in self.topics)

    def verify(self, head: Cursor, began: float) -> None:
        """Compare our head with `head`, which the log was read to have in the look that started at `began`.

        Repairs lost notifications and notices a restore. A tenant that is busy is left for the next look.
        """
        if head == self.head and self.is_watched:
            self._looked_at = began
        elif self._lock.acquire(timeout=BUSY):
            try:
                self._hold_against(head, began)
            finally:
                self._lock.release()

    def _hold_against(self, head: Cursor, began: float) -> None:
        feed = self._feed_in_use()
        if feed is None:
            return
        if head != feed.head:  # which may be out of date by now
            with self._log.inside(self._tenant_id):
                head = self._log.head(self._tenant_id)
                if head.epoch != feed.head.epoch or head.seq < feed.head.seq:
                    self._begin_again()
                else:
                    self._advance(feed)
        self._looked_at = began

    def refresh(self, channel: str, key: str | None) -> None:
        """Send the watchers of a channel's topics, or of one, a new snapshot: it changed without an event."""
        with self._lock:
            if self._feed is not None:
                self._feed.forget_frames(channel, key)
        for name in self.topics.names():
            if name == (channel, key or name[1]):
                self._refresh(name)
                time.sleep(0)  # let events in between topics

    def tell(self, channel: str, key: str, message: Message) -> None:
        """Write a topic's watchers a message without a position: it changed without an event."""
        # With the lock held: whoever is joining has an older snapshot and is told too, or a newer one.
        with self._lock:
            watched = self.topics.find((channel, key))
            if watched is not None:
                watched.forget_snapshot()
                watched.write(frames.encode(message))

    def forget_before(self, second: int) -> None:
        """Forget what was read before this second; a tenant that is busy is left for the next time."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            if self._feed is not None:
                self._feed.forget_before(second)
            for watched in self.topics:
                watched.forget_snapshot(before=second)
        finally:
            self._lock.release()

    def pulse(self, name: Name, now: float) -> Iterator[None]:
        """Send a topic's watchers a heartbeat and end those that have lived their time.

        A heartbeat says that all is well: none is sent if the log could not be read lately. Yields after
        every few watchers, with no lock held, so that others get their turn.
        """
        with self._lock:
            watched = self.topics.find(name)
            if watched is None:
                return
            if not watched.subscriptions:
                self.topics.remove(watched)
                if not self.topics:
                    self._drop_feed()
                return
            head = None
            if self._feed is not None:
                head = self._feed.head
                self._feed.clear_catch_up()
            # The heartbeat carries the position if it moved: so a quiet board's cursor does not grow old,
            # and no position is sent twice.
            is_current = self._is_current()
            position = head if is_current and head is not None and head.seq > watched.last_sent_seq else None
            if position is not None:
                watched.last_sent_seq = position.seq
            told = None if position is None else watched.told(position)
            everybody = list(watched.subscriptions)
        for first in range(0, len(everybody), PIECE):
            with self._lock:
                is_newest = (
                    position is not None and position == self.head and position.seq == watched.last_sent_seq
                )
                beat = frames.heartbeat(told if is_newest else None)
                for subscription in everybody[first : first + PIECE]:
                    if subscription.ends_at < now:
                        subscription.connection.close("lifetime")
                    elif is_current:
                        subscription.connection.write(beat)
            yield

    def _refresh(self, name: Name) -> None:
        with self._lock:
            watched = self.topics.find(name)
            if watched is None:
                return
            watched.forget_snapshot()
            feed = self._feed_in_use()
            if feed is None or not watched.subscriptions:
                return
            with self._log.inside(self._tenant_id):
                watched.tell_anew(feed)

    def _feed_in_use(self) -> Feed | None:
        """The feed; None if nobody watches: then it is dropped, and the next watcher opens a new one."""
        if not self.is_watched:
            self._drop_feed()
        return self._feed

    def _drop_feed(self) -> None:
        if self._feed is not None:
            self._feed.forget_before(None)
            self._feed = None

    def _is_current(self) -> bool:
        return time.monotonic() - self._looked_at < CURRENT_FOR

    def _open(self) -> Feed:
        if self._feed is None:
            began = time.monotonic()
            self._feed = Feed(
                self._channels,
                self._log.head(self._tenant_id),
                lambda seq, limit: self._log.after(self._tenant_id, seq, limit),
                self._budget,
            )
            self._looked_at = began
        return self._feed

    def _catch_up(self, feed: Feed, watched: Watched, after: Cursor | None) -> list[bytes]:
        """The frames for a watcher who knows everything up to `after`; the last is a heartbeat."""
        if (
            after is None
            or after.epoch != feed.head.epoch
            or after.seq > feed.head.seq
            or not feed.reach_back(after.seq)
        ):
            return self._shown_anew(feed, watched)
        missed = feed.missed_after(watched.topic, after.seq)
        if len(missed) > MOST_MISSED and not self._channels[watched.topic.channel].replays:
            return self._shown_anew(feed, watched)
        if missed:
            return [missed, frames.heartbeat(retry=_RETRY)]
        watched.last_sent_seq = feed.head.seq  # no frame carries the position: the heartbeat does
        return [frames.heartbeat(watched.told(feed.head), retry=_RETRY)]

    def _shown_anew(self, feed: Feed, watched: Watched) -> list[bytes]:
        position, snapshot = watched.snapshot(feed)
        watched.last_sent_seq = max(watched.last_sent_seq, position.seq)
        return [snapshot, feed.missed_after(watched.topic, position.seq), frames.heartbeat(retry=_RETRY)]

    def _advance(self, feed: Feed) -> None:
        try:
            for burst in feed.advance():
                self._publish(feed, burst)
        except EpochChanged:
            self._begin_again()

    def _take(self, feed: Feed, changes: Sequence[Change]) -> bool:
        try:
            burst = feed.take(changes)
        except EpochChanged:
            self._begin_again()
            return True
        if burst is None:
            return False
        self._publish(feed, burst)
        return True

    def _publish(self, feed: Feed, burst: list[Entry]) -> None:
        news: dict[Name, list[Entry]] = {}
        for entry in burst:
            for name in entry.topics:
                news.setdefault(name, []).append(entry)
        shown: set[int] = set()
        for name, entries in news.items():
            watched = self.topics.find(name)
            if watched is not None and watched.subscriptions:
                watched.publish(feed, entries)
                shown.update(entry.change.cursor.seq for entry in entries)
        now = time.time()
        for entry in burst:
            if entry.change.cursor.seq in shown:
                took = now - entry.change.recorded_at.timestamp()
                metrics.tap_to_screen.observe(max(took, 0.0))  # the database's clock may be ahead of ours

    def _begin_again(self) -> None:
        """History was replaced: everybody gets a snapshot of what is true now."""
        _log.warning("event stream begins a new epoch", tenant=str(self._tenant_id))
        self._drop_feed()
        feed = self._open()
        for watched in self.topics:
            watched.forget_snapshot()
            _, snapshot = watched.snapshot(feed)
            watched.write(snapshot)
            watched.last_sent_seq = feed.head.seq
