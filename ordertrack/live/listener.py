"""One LISTEN connection a process, supervised: it only wakes the reader, which reads the log itself."""

from __future__ import annotations

import secrets
import threading
import time
import uuid
from collections.abc import Callable, Mapping

import psycopg
import structlog

from ordertrack.live.hub import Hub
from ordertrack.live.lookout import Lookout
from ordertrack.live.pulses import SLOTS, Pace
from ordertrack.monitoring import metrics

HEARTBEAT = 15.0  # seconds
ASKS_EVERY = 10.0  # seconds after which the connection must show that it still answers
ECHO_WITHIN = 10.0
_RETRY = (0.1, 0.2, 0.5, 1.0, 2.0)
_log = structlog.get_logger(__name__)

Hear = Callable[[str], None]
Notify = Callable[[str, str], None]


class MalformedPayload(ValueError):
    """A payload that does not have its channel's form."""


class NothingHeard(Exception):
    """What this process notified itself of did not come back."""

    def __str__(self) -> str:
        return (
            f"What this process notified itself of did not come back within {ECHO_WITHIN:g} s: LISTEN has no"
            " effect on this connection, as through a pooler in transaction mode (PgBouncer). Give ordertrack"
            " a connection straight to PostgreSQL, or a pooler in session mode. Until then this process is"
            " not ready, and its screens say that they are not live."
        )


class Listener:
    """Turns notifications into wakes, and comes back by itself whenever its connection dies.

    `channels` says what to do with the payload of each. What was notified while it was away nobody heard:
    `recover` makes up for it after each connect, and the lookout finds what gets lost. `notify(channel,
    payload)` goes over another connection: that it comes back proves that this one hears. `look` is what the
    lookout looks at besides the logs.
    """

    def __init__(
        self,
        hub: Hub,
        connect: Callable[[], psycopg.Connection],
        channels: Mapping[str, Hear],
        recover: Callable[[], None],
        notify: Notify,
        look: Callable[[], None] = lambda: None,
    ) -> None:
        self._hub = hub
        self._connect = connect
        self._channels = channels
        self._recover = recover
        self._notify = notify
        self._stopped = threading.Event()
        self.lookout = Lookout(hub, look)
        self.is_connected = False
        self.has_recovered = False

    def start(self) -> None:
        threading.Thread(target=self._supervise, name="listener", daemon=True).start()
        threading.Thread(target=self._beat, name="heartbeat", daemon=True).start()
        self._hub.reader.start()
        self.lookout.start()

    def stop(self) -> None:
        self._stopped.set()
        self._hub.reader.stop()
        self.lookout.stop()
        self._hub.close()

    def _supervise(self) -> None:
        attempt = 0
        while not self._stopped.is_set():
            try:
                with self._connect() as connection:
                    self._begin(connection)
                    if attempt:
                        _log.warning("listener is back", attempts=attempt)
                    attempt = 0
                    self._listen(connection)
            except NothingHeard as error:
                _log.error("listener hears nothing", error=str(error), attempt=attempt)
            except Exception as error:
                # Whatever ends it, a process without a listener lies to its screens: say so, and come back.
                _log.warning("listener lost its connection", error=str(error), attempt=attempt)
            finally:
                self.is_connected = self.has_recovered = False
            self._stopped.wait(_RETRY[min(attempt, len(_RETRY) - 1)])
            attempt += 1

    def _begin(self, connection: psycopg.Connection) -> None:
        """Listen, and go on only if notifications come through; raises NothingHeard."""
        for channel in self._channels:
            connection.execute(f'LISTEN "{channel}"')
        # From another connection: a pooler passes on what comes back on the one that notified.
        echo, nonce = f"echo_{secrets.token_hex(8)}", secrets.token_hex(8)
        connection.execute(f'LISTEN "{echo}"')
        self._notify(echo, nonce)
        deadline = time.monotonic() + ECHO_WITHIN
        while (left := deadline - time.monotonic()) > 0:
            # Notifications dropped here are made up for by `recover`.
            heard = list(connection.notifies(timeout=left, stop_after=1))
            if any((each.channel, each.payload) == (echo, nonce) for each in heard):
                connection.execute(f'UNLISTEN "{echo}"')
                return
        raise NothingHeard

    def _listen(self, connection: psycopg.Connection) -> None:
        self.is_connected = True
        metrics.listener_connected.inc()
        self._recover()
        self.has_recovered = True
        while not self._stopped.is_set():
            for notification in connection.notifies(timeout=ASKS_EVERY):
                self._hear(notification.channel, notification.payload)
            connection.execute("SELECT")

    def _hear(self, channel: str, payload: str) -> None:
        try:
            self._channels[channel](payload)
        except MalformedPayload:
            _log.warning("notification of another form", channel=channel, payload=payload[:100])

    def _beat(self) -> None:
        pace = Pace(HEARTBEAT, time.monotonic())
        while not self._stopped.wait(HEARTBEAT / SLOTS):
            try:
                self._hub.trim()
                self._hub.end_expired()
                # Not connected: without heartbeats pages say that they are not live.
                if self.is_connected:
                    self._hub.pulse(pace.due(time.monotonic()))
            except Exception:
                _log.exception("heartbeat failed")


def wake_handler(hub: Hub) -> Hear:
    """Hears `<tenant>:<seq>`: the tenant's log has grown."""

    def hear(payload: str) -> None:
        tenant_id, seq = parse_payload(payload)
        if not seq.isdecimal():
            raise MalformedPayload(payload)
        hub.reader.wake(tenant_id, int(seq))

    return hear


def parse_payload(payload: str) -> tuple[uuid.UUID, str]:
    """The tenant of `<tenant>:<rest>`, and the rest; raises MalformedPayload."""
    tenant, _, rest = payload.rpartition(":")
    return tenant_of(tenant), rest


def tenant_of(payload: str) -> uuid.UUID:
    """The payload as a tenant's id; raises MalformedPayload."""
    try:
        return uuid.UUID(payload)
    except ValueError:
        raise MalformedPayload(payload) from None
