"""What may be watched, and what the rooms above contribute to watching it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol

from ordertrack.live.cursor import Cursor


class Topic(NamedTuple):
    """One thing to watch: `channel` names the kind, `key` the one of it (a restaurant, an order, ...)."""

    tenant_id: uuid.UUID
    channel: str
    key: str


class Change(Protocol):
    """Something that happened in a tenant; only its position matters here, and when it was written down."""

    @property
    def cursor(self) -> Cursor: ...

    @property
    def recorded_at(self) -> dt.datetime: ...


class Watcher(Protocol):
    """Who wants to watch."""

    @property
    def tenant_id(self) -> uuid.UUID: ...

    @property
    def ended_by(self) -> tuple[str, ...]:
        """The names under which this watcher's streams may be revoked."""

    @property
    def until(self) -> dt.datetime | None:
        """When this watcher's access ends, if that is known."""


class Message(NamedTuple):
    """What a frame is made of: `data` is HTML or JSON; `event` None makes an unnamed message."""

    data: str
    event: str | None = None


class Channel(Protocol):
    """A kind of topic, and how its changes become messages. Rendering must not wait for anything."""

    name: str
    replays: bool
    """Whether a watcher who is far behind wants every message of the log rather than a snapshot."""

    def admits(self, watcher: Any, topic: Topic) -> bool:
        """Whether this watcher, of the topic's tenant, may watch it."""

    def opened(self, watcher: Any, topic: Topic, said: str) -> None:
        """A watcher who is admitted opens a stream; `said` is what its page says with that."""
        return

    def keys(self, change: Any) -> Iterable[str]:
        """The keys of the topics of this channel that the change is news for."""

    def render(self, change: Any, key: str) -> Message:
        """The message that tells a topic's watchers of the change; the same for all of them."""

    def position(self, key: str, cursor: Cursor) -> str:
        """How the watchers of a topic are told a position."""
        return str(cursor)

    def snapshot(self, topic: Topic, head: Cursor) -> Message:
        """Everything that a watcher must know who knows nothing, true of `head` or of a later moment."""
