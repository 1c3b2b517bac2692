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
from sqlalchemy.exc import DBAPIError

from ordertrack.database import connecting
from ordertrack.database.app import make_bare_app
from ordertrack.database.config import Settings
from ordertrack.monitoring import logs, parent

# Seconds.
LOOKS_EVERY = 60.0
PATIENCE = 10.0
_WAKES_EVERY = 1.0
_RETRY = (0.5, 1.0, 2.0, 5.0)
_log = structlog.get_logger(__name__)


class TenantWorker:
    """One such worker; `goes_on` is asked once a second.

    `name` is what its connection is called, `channels` are those whose notifications it hears. Hearing of a
    tenant must not fail; `look` and `work` may raise what a database raises.
    """

    name: ClassVar[str]
    channels: ClassVar[tuple[str, ...]]

    def __init__(self, app: Flask, goes_on: Callable[[], bool]) -> None:
        self.app = app
        self._goes_on = goes_on
        self._looks_at = 0.0

    def hear(self, channel: str, tenant_id: uuid.UUID) -> None:
        """This tenant was notified on one of the channels."""
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
        attempt = 0
        while self._goes_on():
            try:
                with self._connect() as connection:
                    attempt = 0
                    self._looks_at = 0.0
                    self._listen(connection)
            except (psycopg.Error, DBAPIError) as error:
                _log.warning(f"the {self.name} lost its database", error=str(error), attempt=attempt)
                self.pause(_RETRY[min(attempt, len(_RETRY) - 1)])
                attempt += 1

    def pause(self, seconds: float) -> None:
        """Rest so long, unless it is to end."""
        until = time.monotonic() + seconds
        while self._goes_on() and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, _WAKES_EVERY))

    def _listen(self, connection: psycopg.Connection) -> None:
        for channel in self.channels:
            connection.execute(f'LISTEN "{channel}"')
        while self._goes_on():
            if time.monotonic() >= self._looks_at:
                connection.execute("SELECT")  # would we hear of more?
                self.look()
                self._looks_at = time.monotonic() + LOOKS_EVERY
            self.work()
            # Closed before the connection, whose lock it holds: ending would wait for it for ever.
            with closing(connection.notifies(timeout=self._until_next())) as notified:
                for heard in notified:
                    self._heard(heard)
                    if self._until_next() <= 0:
                        break

    def _heard(self, notified: psycopg.Notify) -> None:
        try:
            tenant_id = uuid.UUID(notified.payload.partition(":")[0])
        except ValueError:  # anybody in the database may notify whatever they like
            said = {"channel": notified.channel, "payload": notified.payload[:100]}
            _log.warning("notification of another form", **said)
            return
        self.hear(notified.channel, tenant_id)

    def _until_next(self) -> float:
        left = min(self.seconds_until_due(), self._looks_at - time.monotonic())
        return min(max(left, 0.0), _WAKES_EVERY)

    def _connect(self) -> psycopg.Connection:
        return connecting.direct(self.app.config["SQLALCHEMY_DATABASE_URI"], self.name, PATIENCE)


def run(*kinds: type[TenantWorker]) -> None:
    """Run them as one command, until it is told to end or the process that started it is gone.

    One that fails ends the others: whoever started the command starts all of them again.
    """
    has_parent = parent.watched()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    settings = Settings.from_environment()
    logs.configure(quiet=settings.demo)
    app = make_bare_app(settings)

    def work(kind: type[TenantWorker]) -> None:
        try:
            kind(app, lambda: not ended.is_set() and has_parent()).run()
        finally:
            ended.set()

    threads = [threading.Thread(target=work, args=(kind,), name=kind.name) for kind in kinds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
