"""Token buckets in memory that the workers of a host share: how often each may do something.

A bucket is one number, the moment at which it is full again (the theoretical arrival time of the generic cell
rate algorithm, ITU-T I.371). One that is full is as good as none, so its slot is free for another.
"""

from __future__ import annotations

import fcntl
import os
import struct
import tempfile
import threading
import time
import weakref
from collections.abc import Callable
from hashlib import blake2b
from mmap import mmap
from typing import NamedTuple

from gevent import monkey

SECOND = 1_000_000_000  # nanoseconds
WAYS = 8  # slots of a set: a bucket is in one of its set's
SETS = 8192
# For the lock of a set: tries of a microsecond, for its holder needs a few; then naps.
TRIES = 200
NAPS, NAP = 100, 0.001  # seconds
# The system's own, also under gevent: meanwhile nobody else of this process gets between.
_sleep = monkey.get_original("time", "sleep")
_SLOT = struct.Struct("=QQ")  # whose it is, as a digest; when it is full again
_SET = struct.Struct("=" + "QQ" * WAYS)


class Rate(NamedTuple):
    """So many a second, and so many at once by whoever was quiet before."""

    a_second: int
    burst: int

    @property
    def step(self) -> int:
        """Nanoseconds in which one more comes in; rounded up, so that it never comes to more."""
        return -(-SECOND // self.a_second)


class Taken(NamedTuple):
    """What became of the wish for one, how many are left, and in what time it is full, or has one again."""

    is_given: bool
    left: int
    full_in: int
    next_in: int


def take(full_at: int, now: int, rate: Rate) -> tuple[int, Taken]:
    """Take one from a bucket that is full at `full_at`: when it is full then, and what became of it."""
    step, deepest = rate.step, rate.step * rate.burst
    filling = max(full_at - now, 0)
    if filling + step > deepest:
        return full_at, Taken(False, 0, filling, filling + step - deepest)
    filling += step
    left = (deepest - filling) // step
    return now + filling, Taken(True, left, filling, 0 if left else filling + step - deepest)


class Buckets:
    """A table of fixed size, of the process that makes it and of those that are forked from it.

    Where more are in use than it holds, the fullest one of a set is taken for full: nobody is refused for
    what somebody else did.
    """

    def __init__(self, sets: int = SETS, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._sets = sets
        self._clock = clock
        self._key = os.urandom(16)  # nobody can choose names that meet in one set
        self._memory = mmap(-1, sets * _SET.size)
        self._within = threading.Lock()
        # Locks on the bytes of a file are the system's, which takes them from a process that dies.
        with tempfile.TemporaryFile() as file:
            self._locks = os.dup(file.fileno())
        weakref.finalize(self, os.close, self._locks)

    def take(self, name: str, rate: Rate) -> Taken:
        """Take one from the bucket of this name."""
        digest = int.from_bytes(blake2b(name.encode(), digest_size=8, key=self._key).digest()) | 1
        number = digest % self._sets
        with self._within:
            self._lock(number)
            try:
                now = self._clock()
                slot, full_at = self._find(number, digest, now)
                full_at, taken = take(full_at, now, rate)
                _SLOT.pack_into(self._memory, number * _SET.size + slot * _SLOT.size, digest, full_at)
            finally:
                fcntl.lockf(self._locks, fcntl.LOCK_UN, 1, number)
        return taken

    def _find(self, number: int, digest: int, now: int) -> tuple[int, int]:
        """The bucket's slot and when it is full; of one that is not there the slot that is to be its."""
        found = _SET.unpack_from(self._memory, number * _SET.size)
        names, moments = found[::2], found[1::2]
        if digest in names:
            slot = names.index(digest)
            return slot, moments[slot]
        return moments.index(min(moments)), now

    def _lock(self, number: int) -> None:
        """Hold a set against other processes; one that was stopped meanwhile is not waited for."""
        for tried in range(TRIES + NAPS):
            try:
                fcntl.lockf(self._locks, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
                return
            except BlockingIOError:
                if tried >= TRIES:
                    _sleep(NAP)
