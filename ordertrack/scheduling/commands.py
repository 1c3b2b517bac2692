"""The command of the clock, which a server keeps running beside it."""

from __future__ import annotations

import click

from ordertrack.background import worker
from ordertrack.scheduling.clock import Clock


@click.command(hidden=True)
def clock() -> None:
    """Begin orders for later at their moment, until the process that started this one is gone."""
    worker.run(Clock)
