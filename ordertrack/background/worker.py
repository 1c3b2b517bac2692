"""What each of them does: it listens, works, and comes back by itself when the database was away."""

from __future__ import annotations

import signal
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from typing import ClassVar

import psycopg
import structlog
from flask import Flask
from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from ordertrack.background.turn import ASKS_EVERY, Turn
from ordertrack.database.app import make_bare_app
from ordertrack.database.channels import Bus, BusLost, Ear
from ordertrack.database.config import Settings
from ordertrack.monitoring import logs, metrics, parent

# Seconds.
LOOKS_EVERY = 60.0
PATIENCE = 10.0
_WAKES_EVERY = 1.0
_HEARS = 0.05  # while something is due
_HEARD_TOGETHER = 0.02
_NOTICES_WITHIN = 0.2  # that it is to end
_HEARS_AT_ONCE = 0.4  # before it looks whether it is to end: each waking costs
_RETRY = (0.5, 1.0, 2.0, 5.0)
_log = structlog.get_logger(__name__)


class TenantWorker:
    """One such worker; `goes_on` is asked once a second.

    `name` is what its connection is called, `channels` are those whose notifications it hears. Hearing of a
    tenant must not fail; `look` and `work` may raise what a database raises.
    """

    name: ClassVar[str]
    channels: ClassVar[tuple[str, ...]]
    hears_every: ClassVar[float] = 0.0
    """Seconds in which what is heard is heard together, unless something is due: each waking costs."""

    def __init__(self, app: Flask, goes_on: Callable[[], bool]) -> None:
        self.app = app
        self._goes_on = goes_on
        self._looks_at = 0.0
        self._rested_at = 0.0

    def hear(self, channel: str, tenant_id: uuid.UUID, more: str) -> None:
        """This tenant was notified on one of the channels; `more` is what the payload says behind it."""
        raise NotImplementedError

    def look(self) -> None:
        """Ask for all tenants that wait: at the start, once a minute, and after the database was away."""
        raise NotImplementedError

    def work(self) -> None:
        """Do what is due now."""
        raise NotImplementedError

    def seconds_until_due(self) -> float:
        """How long nothing is due; negative if something is."""
        raise NotImplementedError

    def run(self) -> None:
        """Until `goes_on` says no."""
        metrics.beside_starts.labels(self.name).inc()
        attempt = 0
        while self._goes_on():
            try:
                with self._connect() as ear:
                    attempt = 0
                    self._looks_at = 0.0
                    self._listen(ear)
            except (psycopg.Error, DBAPIError) as error:
                _log.warning(f"the {self.name} lost its database", error=str(error), attempt=attempt)
                self.pause(_RETRY[min(attempt, len(_RETRY) - 1)])
                attempt += 1
            except BusLost as error:
                _log.warning(f"the {self.name} lost its bus", error=str(error), attempt=attempt)
                self._work_unheard(_RETRY[min(attempt, len(_RETRY) - 1)])
                attempt += 1

    def pause(self, seconds: float) -> None:
        """Rest so long, unless it is to end."""
        until = time.monotonic() + seconds
        while self._goes_on() and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, _WAKES_EVERY))

    def _work_unheard(self, seconds: float) -> None:
        """Look, as nothing can be heard, and work so long."""
        until = time.monotonic() + seconds
        try:
            self.look()
            while self._goes_on() and time.monotonic() < until:
                self.work()
                metrics.beside_at.labels(self.name).set_to_current_time()
                left = min(self.seconds_until_due(), until - time.monotonic())
                self.pause(min(max(left, 0.0), _WAKES_EVERY))
        except (psycopg.Error, DBAPIError) as error:
            _log.warning(f"the {self.name} lost its database", error=str(error))
            self.pause(seconds)

    def _listen(self, ear: Ear) -> None:
        for channel in self.channels:
            ear.listen(channel)
        while self._goes_on():
            if time.monotonic() >= self._looks_at:
                ear.ask()  # would we hear of more?
                self.look()
                self._looks_at = time.monotonic() + LOOKS_EVERY
            self.work()
            metrics.beside_at.labels(self.name).set_to_current_time()
            self._hear(ear)

    def _hear(self, ear: Ear) -> None:
        """Wait until something is due, sooner for what is heard maybe; all that came is heard before."""
        began = time.monotonic()
        while time.monotonic() - began < (_WAKES_EVERY if self._until_next() > 0 else _HEARS):
            if (message := self._next(ear, self._until_next())) is None:
                return
            self._heard(*message)
            self._rest()

    def _next(self, ear: Ear, seconds: float) -> tuple[str, str] | None:
        """What is heard next within this time; sooner nothing, if it is to end: a restart waits for that."""
        until = time.monotonic() + seconds
        while True:
            left = max(until - time.monotonic(), 0.0)
            with closing(ear.heard(min(left, _HEARS_AT_ONCE))) as heard:
                message = next(heard, None)
            if message is not None or left <= _HEARS_AT_ONCE or not self._goes_on():
                return message

    def _rest(self) -> None:
        """Let more come before it is heard; not after each of those that had come meanwhile."""
        if self.hears_every and time.monotonic() > self._rested_at + _HEARD_TOGETHER:
            time.sleep(min(self.hears_every, self._until_next()))
            self._rested_at = time.monotonic()

    def _heard(self, channel: str, payload: str) -> None:
        named, _, more = payload.partition(":")
        try:
            tenant_id = uuid.UUID(named)
        except ValueError:  # anybody in the database may notify whatever they like
            _log.warning("notification of another form", channel=channel, payload=payload[:100])
            return
        self.hear(channel, tenant_id, more)

    def _until_next(self) -> float:
        left = min(self.seconds_until_due(), self._looks_at - time.monotonic())
        return min(max(left, 0.0), _WAKES_EVERY)

    def _connect(self) -> Ear:
        bus: Bus = self.app.extensions["bus"]
        return bus.ear(self.name, PATIENCE)


def run(*kinds: type[TenantWorker], turn: Callable[[Callable[[], URL]], Turn] = Turn) -> None:
    """Run them as one command, until it is told to end or the process that started it is gone.

    Of all hosts on a database one does: whoever has the turn, of which each such command has its own. One
    that fails ends the others: whoever started the command starts all of them again.
    """
    has_parent = parent.watched()
    told: list[int] = []  # an Event could be set while the thread that waits for it holds its lock
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _frame: told.append(number))

    def goes_on() -> bool:
        return not told and has_parent()

    settings = Settings.from_environment()
    logs.configure(quiet=settings.demo)
    app = make_bare_app(settings)
    ours = turn(lambda: settings.app_direct_url)
    while goes_on():
        if not ours.ask():
            until = time.monotonic() + ASKS_EVERY
            while goes_on() and time.monotonic() < until:
                time.sleep(_NOTICES_WITHIN)
        elif _work_together(kinds, app, ours, goes_on):
            return


def _work_together(
    kinds: tuple[type[TenantWorker], ...], app: Flask, turn: Turn, goes_on: Callable[[], bool]
) -> bool:
    """Work while it is this host's turn; whether one of them ended before."""
    has_failed = threading.Event()

    def work(kind: type[TenantWorker]) -> None:
        try:
            kind(app, lambda: goes_on() and turn.is_ours and not has_failed.is_set()).run()
        finally:
            if goes_on() and turn.is_ours:
                has_failed.set()

    threads = [threading.Thread(target=work, args=(kind,), name=kind.name) for kind in kinds]
    for thread in threads:
        thread.start()
    asks_at = time.monotonic() + ASKS_EVERY
    while goes_on() and not has_failed.wait(_NOTICES_WITHIN):
        if time.monotonic() >= asks_at:
            if not turn.ask():
                break
            asks_at = time.monotonic() + ASKS_EVERY
    for thread in threads:
        thread.join()
    return has_failed.is_set()
