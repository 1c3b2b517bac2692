"""What is done again and again beside the log and the jobs: polling, cleaning."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from typing import NamedTuple

import structlog
from flask import Flask

from ordertrack.following import positions

_log = structlog.get_logger(__name__)


class Periodic(NamedTuple):
    name: str
    every_seconds: float
    do: Callable[[], None]


_registered: dict[str, Periodic] = {}


def register(name: str, every_seconds: float, do: Callable[[], None]) -> None:
    """Have `do()` be called so often, the first time soon after the start, wherever `ordertrack follow` runs.

    It is called in an app context and in no tenant, in a thread of its own, and not while it runs. What it
    raises is logged. What calls somebody adds a job.
    """
    _registered[name] = Periodic(name, every_seconds, do)


def tenants() -> list[uuid.UUID]:
    """All tenants there are, for what is done in each of them: `enter_tenant` one after the other."""
    return [head.tenant_id for head in positions.heads()]


class Rounds:
    """When each of them is due; for one process."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._due = dict.fromkeys(_registered, 0.0)
        self._running: dict[str, threading.Thread] = {}

    def begin_due(self) -> None:
        """Begin what is due and does not run."""
        now = time.monotonic()
        for name, periodic in _registered.items():
            running = self._running.get(name)
            if self._due.get(name, 0.0) <= now and not (running and running.is_alive()):
                self._due[name] = now + periodic.every_seconds
                thread = threading.Thread(target=self._do, args=(periodic,), name=name, daemon=True)
                self._running[name] = thread
                thread.start()

    def seconds_until_due(self) -> float:
        return min(self._due.values(), default=time.monotonic() + 60.0) - time.monotonic()

    def _do(self, periodic: Periodic) -> None:
        try:
            with self._app.app_context():
                periodic.do()
        except Exception:
            _log.exception("what is done again and again failed", name=periodic.name)
