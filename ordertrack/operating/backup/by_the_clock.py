"""Backups by the clock, beside a server: one host of all that share a database makes them.

When the last one was made its name says, so nothing of it has to be kept. A backup that fails is logged and
counted, and tried again; nothing else notices.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

import structlog

from ordertrack.background.turn import ASKS_EVERY, Turn
from ordertrack.database import embedded, handed_address
from ordertrack.database.backup_times import BackupTimes
from ordertrack.database.config import Settings
from ordertrack.database.settings_error import Mendable
from ordertrack.monitoring import logs, metrics, parent
from ordertrack.operating.backup import making

LOCK = 7226871358
AFTER_FAILING = 600.0  # seconds
_NOTICES_WITHIN = 0.2
_log = structlog.get_logger(__name__)


def run() -> None:
    """Until it is told to end or the process that started it is gone."""
    has_parent = parent.watched()
    told: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _frame: told.append(number))
    os.nice(10)  # taps come first
    settings = Settings.from_environment()
    logs.configure(quiet=settings.demo)
    assert settings.backup is not None
    descriptor = handed_address.handed_on(handed_address.BACKUP)
    clock = Clock(settings, settings.backup, partial(make_one, descriptor=descriptor))
    ours = Turn(lambda: settings.app_direct_url, lock=LOCK, of="make backups")
    while not told and has_parent():
        if ours.ask():
            clock.look()
        until = time.monotonic() + ASKS_EVERY
        while not told and has_parent() and time.monotonic() < until:
            time.sleep(_NOTICES_WITHIN)


class Clock:
    """Begins a backup when one is due; `make` makes it."""

    def __init__(
        self, settings: Settings, times: BackupTimes, make: Callable[[Settings, BackupTimes], making.Made]
    ) -> None:
        self._settings = settings
        self._times = times
        self._make = make
        self._under_way: threading.Thread | None = None
        self._again_at = 0.0
        metrics.backup_interval.set(times.every_hours * 3600)
        self._tell_newest()

    def look(self) -> None:
        """Begin one in a thread of its own, for the turn is kept meanwhile."""
        if self._under_way is not None and self._under_way.is_alive():
            return
        kept = self._tell_newest()  # made by hand, maybe
        if time.monotonic() < self._again_at or not self._is_due(kept):
            return
        self._under_way = threading.Thread(target=self._run, name="backup", daemon=True)
        self._under_way.start()

    def wait(self) -> None:
        if self._under_way is not None:
            self._under_way.join()

    def _is_due(self, kept: Sequence[making.Kept]) -> bool:
        rests = dt.timedelta(hours=self._times.every_hours)
        return not kept or dt.datetime.now(dt.UTC) - kept[-1].at >= rests

    def _run(self) -> None:
        began = time.monotonic()
        try:
            made = self._make(self._settings, self._times)
        except Exception as error:
            self._again_at = time.monotonic() + AFTER_FAILING
            metrics.backups.labels("failed").inc()
            _log.error("the backup failed", error=str(error), known=isinstance(error, Mendable | OSError))
        else:
            metrics.backups.labels("made").inc()
            seconds = round(time.monotonic() - began, 1)
            _log.info("a backup was made", file=str(made.path), bytes=made.bytes, seconds=seconds)
            self._tell_newest()

    def _tell_newest(self) -> Sequence[making.Kept]:
        """And all that there are, the oldest first."""
        if not (kept := making.in_folder(self._times.folder)):
            metrics.backup_succeeded_at.set(0)
        else:
            metrics.backup_succeeded_at.set(kept[-1].at.timestamp())
            with suppress(OSError):  # somebody took it away
                metrics.backup_bytes.set(kept[-1].path.stat().st_size)
        return kept


def make_one(settings: Settings, times: BackupTimes, descriptor: int | None = None) -> making.Made:
    """A backup, and then those go that are older than they are kept."""
    made = making.to_folder(_knowing_the_owner(settings, descriptor), times.folder)
    making.remove_old(times.folder, times.keep_days)
    return made


def _knowing_the_owner(settings: Settings, descriptor: int | None) -> Settings:
    """A server's processes know the database's owner by no setting: this one is told by a descriptor."""
    if settings.backup_database_url is not None:
        return settings
    if descriptor is not None:
        return replace(settings, backup_database_url=handed_address.read(descriptor))
    if (url := embedded.running_url(settings.data_folder)) is not None:
        address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        return replace(settings, backup_database_url=address)
    return settings
