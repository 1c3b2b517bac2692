"""Locks that the workers of a host have between them, by number."""

from __future__ import annotations

import fcntl
import os
import tempfile
import weakref


class HostLocks:
    """Of the process that makes them and of those that are forked from it.

    Locks on the bytes of a file are the system's, which takes them from a process that dies.
    """

    def __init__(self) -> None:
        with tempfile.TemporaryFile() as file:
            self._file = os.dup(file.fileno())
        weakref.finalize(self, os.close, self._file)

    def take(self, number: int) -> bool:
        """Take a lock, if no other process has it."""
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
        except BlockingIOError:
            return False
        return True

    def give_back(self, number: int) -> None:
        fcntl.lockf(self._file, fcntl.LOCK_UN, 1, number)
