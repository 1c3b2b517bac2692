"""The process that begins orders for later at their moment: one beside the workers, never a timer a screen.

It knows of each tenant when something is due next: from the schema when it starts and once a minute, and
from the tenant's log whenever that grows. What was due while it was away is done when it is back.
"""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Callable

import psycopg
import structlog
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ordertrack.database import connecting
from ordertrack.database.channels import EVENTS_CHANNEL
from ordertrack.database.session import db, enter_tenant
from ordertrack.scheduling import due

# Seconds.
LOOKS_EVERY = 60.0
PATIENCE = 10.0
_WAKES_EVERY = 1.0
_AGAIN_AFTER = 5.0
_RETRY = (0.5, 1.0, 2.0, 5.0)
_log = structlog.get_logger(__name__)


class Clock:
    """One such process; `goes_on` is asked once a second."""

    def __init__(self, app: Flask, goes_on: Callable[[], bool]) -> None:
        self._app = app
        self._goes_on = goes_on
        self._due: dict[uuid.UUID, dt.datetime] = {}
        self._looks_at = 0.0

    def run(self) -> None:
        """Until `goes_on` says no; comes back by itself whenever the database was away."""
        attempt = 0
        while self._goes_on():
            try:
                with self._connect() as connection:
                    attempt = 0
                    self._looks_at = 0.0
                    self._listen(connection)
            except (psycopg.Error, DBAPIError) as error:
                _log.warning("the clock lost its database", error=str(error), attempt=attempt)
                time.sleep(_RETRY[min(attempt, len(_RETRY) - 1)])
                attempt += 1

    def _listen(self, connection: psycopg.Connection) -> None:
        connection.execute(f'LISTEN "{EVENTS_CHANNEL}"')
        while self._goes_on():
            self._look(connection)
            self._work(_now())
            grown = {
                uuid.UUID(heard.payload.partition(":")[0])
                for heard in connection.notifies(timeout=self._until_next(), stop_after=1)
            }
            for tenant_id in grown:
                self._expect(tenant_id)

    def _look(self, connection: psycopg.Connection) -> None:
        """Ask for all that is due, as after a start, and whether we would hear of more."""
        if time.monotonic() < self._looks_at:
            return
        connection.execute("SELECT")
        with self._app.app_context():
            rows = db.session.execute(text("SELECT tenant_id, at FROM next_due()")).all()
            db.session.rollback()
        self._due = {row.tenant_id: row.at for row in rows}
        self._looks_at = time.monotonic() + LOOKS_EVERY

    def _work(self, now: dt.datetime) -> None:
        for tenant_id in [each for each, at in self._due.items() if at <= now]:
            try:
                with self._app.app_context():
                    enter_tenant(tenant_id)
                    due.settle(tenant_id, now)
                self._expect(tenant_id)
            except Exception:
                # One tenant's trouble is not everybody's: the others go on, and this one is tried again. If
                # it is the database that has gone, our own connection to it says so next.
                _log.exception("the clock could not settle what is due", tenant=str(tenant_id))
                self._due[tenant_id] = now + dt.timedelta(seconds=_AGAIN_AFTER)

    def _expect(self, tenant_id: uuid.UUID) -> None:
        with self._app.app_context():
            enter_tenant(tenant_id)
            at = due.next_at(tenant_id)
        if at is None:
            self._due.pop(tenant_id, None)
        else:
            self._due[tenant_id] = at

    def _until_next(self) -> float:
        first = min(self._due.values(), default=None)
        left = _WAKES_EVERY if first is None else (first - _now()).total_seconds()
        return min(max(left, 0.0), _WAKES_EVERY)

    def _connect(self) -> psycopg.Connection:
        return connecting.direct(self._app.config["SQLALCHEMY_DATABASE_URI"], "clock", PATIENCE)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
