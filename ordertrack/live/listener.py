"""One connection a process hears the bus by, supervised: it only wakes the reader, which reads the log."""

from __future__ import annotations

import secrets
import threading
import time
import uuid
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from typing import Protocol

import structlog

from ordertrack.live.hub import Hub
from ordertrack.live.lookout import Lookout
from ordertrack.live.pulses import SLOTS, Pace
from ordertrack.monitoring import metrics

HEARTBEAT = 15.0  # seconds
ASKS_EVERY = 10.0  # seconds after which the connection must show that it still answers
ECHO_WITHIN = 10.0
_RETRY = (0.1, 0.2, 0.5, 1.0, 2.0)
_RESTS_TIMES = 10  # times as long as making up took, while nothing can be heard
_BUS_AWAY = "the bus of ORDERTRACK_BUS is not heard: what it would tell is found by looking, a second late"
_log = structlog.get_logger(__name__)

Hear = Callable[[str], None]
Notify = Callable[[str, str], None]


class Ear(Protocol):
    """What hears a bus; all of it raises something once its connection has gone."""

    advice: str
    """What to look at where nothing comes through."""

    def __enter__(self) -> Ear: ...

    def __exit__(self, *raised: object) -> None: ...

    def listen(self, channel: str) -> None: ...

    def forget(self, channel: str) -> None: ...

    def heard(self, seconds: float) -> Generator[tuple[str, str], None, None]:
        """Channel and payload of what comes within this time; a generator that is to be closed."""
        ...

    def ask(self) -> None:
        """Make sure that the other end still answers."""
        ...


class MalformedPayload(ValueError):
    """A payload that does not have its channel's form."""


class NothingHeard(Exception):
    """What this process notified itself of did not come back."""

    def __init__(self, advice: str, may_be_deaf: bool) -> None:
        so_long = (
            "this process hears of nothing at once and looks once a second"
            if may_be_deaf
            else "this process is not ready, and its screens say that they are not live"
        )
        super().__init__(
            f"What this process notified itself of did not come back within {ECHO_WITHIN:g} s: {advice}."
            f" Until then {so_long}."
        )


class Listener:
    """Turns notifications into wakes, and comes back by itself whenever its connection dies.

    `channels` says what to do with the payload of each. What was notified while it was away nobody heard:
    `recover` makes up for it after each connect, and the lookout finds what gets lost. `notify(channel,
    payload)` goes over another connection: that it comes back proves that this one hears. `look` is what the
    lookout looks at besides the logs. Where it `may_be_deaf`, as the bus is not the database, looking does
    for the time that the bus is away: later, and at a price.
    """

    def __init__(
        self,
        hub: Hub,
        connect: Callable[[], Ear],
        channels: Mapping[str, Hear],
        recover: Callable[[], None],
        notify: Notify,
        look: Callable[[], None] = lambda: None,
        *,
        may_be_deaf: bool = False,
    ) -> None:
        self._hub = hub
        self._connect = connect
        self._channels = channels
        self._recover = recover
        self._notify = notify
        self._stopped = threading.Event()
        self.lookout = Lookout(hub, look)
        self.may_be_deaf = may_be_deaf
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
                with self._connect() as ear:
                    self._begin(ear)
                    if attempt:
                        _log.warning("listener is back", attempts=attempt)
                    attempt = 0
                    self._listen(ear)
            except NothingHeard as error:
                _log.error("listener hears nothing", error=str(error), attempt=attempt)
            except Exception as error:
                # Whatever ends it, a process without a listener lies to its screens: say so, and come back.
                said = _BUS_AWAY if self.may_be_deaf else "listener lost its connection"
                _log.warning(said, error=str(error), attempt=attempt)
            finally:
                if self.is_connected:
                    metrics.bus_connected.dec()
                self.is_connected = self.has_recovered = False
            self._rest(attempt)
            attempt += 1

    def _rest(self, attempt: int) -> None:
        """Until the next try; who may be deaf makes up meanwhile for what it does not hear."""
        took = 0.0
        if self.may_be_deaf and attempt and not self._stopped.is_set():
            began = time.monotonic()
            try:
                self._recover()
            except Exception as error:
                _log.warning("what is not heard cannot be made up for", error=str(error))
            took = time.monotonic() - began
        self._stopped.wait(max(_RETRY[min(attempt, len(_RETRY) - 1)], took * _RESTS_TIMES))

    def _begin(self, ear: Ear) -> None:
        """Listen, and go on only if notifications come through; raises NothingHeard."""
        for channel in self._channels:
            ear.listen(channel)
        # From another connection: a pooler passes on what comes back on the one that notified.
        echo, nonce = f"echo_{secrets.token_hex(8)}", secrets.token_hex(8)
        ear.listen(echo)
        self._notify(echo, nonce)
        # Notifications dropped here are made up for by `recover`.
        with closing(ear.heard(ECHO_WITHIN)) as heard:
            is_heard = any(each == (echo, nonce) for each in heard)
        if not is_heard:
            raise NothingHeard(ear.advice, self.may_be_deaf)
        ear.forget(echo)

    def _listen(self, ear: Ear) -> None:
        self.is_connected = True
        metrics.listener_connected.inc()
        metrics.bus_connected.inc()
        self._recover()
        self.has_recovered = True
        while not self._stopped.is_set():
            for channel, payload in ear.heard(ASKS_EVERY):
                self._hear(channel, payload)
            ear.ask()

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
                if self.is_connected or (self.may_be_deaf and self.lookout.sees):
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
