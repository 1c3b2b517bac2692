"""Whose a data folder is: nobody else may start, use or make anything in it, and root less than anybody."""

from __future__ import annotations

import os
import pwd
from contextlib import suppress
from pathlib import Path

from ordertrack.database.settings_error import SettingsError

DATABASE_USER = "pgserver"
"""Whom the embedded database runs as, and belongs to, when root starts it."""


def refuse_strangers(folder: Path, user: int | None = None) -> None:
    """Raise SettingsError if the folder is another's than this (or that) effective user's.

    As root a command would make the database's files over to the user that PostgreSQL runs as under root; the
    owner's server, which is running, then ends in a panic at its next write.
    """
    user = os.geteuid() if user is None else user
    owner = _owner(folder / "postgres")
    if owner is None and user == 0:
        owner = _owner(folder)  # what root makes there, its owner could not use
    if owner is None or owner == user or (user == 0 and owner == _number(DATABASE_USER)):
        return
    name = _name(owner)
    if owner == _number(DATABASE_USER):
        raise SettingsError(
            f"The database in {folder} was made by root, and this runs as {_name(user)}. Run it as root, or"
            " name another folder in ORDERTRACK_DATA."
        )
    raise SettingsError(
        f"The data folder {folder} belongs to {name}, and this runs as {_name(user)}, who would take the"
        f" database away from a server that runs on it. Nothing was touched. Run it as {name}: sudo -u {name}"
    )


def _owner(path: Path) -> int | None:
    with suppress(OSError):
        return path.stat().st_uid
    return None


def _number(name: str) -> int | None:
    with suppress(KeyError):
        return pwd.getpwnam(name).pw_uid
    return None


def _name(user: int) -> str:
    with suppress(KeyError):
        return pwd.getpwuid(user).pw_name
    return f"the user {user}"
