"""Standard clients on a network that breaks: `python tests/clients/clients.py --cuts 200 --restarts 2`."""

from __future__ import annotations

import secrets
import signal
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the folder that tests import from

import click

from clients.breaking import Place, read
from clients.reader import PROGRAMS
from soak.soak import world


@click.command(help=__doc__)
@click.option("--cuts", default=200, help="So many times each client's connection is cut.")
@click.option("--restarts", default=2, help="So many times the database is stopped and started.")
@click.option(
    "--seed", default=lambda: secrets.randbelow(10**6), type=int, help="Of when it is cut, and how."
)
def main(cuts: int, restarts: int, seed: int) -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the server is stopped then too
    click.echo(f"--seed {seed}")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ordertrack-clients-") as name:
        folder = Path(name)
        with world(folder) as stage:
            (server,) = stage.servers
            house = stage.make_house("Cedar", ("hamra", "jounieh"))
            database = str(stage.settings.operator_url.query["host"])
            done = read(Place(server, house, folder, database), cuts, restarts, seed)
    click.echo("\n".join(done.findings))
    click.echo(
        f"{', '.join(PROGRAMS)}: {done.events} events over {cuts} cuts each and {restarts} restarts of the"
        f" database in {time.monotonic() - began:.0f} s;"
        f" {'NOT' if done.findings else 'all of them'} once and in order"
    )
    sys.exit(1 if done.findings else 0)


if __name__ == "__main__":
    main()
