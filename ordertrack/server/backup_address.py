"""The address by which backups are made, handed from `serve` to the one process that makes them.

It is the owner's, or that of a role which sees all rows: workers must not have it, so it stands in no
environment but in a file without a name, whose descriptor only that process keeps.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress

VARIABLE = "ORDERTRACK_BACKUP_FD"


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


def forget(descriptor: int | None) -> None:
    """In a process that is not to know it."""
    if descriptor is not None:
        with suppress(OSError):
            os.close(descriptor)


def handed_on() -> int | None:
    """The descriptor that this process was given, if any; it is in the environment no longer."""
    said = os.environ.pop(VARIABLE, "")
    return int(said) if said else None
