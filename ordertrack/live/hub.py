"""The fan-out of one process: who may watch what, and every tenant's share of it."""

from __future__ import annotations

import datetime as dt
import threading
import time
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial

import structlog

from ordertrack.live import frames
from ordertrack.live.budget import Budget
from ordertrack.live.cursor import Cursor
from ordertrack.live.pulses import ALL
from ordertrack.live.reader import Reader
from ordertrack.live.replays import Replays
from ordertrack.live.shares import Holder, Shares
from ordertrack.live.subscriptions import LIFETIME, Connect, Connection, Log, Subscription
from ordertrack.live.tenant_hub import TenantHub
from ordertrack.live.topic_index import TopicIndex
from ordertrack.live.topics import Channel, Message, Topic, Watcher
from ordertrack.monitoring import metrics

MOST_STREAMS = 20_000
TRIM_EVERY = 5  # seconds
CHANGED_FOR = 5.0  # seconds in which another process may still admit by what was true before a change
TRIMMED_AT_ONCE = 100  # tenants
SENT_AWAY_AT_ONCE = 50  # streams
SOON = 100  # milliseconds after which a page comes back to whoever serves now
_log = structlog.get_logger(__name__)


class NotAdmitted(Exception):
    """This watcher may not watch this topic; to them it does not exist."""


class TooManyStreams(Exception):
    """This process carries as many streams as it may."""


class _Joining:
    """A watcher who is admitted and not yet subscribed: catching up from far back takes its time."""

    def __init__(self, tenant_id: uuid.UUID, ended_by: tuple[str, ...], connect: Connect) -> None:
        self.tenant_id = tenant_id
        self.ended_by = ended_by
        self.connection: Connection | None = None
        self._connect = connect

    def connected(self) -> Connection:
        """Its connection, which is made late, and once."""
        if self.connection is None:
            self.connection = self._connect()
        return self.connection

    def close(self, why: str) -> None:
        if self.connection is not None:
            self.connection.close(why)


class Hub:
    """Subscribes watchers to topics and writes every change's frame to those whom it concerns.

    `replays` is how many go on at a time, and how many of one key.
    """

    def __init__(
        self,
        log: Log,
        channels: list[Channel],
        shares: Shares | None = None,
        budget: Budget | None = None,
        replays: tuple[int, int] = (20, 5),
    ) -> None:
        self._log = log
        self.shares = shares or Shares()
        self._budget = budget or Budget()
        self.replays = Replays(log, *replays)
        self.most_streams = MOST_STREAMS
        self._channels: Mapping[str, Channel] = {channel.name: channel for channel in channels}
        self._tenants: dict[uuid.UUID, TenantHub] = {}
        self._tenants_lock = threading.Lock()
        self._index = TopicIndex()
        self._revoked: dict[str, float] = {}
        self._changed: dict[str, float] = {}
        self._ending: dict[Subscription, dt.datetime] = {}
        self.reader = Reader(self._tenants.get, log)
        self._joining: set[_Joining] = set()
        self._recovered: set[uuid.UUID] = set()
        self._changed_tenants: set[uuid.UUID] = set()
        self._trimmed = 0
        self.is_closing = False
        self.count = 0

    def attach(
        self,
        watcher: Watcher,
        topic: Topic,
        after: Cursor | None,
        connect: Connect,
        holders: Sequence[Holder] = (),
        said: str = "",
    ) -> Subscription:
        """Catch a watcher up from `after` (None: from nothing) and keep it up to date from then on.

        `connect` is called late, when there is something to send, and what it made is closed if the rest
        fails. `holders` are those whose stream it is, `said` is what the watcher's page says. Raises
        NotAdmitted, TooManyStreams or ShareTaken, and whatever reading the log raises.
        """
        self._admit(watcher, topic)
        self.shares.take(holders)
        self._channels[topic.channel].opened(watcher, topic, said)
        forget = partial(self._forget, holders)
        joining = _Joining(topic.tenant_id, watcher.ended_by, connect)
        self._joining.add(joining)
        self._count(+1)
        try:
            with self._log.inside(topic.tenant_id):
                if topic.tenant_id not in self._recovered:
                    self._recover_revocations(topic.tenant_id)
                subscription = self._tenant(topic.tenant_id).join(
                    topic, watcher.ended_by, after, joining.connected, forget
                )
        except BaseException:
            self._count(-1)
            self.shares.give_back(holders)
            joining.close("error")
            raise
        finally:
            self._joining.discard(joining)
        self._changed_tenants.add(topic.tenant_id)
        connection = subscription.connection
        if not self._revoked.keys().isdisjoint(watcher.ended_by):  # revoked since it was admitted
            self._revoke(connection)
        elif self.is_closing:
            connection.close("shutdown")
        self._end_in_time(subscription, watcher)
        if not connection.is_open:  # it may have closed before `on_close` was set
            forget(subscription)
        return subscription

    def may_replay(self, topic: Topic) -> bool:
        """Whether catching up on it may take long."""
        channel = self._channels.get(topic.channel)
        return channel is not None and channel.replays

    def wake(self, tenant_id: uuid.UUID, seq: int | None = None) -> None:
        """The tenant's log has grown to `seq`, or (None) may have: read on and publish."""
        tenant = self._tenants.get(tenant_id)
        if tenant is not None:
            tenant.wake(seq)

    def refresh(self, tenant_id: uuid.UUID, channel: str, key: str | None = None) -> None:
        """Something changed that no event tells of: send a topic's watchers, or every topic's, all anew."""
        tenant = self._tenants.get(tenant_id)
        if tenant is not None:
            tenant.refresh(channel, key)

    def tell(self, tenant_id: uuid.UUID, channel: str, key: str, message: Message) -> None:
        """Write a topic's watchers a message that no event makes; later ones get a snapshot read after it."""
        tenant = self._tenants.get(tenant_id)
        if tenant is not None:
            tenant.tell(channel, key, message)

    def watched(self) -> list[uuid.UUID]:
        """The tenants that somebody watches."""
        return [tenant_id for tenant_id, tenant in list(self._tenants.items()) if tenant.is_watched]

    def watching(self, channel: str) -> list[uuid.UUID]:
        """The tenants of which somebody watches a topic of this channel."""
        return [each for each in self._index.tenants_of(channel) if any(self.watchers(each, channel))]

    def changed_tenants(self) -> set[uuid.UUID]:
        """The tenants that watchers came to or left since this was last asked."""
        changed_tenants, self._changed_tenants = self._changed_tenants, set()
        return changed_tenants

    def watchers(self, tenant_id: uuid.UUID, channel: str) -> Iterator[Subscription]:
        """Who watches a channel's topics of a tenant now."""
        tenant = self._tenants.get(tenant_id)
        if tenant is not None:
            yield from tenant.topics.subscriptions(channel)

    def head(self, tenant_id: uuid.UUID) -> Cursor | None:
        """How far the tenant's log has been told here; None where nobody watches."""
        tenant = self._tenants.get(tenant_id)
        return tenant.head if tenant is not None else None

    def verify(self) -> None:
        """Compare the head of every tenant followed here with the log, in one read if nothing was missed.

        Raises whatever that read raises. A tenant whose own log cannot be read on waits for the next time.
        """
        began = time.monotonic()
        followed = [tenant_id for tenant_id, tenant in list(self._tenants.items()) if tenant.head is not None]
        if not followed:
            return
        for tenant_id, head in self._log.heads(followed).items():
            try:
                self._tenants[tenant_id].verify(head, began)
            except Exception as error:
                _log.warning("a tenant's log cannot be read on", tenant=str(tenant_id), error=str(error))

    def recover(self) -> None:
        """Make up for notifications that nobody heard: of events, and of access that ended."""
        self._recovered.clear()
        self.verify()
        joining = {each.tenant_id for each in list(self._joining)}
        for tenant_id in joining.union(self.watched()):
            self._recover_revocations(tenant_id)

    def pulse(self, slots: Collection[int] = ALL) -> None:
        """Send the subscriptions of these slots of topics a heartbeat; end those that lived their time."""
        now = time.monotonic()
        self._revoked = {name: at for name, at in self._revoked.items() if at > now - LIFETIME[1]}
        self._changed = {name: at for name, at in self._changed.items() if at > now - CHANGED_FOR}
        for topic in self._index.of_slots(slots):
            for _ in self._tenants[topic.tenant_id].pulse((topic.channel, topic.key), now):
                time.sleep(0)  # let requests in between topics

    def trim(self) -> None:
        """Forget what is too old, and the oldest where too much is kept; to be called every few moments."""
        metrics.kept_bytes.set(self._budget.bytes)
        if self._budget.now < self._trimmed + TRIM_EVERY and not self._budget.is_spent:
            return
        self._trimmed = self._budget.now
        horizon = self._budget.horizon()
        for number, tenant in enumerate(list(self._tenants.values())):
            tenant.forget_before(horizon)
            if number % TRIMMED_AT_ONCE == 0:
                time.sleep(0)

    def revoke(self, name: str) -> None:
        """End every stream of an actor or sign-in that lost access, for good, telling the page why."""
        self._revoked[name] = time.monotonic()
        for subscription in self._subscriptions():
            if name in subscription.ended_by:
                self._revoke(subscription.connection)
        for joining in list(self._joining):
            if name in joining.ended_by and joining.connection is not None:
                self._revoke(joining.connection)

    def begin_anew(self, name: str) -> None:
        """End every stream of an actor who may see something else than before; it comes back by itself.

        Programs are told why, so that they may come back with other words; a page would not come back.
        """
        self._changed[name] = time.monotonic()
        for subscription in self._subscriptions():
            if name in subscription.ended_by:
                if self.may_replay(subscription.topic):
                    subscription.connection.write(frames.BYE_FOR_NOW)
                subscription.connection.close("changed")
        for joining in list(self._joining):
            if name in joining.ended_by and joining.connection is not None:
                joining.connection.write(frames.BYE_FOR_NOW)
                joining.close("changed")

    def readmit(self, name: str) -> None:
        """An actor who had lost access has it again: streams that it opens from now on stay."""
        self._revoked.pop(name, None)

    def close(self) -> None:
        """End every stream: the process is going. Pages reconnect elsewhere by themselves."""
        self.is_closing = True
        for subscription in self._subscriptions():
            subscription.connection.close("shutdown")
        for joining in list(self._joining):
            joining.close("shutdown")

    def send_away(self, a_second: int) -> None:
        """End every stream, so many a second: pages are to come soon to the process that serves here now."""
        self.is_closing = True
        soon = frames.heartbeat(retry=SOON)
        for number, subscription in enumerate(list(self._subscriptions()), 1):
            subscription.connection.write(soon)
            subscription.connection.close("shutdown")
            if number % SENT_AWAY_AT_ONCE == 0:
                time.sleep(SENT_AWAY_AT_ONCE / a_second)
        self.close()

    def _forget(self, holders: Sequence[Holder], subscription: Subscription) -> None:
        """Forget a subscription; does nothing the second time."""
        self._ending.pop(subscription, None)
        if self._tenant(subscription.topic.tenant_id).leave(subscription):
            self._changed_tenants.add(subscription.topic.tenant_id)
            self._count(-1)
            self.shares.give_back(holders)

    def _end_in_time(self, subscription: Subscription, watcher: Watcher) -> None:
        """Note when the watcher's access ends; who may have been let in by an older one comes back soon."""
        if watcher.until is not None and subscription.connection.is_open:
            self._ending[subscription] = watcher.until
        changed = [self._changed[name] for name in watcher.ended_by if name in self._changed]
        if changed:
            subscription.ends_at = min(subscription.ends_at, max(changed) + CHANGED_FOR)

    def end_expired(self) -> None:
        """End the streams of access that is over by now; to be called every few moments."""
        now = dt.datetime.now(dt.UTC)
        for subscription, until in list(self._ending.items()):
            if until <= now:
                self._revoke(subscription.connection)

    def _recover_revocations(self, tenant_id: uuid.UUID) -> None:
        """End streams whose access ended while nobody listened: once a tenant, after each gap."""
        self._recovered.add(tenant_id)
        try:
            ended = self._log.revoked(tenant_id)
        except BaseException:
            self._recovered.discard(tenant_id)  # still unknown: the next join asks again
            raise
        for name in ended:
            self.revoke(name)

    def _revoke(self, connection: Connection) -> None:
        connection.write(frames.BYE)
        connection.close("revoked")

    def _subscriptions(self) -> Iterator[Subscription]:
        for tenant in list(self._tenants.values()):
            yield from tenant.topics.subscriptions()

    def _admit(self, watcher: Watcher, topic: Topic) -> None:
        # Checked here whatever the web layer did before: a view that forgot to look would otherwise hand one
        # tenant's kitchen to another by a mistyped address.
        channel = self._channels.get(topic.channel)
        if channel is None or watcher.tenant_id != topic.tenant_id or not channel.admits(watcher, topic):
            raise NotAdmitted(topic)
        if self.is_closing or self.count >= self.most_streams:
            raise TooManyStreams()

    def _tenant(self, tenant_id: uuid.UUID) -> TenantHub:
        with self._tenants_lock:
            if tenant_id not in self._tenants:
                self._tenants[tenant_id] = TenantHub(
                    tenant_id, self._log, self._channels, self._budget, self.replays, self._index
                )
            return self._tenants[tenant_id]

    def _count(self, change: int) -> None:
        self.count += change
        metrics.subscriptions.inc(change)
