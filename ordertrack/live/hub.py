"""The fan-out of one process: who watches what, and the same bytes to all of them."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from random import uniform
from typing import Any, Protocol

import structlog

from ordertrack import metrics
from ordertrack.live import frames
from ordertrack.live.cursor import Cursor
from ordertrack.live.feed import PAGE, WINDOW, Entry, EpochChanged, Feed
from ordertrack.live.topics import Change, Channel, Topic, Watcher

MOST_STREAMS = 20_000
LIFETIME = (8 * 60.0, 10 * 60.0)  # seconds; spread, so that a deploy's reconnects do not come back together
SNAPSHOT_KEPT = 50  # events after which a snapshot is read anew
_log = structlog.get_logger(__name__)


class NotAdmitted(Exception):
    """This watcher may not watch this topic; to them it does not exist."""


class TooManyStreams(Exception):
    """This process carries as many streams as it may."""


class Connection(Protocol):
    """Where a subscription's frames go. Writing never waits."""

    on_close: Callable[[], None]

    @property
    def is_open(self) -> bool: ...

    def write(self, data: bytes, *, bounded: bool = True) -> None: ...

    def drain(self) -> bool: ...

    def close(self, why: str) -> None: ...


class Log(Protocol):
    """The truth that the hub catches up from: one tenant's events, each with what rendering needs."""

    def inside(self, tenant_id: uuid.UUID) -> AbstractContextManager[None]: ...

    def head(self, tenant_id: uuid.UUID) -> Cursor: ...

    def after(self, tenant_id: uuid.UUID, seq: int, limit: int) -> list[Any]: ...


class Subscription:
    """One watcher of one topic."""

    __slots__ = ("actor", "connection", "ends_at", "topic")

    def __init__(self, topic: Topic, actor: str, connection: Connection) -> None:
        self.topic = topic
        self.actor = actor
        self.connection = connection
        self.ends_at = time.monotonic() + uniform(*LIFETIME)  # noqa: S311 (a spread, not a secret)


class _Watched:
    """A topic's subscriptions, the position they have been told, and its last snapshot."""

    __slots__ = ("snapshot", "subscriptions", "told")

    def __init__(self) -> None:
        self.subscriptions: set[Subscription] = set()
        self.told = 0
        self.snapshot: tuple[Cursor, bytes] | None = None


class _Tenant:
    """What this process holds of a tenant. The lock is held while the feed moves or somebody joins it."""

    __slots__ = ("feed", "lock", "watched")

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.feed: Feed | None = None
        self.watched: dict[tuple[str, str], _Watched] = {}

    @property
    def has_watchers(self) -> bool:
        return any(watched.subscriptions for watched in self.watched.values())


class Hub:
    """Subscribes watchers to topics and writes every change's frame to those whom it concerns.

    A watcher joins between two events: catching up and joining happen under the tenant's lock, which
    publishing needs too. So nothing is missed, nothing comes twice, and no queue is needed to hold live
    frames back; a thousand reconnects after a cut wait for one read of the log.
    """

    def __init__(self, log: Log, channels: list[Channel]) -> None:
        self._log = log
        self._channels: Mapping[str, Channel] = {channel.name: channel for channel in channels}
        self._tenants: dict[uuid.UUID, _Tenant] = {}
        self._tenants_lock = threading.Lock()
        self.is_closing = False
        self.count = 0

    def attach(
        self, watcher: Watcher, topic: Topic, after: Cursor | None, connect: Callable[[], Connection]
    ) -> Subscription:
        """Catch a watcher up from `after` (None: from nothing) and keep it up to date from then on.

        `connect` is called late, when there is something to send, and what it made is closed if the rest
        fails. Raises NotAdmitted or TooManyStreams, and whatever reading the log raises.
        """
        self._admit(watcher, topic)
        made: list[Connection] = []

        def connect_once() -> Connection:
            if not made:
                made.append(connect())
            return made[0]

        try:
            with self._log.inside(topic.tenant_id):
                if after is not None and self._channels[topic.channel].replays:
                    after = self._replay(topic, after, connect_once)
                return self._join(watcher, topic, after, connect_once)
        except BaseException:
            for connection in made:
                connection.close("error")
            raise

    def _join(
        self, watcher: Watcher, topic: Topic, after: Cursor | None, connect: Callable[[], Connection]
    ) -> Subscription:
        tenant = self._tenant(topic.tenant_id)
        with tenant.lock:
            feed = self._open(tenant, topic.tenant_id)
            if after is not None and after.seq > feed.head.seq:
                self._advance(tenant, feed, topic.tenant_id)
                feed = self._open(tenant, topic.tenant_id)
            watched = tenant.watched.setdefault((topic.channel, topic.key), _Watched())
            news = self._catch_up(feed, watched, topic, after)
            connection = connect()
            subscription = Subscription(topic, watcher.actor, connection)
            connection.on_close = lambda: self.detach(subscription)
            if not watched.subscriptions:
                watched.told = feed.head.seq
            watched.subscriptions.add(subscription)
            self.count += 1
            metrics.subscriptions.inc()
            connection.write(b"".join(news), bounded=False)
            if not connection.is_open:
                self.detach(subscription)
        return subscription

    def detach(self, subscription: Subscription) -> None:
        """Forget a subscription; does nothing the second time.

        Takes no lock, for the event loop calls it and may not wait: so the topic stays, even if empty, for
        somebody may be joining it at this moment. The next pulse sweeps it away.
        """
        topic = subscription.topic
        watched = self._tenant(topic.tenant_id).watched.get((topic.channel, topic.key))
        if watched is None or subscription not in watched.subscriptions:
            return
        watched.subscriptions.discard(subscription)
        self.count -= 1
        metrics.subscriptions.dec()

    def wake(self, tenant_id: uuid.UUID, seq: int | None = None) -> None:
        """The tenant's log has grown to `seq`, or (None) may have: read on and publish."""
        tenant = self._tenants.get(tenant_id)
        if tenant is None:
            return
        with tenant.lock:  # before looking: whoever joins now may have read a head that is older than this
            feed = tenant.feed
            if feed is None or not tenant.has_watchers:
                tenant.feed = None  # nobody looks: the next one reads what it needs
            elif seq is None or seq > feed.head.seq:
                with self._log.inside(tenant_id):
                    self._advance(tenant, feed, tenant_id)

    def verify(self) -> None:
        """Hold every watched tenant against the log: repairs lost notifications and notices a restore."""
        for tenant_id, tenant in list(self._tenants.items()):
            with tenant.lock:
                feed = tenant.feed
                if feed is None or not tenant.has_watchers:
                    tenant.feed = None
                    continue
                with self._log.inside(tenant_id):
                    head = self._log.head(tenant_id)
                    if head.epoch != feed.head.epoch or head.seq < feed.head.seq:
                        self._begin_again(tenant, tenant_id)
                    elif head.seq > feed.head.seq:
                        self._advance(tenant, feed, tenant_id)

    def pulse(self) -> None:
        """Send every subscription a heartbeat and end those that have lived their time."""
        now = time.monotonic()
        for tenant in list(self._tenants.values()):
            for name in list(tenant.watched):
                self._pulse(tenant, name, now)
                time.sleep(0)  # let requests in between topics

    def revoke(self, actor: str) -> None:
        """End every stream of an actor who lost access, telling the page why."""
        for subscription in self._subscriptions():
            if subscription.actor == actor:
                subscription.connection.write(frames.BYE)
                subscription.connection.close("revoked")

    def close(self) -> None:
        """End every stream: the process is going. Pages reconnect elsewhere by themselves."""
        self.is_closing = True
        for subscription in self._subscriptions():
            subscription.connection.close("shutdown")

    def _subscriptions(self) -> list[Subscription]:
        return [
            subscription
            for tenant in list(self._tenants.values())
            for watched in list(tenant.watched.values())
            for subscription in list(watched.subscriptions)
        ]

    def _admit(self, watcher: Watcher, topic: Topic) -> None:
        # Checked here whatever the web layer did before: a view that forgot to look would otherwise hand one
        # tenant's kitchen to another by a mistyped address.
        channel = self._channels.get(topic.channel)
        if channel is None or watcher.tenant_id != topic.tenant_id or not channel.admits(watcher, topic):
            raise NotAdmitted(topic)
        if self.is_closing or self.count >= MOST_STREAMS:
            raise TooManyStreams()

    def _tenant(self, tenant_id: uuid.UUID) -> _Tenant:
        with self._tenants_lock:
            return self._tenants.setdefault(tenant_id, _Tenant())

    def _open(self, tenant: _Tenant, tenant_id: uuid.UUID) -> Feed:
        if tenant.feed is None:
            tenant.feed = Feed(
                self._channels,
                self._log.head(tenant_id),
                lambda seq, limit: self._log.after(tenant_id, seq, limit),
            )
        return tenant.feed

    def _catch_up(self, feed: Feed, watched: _Watched, topic: Topic, after: Cursor | None) -> list[bytes]:
        if (
            after is not None
            and after.epoch == feed.head.epoch
            and after.seq <= feed.head.seq
            and feed.reach_back(after.seq)
        ):
            news = list(feed.frames_after(topic, after.seq))
        else:
            position, snapshot = self._snapshot(feed, watched, topic)
            news = [snapshot, *feed.frames_after(topic, position.seq)]
        if news:  # whose last one says where the watcher stands
            return [*news, frames.heartbeat(retry=1000)]
        watched.told = feed.head.seq
        return [frames.heartbeat(feed.head, retry=1000)]

    def _snapshot(self, feed: Feed, watched: _Watched, topic: Topic) -> tuple[Cursor, bytes]:
        kept = watched.snapshot
        if kept is not None and kept[0].epoch == feed.head.epoch:
            behind = feed.head.seq - kept[0].seq
            if behind <= SNAPSHOT_KEPT and kept[0].seq >= feed.start:
                return kept
        position = feed.head
        message = self._channels[topic.channel].snapshot(topic, position)
        metrics.snapshots.labels(topic.channel).inc()
        watched.snapshot = (position, frames.encode(message, position))
        return watched.snapshot

    def _replay(self, topic: Topic, after: Cursor, connect: Callable[[], Connection]) -> Cursor:
        """Write what lies before the window, page by page, at the watcher's own pace; how far that came."""
        channel = self._channels[topic.channel]
        while (head := self._log.head(topic.tenant_id)).epoch == after.epoch:
            if head.seq - after.seq <= WINDOW // 2:
                break
            changes: list[Change] = self._log.after(topic.tenant_id, after.seq, PAGE)
            if not changes:
                break
            connection = connect()
            for change in changes:
                if topic.key in channel.keys(change):
                    message = channel.render(change, topic.key)
                    connection.write(frames.encode(message, change.cursor), bounded=False)
            after = changes[-1].cursor
            if not connection.drain():
                break
        return after

    def _advance(self, tenant: _Tenant, feed: Feed, tenant_id: uuid.UUID) -> None:
        try:
            for entry in feed.advance():
                self._publish(tenant, feed, entry, tenant_id)
        except EpochChanged:
            self._begin_again(tenant, tenant_id)

    def _publish(self, tenant: _Tenant, feed: Feed, entry: Entry, tenant_id: uuid.UUID) -> None:
        for name in entry.topics:
            watched = tenant.watched.get(name)
            if watched is None or not watched.subscriptions:
                continue
            frame = feed.frame(entry, Topic(tenant_id, *name))
            for subscription in list(watched.subscriptions):
                subscription.connection.write(frame)
            watched.told = entry.change.cursor.seq
            metrics.frames_written.inc(len(watched.subscriptions))

    def _begin_again(self, tenant: _Tenant, tenant_id: uuid.UUID) -> None:
        """History was replaced: everybody gets a snapshot of what is true now."""
        _log.warning("event stream begins a new epoch", tenant=str(tenant_id))
        tenant.feed = None
        feed = self._open(tenant, tenant_id)
        for (channel, key), watched in list(tenant.watched.items()):
            watched.snapshot = None
            _, snapshot = self._snapshot(feed, watched, Topic(tenant_id, channel, key))
            for subscription in list(watched.subscriptions):
                subscription.connection.write(snapshot)
            watched.told = feed.head.seq

    def _pulse(self, tenant: _Tenant, name: tuple[str, str], now: float) -> None:
        with tenant.lock:
            watched = tenant.watched[name]
            if not watched.subscriptions:
                del tenant.watched[name]
                return
            head = tenant.feed.head if tenant.feed is not None else None
            # The position goes along only if it moved, so that a quiet board's cursor does not grow old
            # and no position is ever told twice.
            moved = head is not None and head.seq > watched.told
            beat = frames.heartbeat(head if moved else None)
            if moved and head is not None:
                watched.told = head.seq
            for subscription in list(watched.subscriptions):
                if subscription.ends_at < now:
                    subscription.connection.close("lifetime")
                else:
                    subscription.connection.write(beat)
