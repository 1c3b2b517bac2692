"""Records which boards are open in this process, and sends managers the overviews that changed."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Set as AbstractSet

import structlog
from flask import Flask
from sqlalchemy.exc import DBAPIError

from ordertrack.boards.columns import BOARDS
from ordertrack.boards.filters import FILTERS
from ordertrack.i18n.topic_keys import parse_key
from ordertrack.live.hub import Hub
from ordertrack.presence.channel import CHANNEL
from ordertrack.presence.rows import Screen, ScreenRows
from ordertrack.tenants.principal import PICKUP

TICK = 2.0  # seconds between looks at what came and went
BEAT = 15.0  # seconds between two signs of life
LINGER = 8.0  # seconds that a screen has to come back before it counts as closed: streams end and begin anew
_KEPT = (*BOARDS, PICKUP)
_log = structlog.get_logger(__name__)


class ScreenTracker:
    """One thread a process: a handful of statements however many screens come, none while nothing changes."""

    def __init__(self, app: Flask, hub: Hub) -> None:
        self._hub = hub
        self._app = app
        self._rows = ScreenRows(app)
        self._written: dict[uuid.UUID, AbstractSet[Screen]] = {}
        self._left: dict[uuid.UUID, dict[Screen, float]] = {}
        self._again: set[uuid.UUID] = set()
        self._untold: set[uuid.UUID] = set()
        self._beaten = time.monotonic()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="screens", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End; the rows expire soon, while their screens reconnect to other processes."""
        self._stopped.set()
        self._thread.join(TICK)

    def _keep(self) -> None:
        while not self._stopped.wait(TICK):
            try:
                self.tick(time.monotonic())
            except DBAPIError as error:
                _log.warning("screens could not be kept account of", error=str(error.orig))
            except Exception:
                _log.exception("screens could not be kept account of")
        if self._written:
            try:
                self._rows.retire(self._written)
            except DBAPIError as error:
                _log.warning("screens stay behind until they expire", error=str(error.orig))

    def tick(self, now: float) -> None:
        """Record the screens that came and went since the last tick, and send the overviews that changed."""
        changed_tenants = self._hub.changed_tenants()
        self._again |= changed_tenants
        self._untold |= changed_tenants
        self._write(now)
        if now - self._beaten >= BEAT:
            self._beaten = now
            self._beat()
        CHANNEL.refresh_changed(self._app, self._hub, self._untold)
        self._untold = set()  # only now: if the database failed, the next tick sends them

    def _write(self, now: float) -> None:
        changed: dict[uuid.UUID, AbstractSet[Screen]] = {}
        for tenant_id in self._again | self._left.keys():
            standing = self._standing(tenant_id, now)
            if standing != self._written.get(tenant_id, frozenset()):
                changed[tenant_id] = standing
        if changed:
            self._rows.write(changed)
        self._again.clear()
        self._written = {tenant: shown for tenant, shown in (self._written | changed).items() if shown}

    def _standing(self, tenant_id: uuid.UUID, now: float) -> frozenset[Screen]:
        """The screens that are open, and those that closed so lately that they may be back at any moment."""
        shown = screens_of(self._hub, tenant_id)
        places = {screen.place for screen in shown}
        FILTERS.forget(tenant_id, places)
        left = self._left.pop(tenant_id, {})
        written = self._written.get(tenant_id, frozenset())
        left = {screen: left.get(screen, now) for screen in written if screen.place not in places}
        left = {screen: since for screen, since in left.items() if now - since < LINGER}
        if left:
            self._left[tenant_id] = left
        return shown | left.keys()

    def _beat(self) -> None:
        tenants = self._written.keys() | set(self._hub.watched())
        if not tenants:
            return
        beat = self._rows.beat(tenants)
        for tenant_id, shown in self._written.items():
            if beat.own.get(tenant_id, 0) != len(shown):  # another process took us for dead: rows deleted
                self._again.add(tenant_id)
        for tenant_id in self._again:
            self._written.pop(tenant_id, None)
        for tenant_id in beat.moved | CHANNEL.alarmed():
            CHANNEL.mark(tenant_id)


def screens_of(hub: Hub, tenant_id: uuid.UUID) -> frozenset[Screen]:
    """The boards of a tenant that are open in this process, each once a device."""
    places = {
        (parse_key(watcher.topic.key)[0], board, watcher.ended_by[-1])
        for board in _KEPT
        for watcher in hub.watchers(tenant_id, board)
    }
    return frozenset(Screen(*place, *FILTERS.of(tenant_id, place)) for place in places)
