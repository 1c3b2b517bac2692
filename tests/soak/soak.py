"""Round after round on one server or several, with faults: `tests/soak/soak.py --seconds 600 --seed 1`."""

from __future__ import annotations

import secrets
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the folder that tests import from

import click
from flask import Flask

from ordertrack.database import embedded, schema
from ordertrack.database.app import make_bare_app
from ordertrack.database.config import POSTGRESQL_BUS, Settings
from ordertrack.database.session import db
from soak.plans.plan import LONG, OF_ONE_HOST, Fault
from soak.round import World, play
from soak.tally import Tally
from support.cast import make_house
from support.programs.valkey import Valkey
from support.server import Server
from support.suite import left_behind

WORKERS = {1: 3}
WORKERS_OF_SEVERAL = 2


@contextmanager
def world(folder: Path, hosts: int = 1, bus: str = POSTGRESQL_BUS, **environment: str) -> Iterator[World]:
    """Hosts with a database of their own in this folder."""
    left_behind.end_database_with_us(folder)
    settings = Settings.from_environment({"ORDERTRACK_DATA": str(folder), "PORT": "0"})
    schema.upgrade(settings)
    with ExitStack() as stack:
        stack.callback(embedded.stop, folder)
        valkey = None
        if bus == "redis":
            valkey = Valkey(folder)
            valkey.start()
            stack.callback(valkey.kill)
            settings = replace(settings, bus=valkey.address)
        operator, app = make_bare_app(settings, as_operator=True), make_bare_app(settings)
        for made in (operator, app):
            stack.callback(_dispose, made)
        servers = []
        for number in range(hosts):
            own = folder / f"host-{number + 1}"
            own.mkdir()
            workers = WORKERS.get(hosts, WORKERS_OF_SEVERAL)
            server = Server(settings, own, workers, None, ORDERTRACK_BUS=settings.bus, **environment)
            server.start()
            stack.callback(server.stop)
            servers.append(server)
        yield World(settings, app, servers, valkey, partial(make_house, operator))


def _dispose(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


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
@click.option("--hosts", default=1, help="So many hosts serve one database.")
@click.option("--bus", type=click.Choice(["postgresql", "redis"]), default="postgresql", help="Between them.")
@click.option("--without", type=click.Choice(list(Fault)), multiple=True, help="Leave out a fault.")
def main(seconds: float, rounds: int, seed: int, hosts: int, bus: str, without: tuple[Fault, ...]) -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the server is stopped then too
    click.echo(f"--seed {seed}")
    possible = [*OF_ONE_HOST]
    possible += [Fault.HOST_KILLED] if hosts > 1 else []
    possible += [Fault.BUS_KILLED] if bus == "redis" else []
    faults = tuple(fault for fault in possible if fault not in without)
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="ordertrack-soak-") as name:
        folder = Path(name)
        with world(folder, hosts, bus) as stage:
            failure = soak(stage, range(seed, seed + rounds), seconds, faults, tally)
        if failure:
            for log in folder.glob("host-*/server.log"):
                kept = shutil.copy(log, f"{folder}-{log.parent.name}.log")
                click.echo(f"A server's log is {kept}.")
    click.echo(f"{tally.sentence()}; {failure or 'nothing lost, nothing doubled'}.")
    sys.exit(1 if failure else 0)


if __name__ == "__main__":
    main()
