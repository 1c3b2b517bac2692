"""The command that a server keeps running beside it."""

from __future__ import annotations

from functools import partial
from typing import cast

import click

from ordertrack.background import forks
from ordertrack.server import backup_address


@click.command(hidden=True)
@click.argument("names", nargs=-1, required=True)
@click.pass_context
def beside(context: click.Context, names: tuple[str, ...]) -> None:
    """Keep these commands running, each in a process of its own, until whoever started this is gone.

    They need much of the house, the same for the most part: it is imported once.
    """
    commands = cast(click.Group, context.find_root().command)
    for name in names:
        commands.get_command(context, name)
    forks.keep({name: partial(_run, commands, name) for name in names})


def _run(commands: click.Group, name: str) -> None:
    if name != "backups":
        backup_address.forget(backup_address.handed_on())
    commands.main([name], prog_name="ordertrack")
