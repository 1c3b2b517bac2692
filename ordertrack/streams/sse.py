"""The live path of this application: the log it reads, the channels it carries, the answers it gives."""

from __future__ import annotations

import datetime as dt
import os
import signal
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from math import inf
from typing import Any, NamedTuple

from flask import Flask, Response, current_app, g, has_app_context, request

from ordertrack.database import connecting, ttl_cache
from ordertrack.database import session as database
from ordertrack.database.channels import Bus, Ear, notify_at_once
from ordertrack.database.session import db, tenant_context
from ordertrack.live.connections import QueueConnection
from ordertrack.live.cursor import Cursor, MalformedCursor
from ordertrack.live.hub import Hub
from ordertrack.live.listener import Hear, Listener
from ordertrack.live.owners import Mailboxes, Owners
from ordertrack.live.shares import Shares
from ordertrack.live.subscriptions import LIFETIME
from ordertrack.live.takeover import socket_to_take_over
from ordertrack.live.topics import Channel, Topic
from ordertrack.monitoring import request_log
from ordertrack.orders.log import event_log
from ordertrack.orders.log.entries import Change
from ordertrack.orders.reading import known_orders
from ordertrack.orders.reading.known_orders import KnownOrders
from ordertrack.streams import beginning, handing
from ordertrack.streams.coming_back import ComingBack
from ordertrack.streams.handing import Handed
from ordertrack.streams.heads import Heads
from ordertrack.streams.waker import Waker
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.sessions import access

# Seconds for one answer of the database.
LISTENER_PATIENCE = 10.0
LOOK_PATIENCE = 10.0
UNTOLD_FOR = 60.0  # seconds at most that settings are kept, on a bus that is not the database


class EventLog:
    """The hub's view of the log. Each read gives its connection back before anything is written."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._heads = Heads(event_log.head, event_log.heads)

    def inside(self, tenant_id: uuid.UUID) -> AbstractContextManager[None]:
        if has_app_context() and g.get("tenant_id") == tenant_id:
            return nullcontext()  # a request that has entered its tenant
        return tenant_context(self._app, tenant_id)

    def head(self, tenant_id: uuid.UUID) -> Cursor:
        return self._heads.of(tenant_id)

    def heads(self, tenant_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Cursor]:
        with self._app.app_context(), connecting.within(LOOK_PATIENCE):
            return event_log.heads(tenant_ids)

    def after(self, tenant_id: uuid.UUID, seq: int, limit: int) -> list[Any]:
        return _known(event_log.changes_after(tenant_id, seq, limit))

    def after_many(self, positions: Mapping[uuid.UUID, int]) -> Mapping[uuid.UUID, list[Any]]:
        with self._app.app_context(), connecting.within(LOOK_PATIENCE):
            found = event_log.few_after(positions)
            for changes in found.values():
                _known(changes)
            return found

    def entries(self, tenant_id: uuid.UUID, seq: int, limit: int) -> list[Any]:
        return event_log.log_after(tenant_id, seq, limit)

    def revoked(self, tenant_id: uuid.UUID) -> list[str]:
        with tenant_context(self._app, tenant_id):
            return access.ended_lately(tenant_id, dt.timedelta(seconds=LIFETIME[1]))


def _known(changes: list[Change]) -> list[Change]:
    for change in changes:
        known_orders.put(change.order)
    return changes


class Hearing(NamedTuple):
    """What each notification of the database means, by its channel; `recover` makes up for what was missed.

    `look` looks about once a second for what must not be missed.
    """

    channels: Mapping[str, Hear]
    recover: Callable[[], None]
    look: Callable[[], None]


def init_app(app: Flask, channels: list[Channel], hearing: Callable[[Flask, Hub], Hearing]) -> None:
    """Make this process's hub and its listener; `start` sets the listener going."""
    limits = app.config["SETTINGS"].limits
    replays = (limits.replays, limits.replays_per_key)
    hub = Hub(EventLog(app), channels, Shares(limits._asdict()), replays=replays)
    hub.most_streams = limits.streams
    app.extensions["hub"] = hub
    bus: Bus = app.extensions["bus"]
    heard = hearing(app, hub)
    app.extensions["listener"] = Listener(
        hub,
        lambda: _ear(app, hub),
        heard.channels,
        heard.recover,
        partial(_notify, app),
        heard.look,
        may_be_deaf=bus.may_be_lost,
    )


def start(app: Flask, mailboxes: Mailboxes | None = None) -> None:
    """Begin to listen, and to tell at once what is written here; call it once in each process that serves.

    `mailboxes` are those of the host's workers; None where this one is alone.
    """
    listener: Listener = app.extensions["listener"]
    hub: Hub = app.extensions["hub"]
    listener.start()
    # Who writes without the Redis that the hosts hear, as a command on another machine, tells them nothing.
    ttl_cache.believe(lambda: listener.has_recovered, UNTOLD_FOR if listener.may_be_deaf else inf)
    owners = None
    if mailboxes is not None:
        owners = app.extensions["owners"] = Owners(mailboxes, handing.taken_in(hub), hub.reader.wake)
        owners.start()
    app.extensions["known_orders"] = KnownOrders(owners.is_elsewhere) if owners else KnownOrders()
    Waker(app, hub.reader, owners).start()


def stop(app: Flask) -> None:
    """End the streams, and have the others know what was written here."""
    ttl_cache.believe(bool)
    app.extensions.pop("known_orders", None)
    if (owners := app.extensions.pop("owners", None)) is not None:
        owners.stop()
    app.extensions["listener"].stop()
    app.extensions["waker"].stop()


def answer(
    watcher: Principal,
    topic: Topic,
    after: Cursor | None,
    said: str = "",
    *,
    in_chunks: bool = False,
    is_as_it_was: Callable[[], bool] | None = None,
) -> Response:
    """Subscribe the asker of this request to `topic`, catching up from `after` (None: a snapshot).

    `said` is what the page says of itself, for the topic's channel. `in_chunks` it is if the asker knows
    these, as HTTP/1.0 does not. `is_as_it_was` is for who was let in by a sign-in of the house: it says
    later whether all that this request went by, but for where it stands in the log, still is as it was.
    """
    hub: Hub = current_app.extensions["hub"]
    database.release_connection()  # who watches holds no connection
    environ = request.environ
    client = socket_to_take_over(environ)
    if request.method == "HEAD":
        return Response(mimetype="text/event-stream")
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    holders = beginning.holders_of(watcher, environ, app.config["SETTINGS"])
    if client is not None:
        in_chunks = in_chunks and environ.get("SERVER_PROTOCOL") == "HTTP/1.1"
        stream = Handed(watcher, topic, after, holders, said, request_log.request_id(), in_chunks)
        beginning.begin(app, stream, client, environ)
        if is_as_it_was is not None:
            coming_back: ComingBack = app.extensions["coming_back"]
            coming_back.keep(environ, stream, request.args.get("after", ""), is_as_it_was)
        return Response(mimetype="text/event-stream")
    connection = QueueConnection()
    hub.attach(watcher, topic, after, lambda: connection, holders, said)
    response = Response(iter(connection), mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def requested_cursor(read: Callable[[str], Cursor] = Cursor.parse) -> Cursor | None:
    """Where the asker left off: `Last-Event-ID`, else `after`; None if it is no cursor that can be used.

    `read` makes a cursor of what the topic's watchers are told.
    """
    position = request.headers.get("Last-Event-ID") or request.args.get("after", "")
    try:
        return read(position)
    except MalformedCursor:
        return None


def _ear(app: Flask, hub: Hub) -> Ear:
    """The listener's own, which hears of the tenants watched here; the process ends if its role is unsafe."""
    patience = connecting.within(LISTENER_PATIENCE)
    with app.app_context(), patience, db.engine.connect() as connection:
        try:
            database.refuse_unsafe_role(connection)
        except database.UnsafeDatabaseRole as error:
            app.logger.critical("%s", error)
            os.kill(os.getpid(), signal.SIGTERM)
            raise
    bus: Bus = app.extensions["bus"]
    return bus.ear("listener", LISTENER_PATIENCE, hub.watched)


def _notify(app: Flask, channel: str, payload: str) -> None:
    with app.app_context(), connecting.within(LISTENER_PATIENCE):
        notify_at_once(channel, [payload])
