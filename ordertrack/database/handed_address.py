"""Addresses of the database that are handed from `serve` to the one process that needs each.

They are the owner's, or that of a role which sees all rows: workers must not have them, so they stand in no
environment but in files without a name, whose descriptors only that process keeps.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from ordertrack.database.config import Settings

BACKUP = "ORDERTRACK_BACKUP_FD"  # by which backups are made
OWNER = "ORDERTRACK_OWNER_FD"  # by which uploaded logs are written


def keep(address: str) -> int:
    """The descriptor, which whoever this process becomes or starts may have."""
    with tempfile.TemporaryFile() as file:
        file.write(address.encode())
        file.flush()
        descriptor = os.dup(file.fileno())
    os.set_inheritable(descriptor, True)
    return descriptor


def read(descriptor: int) -> str:
    """As often as one likes."""
    return os.pread(descriptor, 1 << 16, 0).decode()


def forget(descriptors: Iterable[int | None]) -> None:
    """In a process that is not to know them."""
    for descriptor in descriptors:
        if descriptor is not None:
            with suppress(OSError):
                os.close(descriptor)


def handed_on(variable: str) -> int | None:
    """The descriptor that this process was given, if any; it is in the environment no longer."""
    said = os.environ.pop(variable, "")
    return int(said) if said else None


def as_owner(settings: Settings) -> Settings:
    """Those of a process that was handed the owner's address; the embedded database's owner needs none."""
    said = os.environ.get(OWNER)
    if not said:
        return settings
    return replace(settings, database_url=read(int(said)), direct_database_url=None)
