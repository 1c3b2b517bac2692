"""A Redis or Valkey as the bus: publish and subscribe, and nothing is kept there.

A tenant's hints go by one of a fixed number of channels, by the tenant, so that a process hears of those
whose screens it holds, and of few others.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any

import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.connection import ConnectionPool
from redis.exceptions import RedisError
from redis.retry import Retry
from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from ordertrack.database.channels import FOR_WATCHERS, BusLost
from ordertrack.database.session import db

BUCKETS = 64
# Seconds.
CONNECTS_WITHIN = 1.0
ANSWERS_WITHIN = 2.0
RESTS = 1.0  # after it could not be used: requests must not wait for it one after the other
LOOKS_EVERY = 0.5  # at which tenants there are screens of
PINGS_AFTER = 3.0  # of silence
PONGS_WITHIN = 5.0
_TO_SAY = "said with the commit"
_log = structlog.get_logger(__name__)


class RedisBus:
    """Said by one pool of connections, heard by a connection an ear; `house` tells this database's apart."""

    may_be_lost = True

    def __init__(self, address: str, house: Callable[[], str]) -> None:
        self._address = address
        self._find_house = house
        self._rests_until = float("-inf")

    def say(self, channel: str, payloads: Sequence[str]) -> None:
        if time.monotonic() < self._rests_until:
            raise BusLost("it could not be used a moment ago")
        try:
            with self._client.pipeline(transaction=False) as together:
                for payload in payloads:
                    together.publish(self._names.of(channel, payload), payload)
                together.execute()
        except (RedisError, OSError) as error:
            self._rests_until = time.monotonic() + RESTS
            raise BusLost(str(error)) from error

    def say_with_commit(self, channel: str, payload: str) -> None:
        db.session().info.setdefault(_TO_SAY, []).append((self, channel, payload))

    def ear(
        self, name: str, patience: float, tenants: Callable[[], Iterable[uuid.UUID]] | None = None
    ) -> RedisEar:
        try:
            connection: Any = self.pool(name).make_connection()
            connection.connect()
        except (RedisError, OSError) as error:
            raise BusLost(str(error)) from error
        return RedisEar(connection, self._names, tenants)

    @cached_property
    def house(self) -> str:
        return self._find_house()

    @cached_property
    def _names(self) -> Names:
        return Names(self.house)

    @cached_property
    def _client(self) -> Redis:
        return Redis(connection_pool=self.pool("ordertrack"))

    def pool(self, name: str) -> ConnectionPool:
        """Connections under this name, which wait for no answer for long."""
        return ConnectionPool.from_url(
            self._address,
            client_name=name.replace(" ", "-"),
            protocol=2,
            socket_connect_timeout=CONNECTS_WITHIN,
            socket_timeout=ANSWERS_WITHIN,
            socket_keepalive=True,
            retry=Retry(NoBackoff(), 0),
        )


class Names:
    """What channels are called on a bus that several houses may use."""

    def __init__(self, house: str) -> None:
        self._house = house

    def of(self, channel: str, payload: str) -> str:
        """The name under which this is said."""
        if channel not in FOR_WATCHERS:
            return f"{self._house}:{channel}"
        return f"{self._house}:{channel}:{bucket(uuid.UUID(payload.partition(':')[0]))}"

    def all_of(self, channel: str, buckets: Iterable[int]) -> set[str]:
        """The names to listen to for these tenants' part of a channel."""
        if channel not in FOR_WATCHERS:
            return {f"{self._house}:{channel}"}
        return {f"{self._house}:{channel}:{number}" for number in buckets}

    @staticmethod
    def channel_of(name: str) -> str:
        return name.split(":")[1]


def bucket(tenant_id: uuid.UUID) -> int:
    return tenant_id.int % BUCKETS


class RedisEar:
    """One subscribed connection. Raises BusLost.

    It never connects again by itself: what was said meanwhile has to be made up for.
    """

    advice = "The server of ORDERTRACK_BUS does not pass on what is published to who has subscribed there"

    def __init__(
        self, connection: Any, names: Names, tenants: Callable[[], Iterable[uuid.UUID]] | None
    ) -> None:
        self._connection = connection
        self._names = names
        self._tenants = tenants
        self._channels: set[str] = set()
        self._subscribed: set[str] = set()
        self._looks_at = 0.0
        self._heard_at = time.monotonic()
        self._pinged_at: float | None = None

    def __enter__(self) -> RedisEar:
        return self

    def __exit__(self, *raised: object) -> None:
        with suppress(RedisError, OSError):
            self._connection.disconnect()

    def listen(self, channel: str) -> None:
        self._channels.add(channel)
        self._subscribe()

    def forget(self, channel: str) -> None:
        self._channels.discard(channel)
        self._subscribe()

    def heard(self, seconds: float) -> Generator[tuple[str, str], None, None]:
        until = time.monotonic() + seconds
        while True:
            left = max(until - time.monotonic(), 0.0)
            message = self._next(min(left, LOOKS_EVERY))
            if message is None and not left:
                return
            if message is not None and message[0] == b"message":
                yield self._names.channel_of(message[1].decode()), message[2].decode(errors="replace")

    def ask(self) -> None:
        """Nothing: it pings by itself when all is silent, and so notices a line that only seems open."""

    def _next(self, seconds: float) -> Any:
        """What comes next, or None."""
        now = time.monotonic()
        if now >= self._looks_at:
            self._subscribe()
        self._ping(now)
        try:
            if not self._connection.can_read(timeout=seconds):
                return None
            message = self._connection.read_response()
        except (RedisError, OSError) as error:
            raise BusLost(str(error)) from error
        self._heard_at, self._pinged_at = time.monotonic(), None
        return message

    def _ping(self, now: float) -> None:
        if self._pinged_at is None:
            if now > self._heard_at + PINGS_AFTER:
                self._send("PING")
                self._pinged_at = now
        elif now > self._pinged_at + PONGS_WITHIN:
            raise BusLost(f"it did not answer within {PONGS_WITHIN:g} s")

    def _subscribe(self) -> None:
        self._looks_at = time.monotonic() + LOOKS_EVERY
        tenants = self._tenants
        buckets = range(BUCKETS) if tenants is None else {bucket(each) for each in tenants()}
        wanted = {name for channel in self._channels for name in self._names.all_of(channel, buckets)}
        if come := wanted - self._subscribed:
            self._send("SUBSCRIBE", *sorted(come))
        if gone := self._subscribed - wanted:
            self._send("UNSUBSCRIBE", *sorted(gone))
        self._subscribed = wanted

    def _send(self, *command: str) -> None:
        try:
            self._connection.send_command(*command)
        except (RedisError, OSError) as error:
            raise BusLost(str(error)) from error


@event.listens_for(Session, "after_commit")
def _say(session: Session) -> None:
    if session.in_nested_transaction():
        return
    for bus, channel, payload in session.info.pop(_TO_SAY, ()):
        try:
            bus.say(channel, [payload])
        except BusLost as error:  # it is committed, whoever is told
            _log.warning("nobody was notified", channel=channel, error=str(error))


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    """What was to be said with a transaction that was not committed is not said."""
    if transaction.parent is None:
        session.info.pop(_TO_SAY, None)
