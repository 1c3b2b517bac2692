"""`ordertrack serve`."""

from __future__ import annotations

import click


@click.command()
@click.option(
    "--take-over",
    is_flag=True,
    help="Take over from the server that runs on this data folder, an older version maybe: it ends once this"
    " one is ready, and nobody is refused meanwhile. Where none runs, start as ever.",
)
def serve(take_over: bool) -> None:
    """Start the database if needed, bring it up to date, and serve."""
    from ordertrack.server import starting

    def prepare() -> starting.Prepared:
        from ordertrack.database.config import Settings
        from ordertrack.server import preparing

        return preparing.prepare(Settings.from_environment(), take_over)

    starting.run(prepare)
