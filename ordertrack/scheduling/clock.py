"""What begins orders for later at their moment: one beside the workers, never a timer a screen.

It knows of each tenant when something is due next: from the schema when it starts and once a minute, and
from the tenant's log whenever that has grown. What was due while it was away is done when it is back.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Collection
from math import inf

import structlog
from flask import Flask
from sqlalchemy import text

from ordertrack.background.worker import TenantWorker
from ordertrack.database.channels import EVENTS_CHANNEL
from ordertrack.database.session import db, enter_tenant
from ordertrack.monitoring import metrics
from ordertrack.scheduling import due
from ordertrack.tenants import suspension

_AGAIN_AFTER = dt.timedelta(seconds=5)
_SUSPENDED_FOR = dt.timedelta(minutes=1)  # until it is looked again whether the company still is
_log = structlog.get_logger(__name__)


class Clock(TenantWorker):
    """Settles what is due, tenant by tenant."""

    name = "clock"
    channels = (EVENTS_CHANNEL,)

    def __init__(self, app: Flask, goes_on: Callable[[], bool]) -> None:
        super().__init__(app, goes_on)
        self._due: dict[uuid.UUID, dt.datetime] = {}
        # Asked about when it works, once a second: a busy tenant is not asked about with each of its events.
        self._grown: set[uuid.UUID] = set()
        self._overdue: dict[uuid.UUID, dt.datetime] = {}  # of tenants that failed: since when

    def hear(self, channel: str, tenant_id: uuid.UUID, more: str) -> None:
        self._grown.add(tenant_id)

    def look(self) -> None:
        with self.app.app_context():
            rows = db.session.execute(text("SELECT tenant_id, at FROM next_due()")).all()
            db.session.rollback()
        self._due = {row.tenant_id: row.at for row in rows}
        self._overdue = {each: at for each, at in self._overdue.items() if each in self._due}

    def work(self) -> None:
        grown, self._grown = self._grown, set()
        self._expect(grown)
        now = _now()
        for tenant_id in [each for each, at in self._due.items() if at <= now]:
            self._settle(tenant_id, now)
        first = min([*self._due.values(), *self._overdue.values()], default=None)
        metrics.later_next_at.set(0.0 if first is None else first.timestamp())
        metrics.later_overdue.set(0.0 if first is None else max((_now() - first).total_seconds(), 0.0))

    def seconds_until_due(self) -> float:
        first = min(self._due.values(), default=None)
        return inf if first is None else (first - _now()).total_seconds()

    def _settle(self, tenant_id: uuid.UUID, now: dt.datetime) -> None:
        try:
            with self.app.app_context():
                enter_tenant(tenant_id)
                if suspension.is_suspended(tenant_id):
                    self._overdue.pop(tenant_id, None)
                    self._due[tenant_id] = now + _SUSPENDED_FOR
                    return
                metrics.settled.inc(due.settle(tenant_id, now))
            self._overdue.pop(tenant_id, None)
            self._expect([tenant_id])
        except Exception:
            # One tenant's trouble is not everybody's: the others go on, and this one is tried again. If it is
            # the database that has gone, our own connection to it says so next.
            _log.exception("the clock could not settle what is due", tenant=str(tenant_id))
            self._overdue.setdefault(tenant_id, self._due[tenant_id])
            self._due[tenant_id] = now + _AGAIN_AFTER

    def _expect(self, tenant_ids: Collection[uuid.UUID]) -> None:
        if not tenant_ids:
            return
        with self.app.app_context():
            found = due.next_of(tenant_ids)
        for tenant_id in tenant_ids:
            self._due.pop(tenant_id, None)
        self._due.update(found)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
