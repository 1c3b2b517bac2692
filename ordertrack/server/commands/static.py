"""`ordertrack static`."""

from __future__ import annotations

import click

from ordertrack.database.config import Settings


@click.command()
def static() -> None:
    """Lay the files for browsers into the data folder, where a server of another version finds them.

    `serve` does so too. Before it only where another host may be asked for them: one behind the same proxy.
    """
    from ordertrack.web import assets

    click.echo(assets.lay_out(Settings.from_environment().data_folder))
