"""The command that a server keeps running beside it."""

from __future__ import annotations

import click

from ordertrack.background import worker
from ordertrack.scheduling.clock import Clock
from ordertrack.sla.rollup.worker import RollupWorker


@click.command(hidden=True)
def background() -> None:
    """Keep every roll-up up to date and begin orders for later, until whoever started this is gone."""
    worker.run(RollupWorker, Clock)
