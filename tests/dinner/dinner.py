"""A dinner in full size: `python tests/dinner/dinner.py --orders 300`."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the folder that tests import from

import click
from playwright.sync_api import sync_playwright

from dinner import verdict
from dinner.evening import Evening
from soak.soak import world
from support.pages import browser


@click.command(help=__doc__)
@click.option("--orders", default=300)
@click.option("--seed", default=1)
@click.option("--calm", is_flag=True, help="Leave the network and the server alone.")
def main(orders: int, seed: int, calm: bool) -> None:
    path = browser.find()
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="ordertrack-dinner-") as folder,
        world(Path(folder)) as stage,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(executable_path=path, args=browser.ARGUMENTS)
        house = stage.make_house("Cedar", ("hamra",))
        (server,) = stage.servers
        evening = Evening(
            stage.settings, stage.app, server, house, chromium, orders, seed, is_disturbed=not calm
        )
        evening.play()
        found, summary = list(verdict.findings(evening)), verdict.summary(evening)
        chromium.close()
    click.echo(f"{summary}; {time.monotonic() - began:.0f} s, seed {seed}")
    click.echo("\n".join(found) or "Nothing lost, doubled or out of step; db check finds no fault.")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
