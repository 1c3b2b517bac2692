"""The thread of a process that keeps the overviews which somebody looks at up to date."""

from __future__ import annotations

import threading

import structlog
from flask import Flask
from sqlalchemy.exc import DBAPIError

from ordertrack.live.hub import Hub
from ordertrack.overview.channel import CHANNEL

TICK = 0.25  # seconds between two looks at whether something happened; they cost no query
_log = structlog.get_logger(__name__)


class OverviewKeeper:
    """Does nothing where nobody looks, and nothing where nothing happens."""

    def __init__(self, app: Flask, hub: Hub) -> None:
        self._app = app
        self._hub = hub
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="overview", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join(TICK)

    def _keep(self) -> None:
        while not self._stopped.wait(TICK):
            try:
                CHANNEL.refresh_changed(self._app, self._hub)
            except DBAPIError as error:
                _log.warning("the overview could not be read", error=str(error.orig))
            except Exception:
                _log.exception("the overview could not be read")
