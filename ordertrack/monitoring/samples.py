"""What has no moment of its own to be counted at is looked at once a second."""

from __future__ import annotations

import platform
import threading
from importlib.metadata import version
from typing import cast

from flask import Flask

from ordertrack.database.pool import PoolInTurn
from ordertrack.database.session import db
from ordertrack.monitoring import metrics

EVERY = 1.0  # seconds


class Samples:
    """A thread of each worker that tells how its connections to the database are used."""

    def __init__(self, app: Flask) -> None:
        with app.app_context():
            self._pool = cast(PoolInTurn, db.engine.pool)
        self._stopped = threading.Event()
        self._told = (0, 0.0, 0)

    def start(self) -> None:
        metrics.build.labels(version("ordertrack"), platform.python_version()).set(1)
        metrics.workers.set(1)
        metrics.worker_starts.inc()
        metrics.pool_size.set(self._pool.size())
        threading.Thread(target=self._run, name="samples", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()

    def take(self) -> None:
        """Tell how things are now, and what was waited since this was last done."""
        metrics.pool_in_use.set(self._pool.checkedout())
        metrics.pool_waiting.set(self._pool.waiting)
        line = self._pool.line
        now = (line.waits, line.waited, line.refused)
        counters = (metrics.pool_waits, metrics.pool_waited, metrics.pool_refused)
        for counter, value, before in zip(counters, now, self._told, strict=True):
            counter.inc(value - before)
        self._told = now

    def _run(self) -> None:
        while not self._stopped.wait(EVERY):
            self.take()
