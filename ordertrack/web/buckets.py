"""Token buckets in memory that the workers of a host share, and what hosts tell each other of them.

A bucket is one number, the moment at which it is full again (the theoretical arrival time of the generic cell
rate algorithm, ITU-T I.371). One that is full is as good as none, so its slot is free for another.

A host gives from its own buckets, and tells the others afterwards what it gave, once that is what comes in
within an interval. They take it out of theirs, which may owe then. So in any span of time `hosts` of them
give together at most what one bucket gives, and (hosts - 1) times a burst and what comes in within two
intervals and the time that a message takes; and that more once, for it is owed: who goes on gets the rate.
Where messages are lost, what they told is given once more.
"""

from __future__ import annotations

import os
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from mmap import mmap
from typing import NamedTuple

import numpy as np
from gevent import monkey

from ordertrack.web.host_locks import HostLocks

SECOND = 1_000_000_000  # nanoseconds
INTERVAL = SECOND // 4  # between two messages of a host
MOST_OWED = 10  # bursts: a host that is told of much at once, as after a pause, refuses nobody for long
MOST_TOLD = 1000  # buckets at once; the others come next
WAYS = 8  # slots of a set: a bucket is in one of its set's
SETS = 8192
# For the lock of a set: tries of a microsecond, for its holder needs a few; then naps.
TRIES = 200
NAPS, NAP = 100, 0.001  # seconds
# The system's own, also under gevent: meanwhile nobody else of this process gets between.
_sleep = monkey.get_original("time", "sleep")
_SLOT = struct.Struct("=QQQ")  # whose it is, as a digest; when it is full again; how many to tell of
_SET = struct.Struct("=" + "QQQ" * WAYS)


class Rate(NamedTuple):
    """So many a second, and so many at once by whoever was quiet before."""

    a_second: int
    burst: int

    @property
    def step(self) -> int:
        """Nanoseconds in which one more comes in; rounded up, so that it never comes to more."""
        return -(-SECOND // self.a_second)

    @property
    def worth_telling(self) -> int:
        """What comes in within an interval."""
        return max(1, self.a_second * INTERVAL // SECOND)


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


def owe(full_at: int, now: int, count: int, rate: Rate) -> int:
    """When a bucket is full again from which others took so many, whether it had them or not."""
    filling = max(full_at - now, 0) + count * rate.step
    return now + min(filling, MOST_OWED * rate.burst * rate.step)


class Buckets:
    """A table of fixed size, of the process that makes it and of those that are forked from it.

    Where more are in use than it holds, the fullest one of a set is taken for full: nobody is refused for
    what somebody else did. Hosts that know buckets by the same names have the same `key`.
    """

    def __init__(
        self,
        rate: Rate,
        key: bytes | None = None,
        sets: int = SETS,
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self.rate = rate
        self._sets = sets
        self._clock = clock
        self._key = key or os.urandom(16)  # nobody can choose names that meet in one set
        self._memory = mmap(-1, sets * _SET.size)
        self._table = np.frombuffer(self._memory, np.uint64).reshape(-1, 3)
        self._within = threading.Lock()
        self._locks = HostLocks()

    def take(self, name: str) -> Taken:
        """Take one from the bucket of this name."""
        bucket = digest(name, self._key)
        with self._held(bucket) as (place, now, full_at, untold):
            full_at, taken = take(full_at, now, self.rate)
            _SLOT.pack_into(self._memory, place, bucket, full_at, untold + taken.is_given)
        return taken

    def owe(self, bucket: int, count: int) -> None:
        """Another host gave so many from this bucket."""
        with self._held(bucket) as (place, now, full_at, untold):
            _SLOT.pack_into(self._memory, place, bucket, owe(full_at, now, count, self.rate), untold)

    def tell(self) -> dict[int, int]:
        """How many were given here, by bucket, where it is worth telling; they count as told from now on."""
        worth = np.flatnonzero(self._table[:, 2] >= self.rate.worth_telling)[:MOST_TOLD]
        told = {}
        for bucket in self._table[worth, 0].tolist():
            with self._held(bucket) as (place, _, full_at, untold):
                _SLOT.pack_into(self._memory, place, bucket, full_at, 0)
            told[bucket] = untold
        return told

    def forget_untold(self) -> None:
        """What was given until now the others are not told."""
        self._table[:, 2] = 0

    @contextmanager
    def _held(self, bucket: int) -> Iterator[tuple[int, int, int, int]]:
        """Hold it against others: where it is in memory, the time, when it is full, how many are untold."""
        number = bucket % self._sets
        with self._within:
            self._lock(number)
            try:
                yield self._find(number, bucket, self._clock())
            finally:
                self._locks.give_back(number)

    def _find(self, number: int, bucket: int, now: int) -> tuple[int, int, int, int]:
        """The same; of one that is not there it is the place where it is to be."""
        found = _SET.unpack_from(self._memory, number * _SET.size)
        buckets, moments = found[::3], found[1::3]
        is_there = bucket in buckets
        slot = buckets.index(bucket) if is_there else moments.index(min(moments))
        place = number * _SET.size + slot * _SLOT.size
        return (place, now, moments[slot], found[3 * slot + 2]) if is_there else (place, now, now, 0)

    def _lock(self, number: int) -> None:
        """Against other processes; one that was stopped meanwhile is not waited for."""
        for tried in range(TRIES + NAPS):
            if self._locks.take(number):
                return
            if tried >= TRIES:
                _sleep(NAP)


def digest(name: str, key: bytes) -> int:
    """What a name is called where nobody is to read it; never 0."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8, key=key).digest()) | 1
