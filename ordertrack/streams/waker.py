"""Has the screens of this host told at once of what was written here, and soon after all other processes."""

from __future__ import annotations

import threading
import time
import uuid

import structlog
from flask import Flask

from ordertrack.database import connecting
from ordertrack.database.channels import EVENTS_CHANNEL, notify_at_once
from ordertrack.live.owners import Owners
from ordertrack.live.reader import Reader
from ordertrack.orders.log.entries import Change

BATCH = 0.02  # seconds after a notification in which what comes is put together
MOST_AT_ONCE = 1000  # tenants notified of in one transaction
_PATIENCE = 5.0  # seconds
_TIME_TO_END = 1.0  # seconds
_PAUSE = 1.0  # seconds after a failure; who watches looks at the log as often
_log = structlog.get_logger(__name__)


class Waker:
    """The waker of a process that serves, once it is started.

    Each entry's own notification would have every commit of the database wait for the one before it. Of a
    tenant only the newest position is told.
    """

    def __init__(self, app: Flask, reader: Reader, owners: Owners | None = None) -> None:
        self._app = app
        self._reader = reader
        self._owners = owners
        self._lock = threading.Lock()
        self._heads: dict[uuid.UUID, int] = {}
        self._has_grown = threading.Event()
        self._notified_at = float("-inf")
        self._stopped = False
        self._thread = threading.Thread(target=self._notify_on, name="waker", daemon=True)

    def start(self) -> None:
        """From now on what is written here is told by this."""
        self._app.extensions["waker"] = self
        self._thread.start()

    def stop(self) -> None:
        """Notify of what is left, and end."""
        self._app.extensions.pop("waker", None)
        self._stopped = True
        self._has_grown.set()
        self._thread.join(_TIME_TO_END)

    def wake(self, tenant_id: uuid.UUID, seq: int) -> None:
        self._reader.wake(tenant_id, seq)
        self._spread(tenant_id, seq)

    def tell(self, tenant_id: uuid.UUID, change: Change) -> None:
        self._reader.tell(tenant_id, change)
        self._spread(tenant_id, change.cursor.seq)

    def _spread(self, tenant_id: uuid.UUID, seq: int) -> None:
        if self._owners is not None and self._owners.is_elsewhere(tenant_id):
            self._owners.wake(tenant_id, seq)
        self._grow(tenant_id, seq)

    def _grow(self, tenant_id: uuid.UUID, seq: int) -> None:
        with self._lock:
            self._heads[tenant_id] = max(seq, self._heads.get(tenant_id, 0))
        self._has_grown.set()

    def _notify_on(self) -> None:
        while not self._stopped:
            self._has_grown.wait()
            time.sleep(max(0.0, self._notified_at + BATCH - time.monotonic()))
            self._notified_at = time.monotonic()
            self._notify()

    def _notify(self) -> None:
        with self._lock:
            told = dict(list(self._heads.items())[:MOST_AT_ONCE])
            for tenant_id in told:
                del self._heads[tenant_id]
            if not self._heads and not self._stopped:
                self._has_grown.clear()
        if not told:
            return
        try:
            with self._app.app_context(), connecting.within(_PATIENCE):
                notify_at_once(EVENTS_CHANNEL, [f"{tenant_id}:{seq}" for tenant_id, seq in told.items()])
        except Exception as error:
            # Whoever watches finds it by looking; the roll-up and the clock look less often: tell them again.
            _log.warning("nobody was notified", tenants=len(told), error=str(error))
            for tenant_id, seq in told.items():
                self._grow(tenant_id, seq)
            time.sleep(_PAUSE)
