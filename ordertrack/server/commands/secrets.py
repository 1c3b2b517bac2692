"""`ordertrack secret`: the keys with which secrets of others are kept sealed."""

from __future__ import annotations

import click

from ordertrack.database.config import Settings
from ordertrack.database.operating import as_json_option, operator, report


@click.group()
def secret() -> None:
    """The keys with which secrets of others, such as those of webhooks, are kept sealed."""


@secret.command("rotate")
@as_json_option
def rotate(as_json: bool) -> None:
    """Make a new key, and seal everything with it anew; servers go on.

    Where ORDERTRACK_SEALING_KEYS names the keys, put the new one first there, start the servers again, and
    then run this: it seals everything with the first.
    """
    from ordertrack.outgoing import rotation, sealing

    with operator():
        folder = None if sealing.is_of_environment() else Settings.from_environment().data_folder
        if folder is not None:
            sealing.add_key(folder)
        sealed = rotation.seal_all_anew()
        if folder is not None:
            sealing.drop_old_keys(folder)
        report(as_json, f"{sealed} secret(s) were sealed anew.", sealed=sealed)
