"""Beginning a stream for whoever was let in: at its tenant's owner, set aside to be caught up, or here."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

from flask import Flask

from ordertrack.database.config import Settings
from ordertrack.live.connections import SocketConnection
from ordertrack.live.hub import Hub
from ordertrack.live.owners import Owners
from ordertrack.live.shares import Holder
from ordertrack.live.takeover import TAKEN_OVER
from ordertrack.streams import handing
from ordertrack.streams.handing import Handed
from ordertrack.tenants.principal import Principal
from ordertrack.web import client_address


def begin(app: Flask, stream: Handed, client: socket.socket, environ: dict[str, Any]) -> None:
    """Begin it on the client's own socket; the request of `environ` is taken over then.

    Raises what the hub, its owner's or this process's, refuses it for. If that was after it was taken over,
    the stream has ended.
    """
    hub: Hub = app.extensions["hub"]
    owners: Owners | None = app.extensions.get("owners")
    if owners is not None and handing.hand_over(owners, stream, client):
        environ[TAKEN_OVER] = True
        return

    def take_over() -> SocketConnection:
        environ[TAKEN_OVER] = True  # from here on no error page may be written into the stream
        return SocketConnection(client, stream.request_id, in_chunks=stream.in_chunks)

    if stream.after is not None and hub.may_replay(stream.topic):
        handing.set_aside(hub, stream, take_over)
    else:
        hub.attach(stream.watcher, stream.topic, stream.after, take_over, stream.holders, stream.said)


def holders_of(watcher: Principal, environ: Mapping[str, Any], settings: Settings) -> list[Holder]:
    """Whose a stream is: its link's, key's or sign-in's, and its address's where that is known."""
    holders = [Holder(f"streams_per_{watcher.credential}", watcher.session or watcher.actor)]
    address = client_address.address_of(environ, settings.proxies)
    return holders if address is None else [*holders, Holder("streams_per_address", address)]
