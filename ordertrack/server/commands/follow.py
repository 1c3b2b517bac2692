"""The command that follows the log beside a server, and has jobs run."""

from __future__ import annotations

import os
from functools import partial

import click

from ordertrack.background import worker
from ordertrack.background.turn import Turn
from ordertrack.following.worker import LOCK, Following
from ordertrack.server import following


@click.command(hidden=True)
def follow() -> None:
    """Follow every log and run the jobs that come of it, until whoever started this is gone."""
    os.nice(5)  # taps come first
    following.register()
    worker.run(Following, turn=partial(Turn, lock=LOCK, of="follow the log"))
