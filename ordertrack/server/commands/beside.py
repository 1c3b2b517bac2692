"""The command that a server keeps running beside it."""

from __future__ import annotations

from functools import partial
from typing import cast

import click

from ordertrack.background import forks
from ordertrack.database import handed_address

_NEEDS = {"backups": handed_address.BACKUP, "follow": handed_address.OWNER}


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
    others = {handed_address.BACKUP, handed_address.OWNER} - {_NEEDS.get(name)}
    handed_address.forget(map(handed_address.handed_on, others))
    commands.main([name], prog_name="ordertrack")
