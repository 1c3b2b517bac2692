"""One watcher of one topic, and what the hub needs of the connection and of the log behind it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from random import uniform
from typing import Any, Protocol

from ordertrack.live.cursor import Cursor
from ordertrack.live.topics import Topic

LIFETIME = (8 * 60.0, 10 * 60.0)  # seconds; spread, so that a deploy's reconnects do not come back together


class Connection(Protocol):
    """Where a subscription's frames go. Writing never waits."""

    on_close: Callable[[], None]

    @property
    def is_open(self) -> bool: ...

    def write(self, data: bytes, *, bounded: bool = True) -> None: ...

    def drain(self) -> bool: ...

    def close(self, why: str) -> None: ...


Connect = Callable[[], Connection]


class Log(Protocol):
    """The truth that is caught up from: one tenant's events, each with what rendering needs."""

    def inside(self, tenant_id: uuid.UUID) -> AbstractContextManager[None]: ...

    def head(self, tenant_id: uuid.UUID) -> Cursor: ...

    def heads(self, tenant_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Cursor]: ...

    def after(self, tenant_id: uuid.UUID, seq: int, limit: int) -> list[Any]: ...

    def after_many(self, positions: Mapping[uuid.UUID, int]) -> Mapping[uuid.UUID, list[Any]]:
        """Some changes after its own position of each of these tenants that has any, read together."""

    def entries(self, tenant_id: uuid.UUID, seq: int, limit: int) -> list[Any]:
        """As `after`, but of each event only what the log itself says."""

    def revoked(self, tenant_id: uuid.UUID) -> list[str]:
        """The names of watchers whose access ended within the longest life of a stream."""


class Subscription:
    """One watcher of one topic, until its connection closes or its time is over."""

    __slots__ = ("connection", "ended_by", "ends_at", "topic")

    def __init__(self, topic: Topic, ended_by: tuple[str, ...], connection: Connection) -> None:
        self.topic = topic
        self.ended_by = ended_by
        self.connection = connection
        self.ends_at = time.monotonic() + uniform(*LIFETIME)  # noqa: S311 (a spread, not a secret)
