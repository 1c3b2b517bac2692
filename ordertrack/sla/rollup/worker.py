"""What keeps every tenant's roll-up up to date, beside the workers and never in their way.

It sleeps until something is notified, lets events settle, and after each turn rests nine times as long as it
worked, so that taps keep nine tenths of a core even at the height of service.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable
from math import inf

import structlog
from flask import Flask
from sqlalchemy import text

from ordertrack.background.worker import LOOKS_EVERY, TenantWorker
from ordertrack.database.channels import EVENTS_CHANNEL, SETTINGS_CHANNEL
from ordertrack.database.session import db, enter_tenant
from ordertrack.monitoring import metrics
from ordertrack.sla.rollup import extend

# Seconds.
SETTLING = 5.2
AGAIN = 1.0
RESTS_TIMES = 9
LONGEST_REST = 15.0
_log = structlog.get_logger(__name__)


class RollupWorker(TenantWorker):
    """Extends the roll-ups of the tenants whose log or settings have changed."""

    name = "roll-up"
    channels = (EVENTS_CHANNEL, SETTINGS_CHANNEL)

    def __init__(self, app: Flask, goes_on: Callable[[], bool]) -> None:
        super().__init__(app, goes_on)
        self._due: dict[uuid.UUID, float] = {}
        self._behind: dict[uuid.UUID, float] = {}  # since when each tenant has waited that is not up to date

    def run(self) -> None:
        """As any other, with what the workers leave of the processor: on Linux it is this thread's own."""
        os.nice(10)
        super().run()

    def hear(self, channel: str, tenant_id: uuid.UUID, more: str) -> None:
        self._expect(tenant_id, 0.0 if channel == SETTINGS_CHANNEL else SETTLING)

    def look(self) -> None:
        with self.app.app_context():
            for tenant_id in db.session.scalars(text("SELECT tenants_behind()")):
                self._expect(tenant_id, 0.0)
            db.session.rollback()

    def work(self) -> None:
        began = time.monotonic()
        for tenant_id in [each for each, due in self._due.items() if due <= began]:
            del self._due[tenant_id]
            self._keep_up(tenant_id)
        oldest = min(self._behind.values(), default=None)
        metrics.rollup_lag.set(0.0 if oldest is None else time.monotonic() - oldest)
        self.pause(min((time.monotonic() - began) * RESTS_TIMES, LONGEST_REST))

    def seconds_until_due(self) -> float:
        return min(self._due.values(), default=inf) - time.monotonic()

    def _expect(self, tenant_id: uuid.UUID, wait: float) -> None:
        due = time.monotonic() + wait
        self._due[tenant_id] = min(self._due.get(tenant_id, due), due)
        self._behind.setdefault(tenant_id, time.monotonic())

    def _keep_up(self, tenant_id: uuid.UUID) -> None:
        try:
            with self.app.app_context():
                enter_tenant(tenant_id)
                if extend.keep_up(tenant_id):
                    self._expect(tenant_id, AGAIN)
                elif tenant_id not in self._due:  # nothing came meanwhile
                    self._behind.pop(tenant_id, None)
        except Exception:
            # One tenant's trouble is not everybody's: the others go on, and this one is tried again. If it is
            # the database that has gone, our own connection to it says so next.
            _log.exception("a roll-up could not be kept up", tenant=str(tenant_id))
            self._expect(tenant_id, LOOKS_EVERY)
