"""Compares every watched tenant with its log, whatever was notified: a process that cannot is not current."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog

from ordertrack.live.hub import Hub
from ordertrack.live.tenant_hub import CURRENT_FOR
from ordertrack.monitoring import metrics

EVERY = 1.0  # seconds
RESTS_TIMES = 5  # times as long as a look took: many tenants on a busy database are looked at less often
LONGEST_REST = 10.0
_log = structlog.get_logger(__name__)


class Lookout:
    """A thread of its own: whatever keeps the listener busy or deaf, looking goes on, and vice versa.

    One query for all tenants that somebody watches, and none where nobody does; `also` is what is looked at
    besides.
    """

    def __init__(self, hub: Hub, also: Callable[[], None] = lambda: None) -> None:
        self._hub = hub
        self._also = also
        self._stopped = threading.Event()
        self._looked_at = float("-inf")
        self._is_blind = False

    @property
    def is_current(self) -> bool:
        """Whether a look at the log succeeded lately."""
        return time.monotonic() - self._looked_at < CURRENT_FOR

    @property
    def sees(self) -> bool:
        """Whether the last look did succeed, and lately."""
        return self.is_current and not self._is_blind

    def start(self) -> None:
        metrics.looked_at.labels("worker").set_to_current_time()
        threading.Thread(target=self._look_out, name="lookout", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()

    def _look_out(self) -> None:
        while not self._stopped.is_set():
            began = time.monotonic()
            took = time.monotonic() - began if self._look(began) else 0.0
            self._stopped.wait(min(max(EVERY, took * RESTS_TIMES), LONGEST_REST))

    def _look(self, began: float) -> bool:
        """Look once, and whether that succeeded."""
        try:
            self._also()
            self._hub.verify()
        except Exception as error:
            if not self._is_blind:
                _log.warning("the log cannot be looked at", error=str(error))
            self._is_blind = True
            return False
        if self._is_blind:
            _log.warning("the log can be looked at again")
        self._looked_at, self._is_blind = began, False
        metrics.looked_at.labels("worker").set(time.time() - (time.monotonic() - began))
        return True
