"""The process that keeps every tenant's roll-up up to date, beside the workers and never in their way.

It sleeps until something is notified, lets events settle, and after each turn rests nine times as long as it
worked, so that taps keep nine tenths of a core even at the height of service.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable

import psycopg
import structlog
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ordertrack.database import connecting
from ordertrack.database.channels import EVENTS_CHANNEL, SETTINGS_CHANNEL
from ordertrack.database.session import db, enter_tenant
from ordertrack.sla.rollup import extend

# Seconds.
SETTLING = 5.2
AGAIN = 1.0
RESTS_TIMES = 9
LONGEST_REST = 15.0
LOOKS_EVERY = 60.0
_WAKES_EVERY = 1.0
PATIENCE = 10.0
_RETRY = (0.5, 1.0, 2.0, 5.0)
_log = structlog.get_logger(__name__)


class Keeping:
    """One such process; `goes_on` is asked once a second."""

    def __init__(self, app: Flask, goes_on: Callable[[], bool]) -> None:
        self._app = app
        self._goes_on = goes_on
        self._due: dict[uuid.UUID, float] = {}
        self._looks_at = 0.0

    def run(self) -> None:
        """Until `goes_on` says no; comes back by itself whenever the database was away."""
        os.nice(10)
        attempt = 0
        while self._goes_on():
            try:
                with self._connect() as connection:
                    attempt = 0
                    self._looks_at = 0.0
                    self._listen(connection)
            except (psycopg.Error, DBAPIError) as error:
                _log.warning("the roll-up lost its database", error=str(error), attempt=attempt)
                self._pause(_RETRY[min(attempt, len(_RETRY) - 1)])
                attempt += 1

    def _listen(self, connection: psycopg.Connection) -> None:
        for channel in (EVENTS_CHANNEL, SETTINGS_CHANNEL):
            connection.execute(f'LISTEN "{channel}"')
        while self._goes_on():
            for heard in connection.notifies(timeout=self._until_next()):
                self._hear(heard.channel, heard.payload)
                if self._until_next() <= 0:
                    break
            self._look(connection)
            self._work()

    def _hear(self, channel: str, payload: str) -> None:
        tenant_id = uuid.UUID(payload.partition(":")[0])
        wait = 0.0 if channel == SETTINGS_CHANNEL else SETTLING
        self._expect(tenant_id, wait)

    def _expect(self, tenant_id: uuid.UUID, wait: float) -> None:
        due = time.monotonic() + wait
        self._due[tenant_id] = min(self._due.get(tenant_id, due), due)

    def _until_next(self) -> float:
        next_due = min([*self._due.values(), self._looks_at], default=0.0)
        return min(max(next_due - time.monotonic(), 0.0), _WAKES_EVERY)

    def _look(self, connection: psycopg.Connection) -> None:
        """Ask for tenants that nobody has notified us of, as after a start, and whether we would hear it."""
        if time.monotonic() < self._looks_at:
            return
        connection.execute("SELECT")
        with self._app.app_context():
            for tenant_id in db.session.scalars(text("SELECT tenants_behind()")):
                self._expect(tenant_id, 0.0)
            db.session.rollback()
        self._looks_at = time.monotonic() + LOOKS_EVERY

    def _work(self) -> None:
        began = time.monotonic()
        for tenant_id in [each for each, due in self._due.items() if due <= began]:
            del self._due[tenant_id]
            self._keep_up(tenant_id)
        self._pause(min((time.monotonic() - began) * RESTS_TIMES, LONGEST_REST))

    def _keep_up(self, tenant_id: uuid.UUID) -> None:
        try:
            with self._app.app_context():
                enter_tenant(tenant_id)
                if extend.keep_up(tenant_id):
                    self._expect(tenant_id, AGAIN)
        except Exception:
            # One tenant's trouble is not everybody's: the others go on, and this one is tried again. If it is
            # the database that has gone, our own connection to it says so next.
            _log.exception("a roll-up could not be kept up", tenant=str(tenant_id))
            self._expect(tenant_id, LOOKS_EVERY)

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while self._goes_on() and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, _WAKES_EVERY))

    def _connect(self) -> psycopg.Connection:
        return connecting.direct(self._app.config["SQLALCHEMY_DATABASE_URI"], "roll-up", PATIENCE)
