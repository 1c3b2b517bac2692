"""`ordertrack serve`."""

from __future__ import annotations

import click

from ordertrack.database.config import Settings
from ordertrack.server.port import AddressInUse


@click.command()
def serve() -> None:
    """Start the database if needed, bring it up to date, and serve."""
    from ordertrack.server import lifecycle

    try:
        lifecycle.run(Settings.from_environment())
    except (lifecycle.DataFolderInUse, AddressInUse) as error:
        raise click.ClickException(str(error)) from error
