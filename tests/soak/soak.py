"""Round after round on one server, with faults: `python tests/soak/soak.py --seconds 600 --seed 1`."""

from __future__ import annotations

import secrets
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the folder that tests import from

import click

from ordertrack.database import embedded, schema
from ordertrack.database.app import make_bare_app
from ordertrack.database.config import Settings
from ordertrack.database.session import db
from soak.plans.plan import LONG, Fault
from soak.round import World, play
from soak.tally import Tally
from support.cast import make_house
from support.server import Server

WORKERS = 3


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """A server with a database of its own in this folder."""
    settings = Settings.from_environment({"ORDERTRACK_DATA": str(folder), "PORT": "0"})
    schema.upgrade(settings)
    operator = make_bare_app(settings, as_operator=True)
    server = Server(settings, folder, WORKERS)
    server.start()
    try:
        app = make_bare_app(settings)
        yield World(settings, app, server, lambda name, restaurants: make_house(operator, name, restaurants))
    finally:
        server.stop()
        for made in (app, operator):
            with made.app_context():
                db.engine.dispose()
        embedded.stop(folder)


def soak(stage: World, seeds: range, seconds: float, faults: tuple[Fault, ...], tally: Tally) -> str:
    """Play rounds until the time is over or one fails; what was found, or nothing."""
    until = time.monotonic() + seconds
    for seed in seeds:
        began = time.monotonic()
        if began > until:
            break
        try:
            played = play(stage, seed, LONG, faults)
        except Exception as error:
            return f"FAILED with seed {seed}: {error!r}"
        tally.add(played)
        if found := list(played.findings()):
            click.echo("\n".join(found[:30]))
            return f"FAILED with seed {seed}: {len(found)} findings"
        click.echo(f"seed {seed}: {played.truths[0].head} events in {time.monotonic() - began:.0f} s")
    return ""


@click.command(help=__doc__)
@click.option("--seconds", default=600.0, help="Begin no round after this time.")
@click.option("--rounds", default=10**6, help="Play so many rounds at most.")
@click.option("--seed", default=lambda: secrets.randbelow(10**6), type=int, help="Of the first round.")
@click.option("--without", type=click.Choice(list(Fault)), multiple=True, help="Leave out a fault.")
def main(seconds: float, rounds: int, seed: int, without: tuple[Fault, ...]) -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the server is stopped then too
    click.echo(f"--seed {seed}")
    faults = tuple(fault for fault in Fault if fault not in without)
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="ordertrack-soak-") as name:
        folder = Path(name)
        with world(folder) as stage:
            failure = soak(stage, range(seed, seed + rounds), seconds, faults, tally)
        if failure:
            click.echo(f"The server's log is {shutil.copy(folder / 'server.log', f'{folder}.log')}.")
    click.echo(f"{tally.sentence()}; {failure or 'nothing lost, nothing doubled'}.")
    sys.exit(1 if failure else 0)


if __name__ == "__main__":
    main()
