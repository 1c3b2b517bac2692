"""Handing a stream to the worker that owns its tenant: what goes along, and how a refusal comes back."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from pydantic import TypeAdapter

from ordertrack.live.connections import SocketConnection
from ordertrack.live.cursor import Cursor
from ordertrack.live.hub import Hub, NotAdmitted, TooManyStreams
from ordertrack.live.owners import Owners, Said
from ordertrack.live.shares import Holder, ShareTaken
from ordertrack.live.topics import Topic
from ordertrack.tenants.principal import Principal
from ordertrack.web.database_problems import is_away

_log = structlog.get_logger(__name__)


class OwnerFailed(Exception):
    """The owner of a tenant could not take a stream of it in."""


class OwnerWithoutDatabase(OwnerFailed):
    """It could not for want of the database, which it would have read."""


@dataclass(frozen=True)
class Handed:
    """A stream that was asked for, by whom, and what `Hub.attach` has to know besides."""

    watcher: Principal
    topic: Topic
    after: Cursor | None
    holders: list[Holder]
    said: str
    request_id: str
    in_chunks: bool = False


_HANDED = TypeAdapter(Handed)


def hand_over(owners: Owners, stream: Handed, client: socket.socket) -> bool:
    """Give it to its tenant's owner; False if that is here, or cannot be reached: then it is served here.

    Raises what the owner refuses it for, as `Hub.attach` does, or OwnerFailed.
    """
    if not owners.goes_elsewhere(stream.topic.tenant_id):
        return False
    try:
        refused = owners.hand_over(stream.topic.tenant_id, written(stream), client)
    except OSError as error:
        _log.warning("a stream could not be handed to its owner", error=str(error))
        return False
    if refused is not None:
        raise _error_of(refused, stream.topic)
    return True


def taken_in(hub: Hub) -> Callable[[Said, socket.socket, Callable[[Said | None], None]], None]:
    """How a hub takes a stream in that another worker has let in: checked here again, as its own are."""

    def take(said: Said, client: socket.socket, answer: Callable[[Said | None], None]) -> None:
        stream = read(said)
        begun: list[SocketConnection] = []

        def connect() -> SocketConnection:
            begun.append(SocketConnection(client, stream.request_id, in_chunks=stream.in_chunks))
            answer(None)
            return begun[0]

        try:
            hub.attach(stream.watcher, stream.topic, stream.after, connect, stream.holders, stream.said)
        except Exception as error:
            if not begun:
                answer(_refusal(error))

    return take


def set_aside(hub: Hub, stream: Handed, connect: Callable[[], SocketConnection]) -> None:
    """Have a thread of its own catch it up, so that no request waits for that; returns once it has begun.

    Raises what `Hub.attach` refuses it for.
    """
    is_decided = threading.Event()
    begun: list[SocketConnection] = []
    refused: list[Exception] = []

    def begin() -> SocketConnection:
        begun.append(connect())
        is_decided.set()
        return begun[0]

    def attach() -> None:
        try:
            hub.attach(stream.watcher, stream.topic, stream.after, begin, stream.holders, stream.said)
        except Exception as error:
            refused.append(error)
            if begun:
                _log.warning("a stream ended while it was caught up", error=str(error))
        is_decided.set()

    threading.Thread(target=attach, name="aside", daemon=True).start()
    is_decided.wait()
    if refused and not begun:
        raise refused[0]


def written(stream: Handed) -> Said:
    said: Said = _HANDED.dump_python(stream, mode="json")
    return said


def read(said: Said) -> Handed:
    return _HANDED.validate_python(said)


def _refusal(error: Exception) -> Said:
    if isinstance(error, ShareTaken):
        return {"why": "share", "kind": error.kind, "most": error.most}
    if isinstance(error, NotAdmitted):
        return {"why": "not admitted"}
    if isinstance(error, TooManyStreams):
        return {"why": "full"}
    _log.warning("a stream could not be taken in", error=str(error))
    return {"why": "database" if is_away(error) else str(error)}


def _error_of(refused: Said, topic: Topic) -> Exception:
    if refused["why"] == "share":
        return ShareTaken(refused["kind"], refused["most"])
    if refused["why"] == "not admitted":
        return NotAdmitted(topic)
    if refused["why"] == "full":
        return TooManyStreams()
    is_database = refused["why"] == "database"
    return OwnerWithoutDatabase() if is_database else OwnerFailed(refused["why"])
