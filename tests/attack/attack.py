"""Attack a house of a server's own: `python tests/attack/attack.py --requests 100000 --seed 1`."""

from __future__ import annotations

import secrets
import shutil
import signal
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the folder that tests import from

import click

from attack.campaigning import campaign
from attack.kinds import HELD_ELSEWHERE
from soak.soak import world


@click.command(help=__doc__)
@click.option("--requests", default=100_000, help="How many.")
@click.option("--seed", default=lambda: secrets.randbelow(10**6), type=int, help="What they are drawn from.")
def main(requests: int, seed: int) -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the server is stopped then too
    click.echo(f"--seed {seed}")
    with tempfile.TemporaryDirectory(prefix="ordertrack-attack-") as name:
        folder = Path(name)
        # The limits of a house, and not those of a test in a hurry.
        with world(folder, ORDERTRACK_LIMITS="") as stage:
            (server,) = stage.servers
            found = campaign(stage.settings, server, stage.make_house, requests, seed)
        if found.leaks or found.errors:
            click.echo("\n".join([*found.leaks[:20], *found.errors[:20]]))
            click.echo(f"The server's log is {shutil.copy(server.log, f'{folder}.log')}.")
    click.echo("\n".join(found.table()))
    click.echo("Held by tests of their own:")
    click.echo("\n".join(f"  {what}: {test}" for what, test in HELD_ELSEWHERE.items()))
    click.echo(", ".join(f"{status}: {count}" for status, count in sorted(found.statuses.items())))
    click.echo(f"{found.requests} requests, {len(found.leaks)} leaks, {len(found.errors)} errors")
    sys.exit(1 if found.leaks or found.errors else 0)


if __name__ == "__main__":
    main()
