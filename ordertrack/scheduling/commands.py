"""The command of the clock, which a server keeps running beside it."""

from __future__ import annotations

import signal
import threading

import click

from ordertrack.database.app import make_bare_app
from ordertrack.database.config import Settings
from ordertrack.monitoring import logs, parent
from ordertrack.scheduling.clock import Clock


@click.command(hidden=True)
def clock() -> None:
    """Begin orders for later at their moment, until the process that started this one is gone."""
    has_parent = parent.watched()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    settings = Settings.from_environment()
    logs.configure(quiet=settings.demo)
    Clock(make_bare_app(settings), lambda: not ended.is_set() and has_parent()).run()
