"""Bounds, by age and by bytes, what a process keeps of recent events over all of its tenants."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from enum import Enum
from gc import get_referents
from sys import getsizeof
from types import NoneType
from typing import Any

# Whoever lost the line for a moment is back within two minutes; for who comes later there is the log.
MOST_AGE = 120  # seconds
MOST_BYTES = 128 * 2**20
_ROOM = 8  # over the limit, an eighth of it is freed besides, so that this is seldom needed


class Budget:
    """Counts the bytes that are kept, by the second in which they were read.

    Whoever keeps something charges it here and, once it is forgotten, takes the charge back. `most_age` is in
    seconds.
    """

    def __init__(
        self,
        most_age: int = MOST_AGE,
        most_bytes: int = MOST_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most_age = most_age
        self._most_bytes = most_bytes
        self._clock = clock
        self._by_second: dict[int, int] = {}
        self._lock = threading.Lock()
        self.bytes = 0

    @property
    def now(self) -> int:
        """The second that it is, counted from anywhere."""
        return int(self._clock())

    @property
    def is_spent(self) -> bool:
        return self.bytes > self._most_bytes

    def charge(self, second: int, size: int) -> None:
        """Add `size`, which may be negative, to the bytes kept of this second."""
        with self._lock:
            self.bytes += size
            left = self._by_second.get(second, 0) + size
            if left:
                self._by_second[second] = left
            else:
                self._by_second.pop(second, None)

    def horizon(self) -> int:
        """The second before which everything is to be forgotten, whatever tenant it is of."""
        horizon = self.now - self._most_age
        with self._lock:
            excess = self.bytes - self._most_bytes
            if excess > 0:
                excess += self._most_bytes // _ROOM
                for second in sorted(self._by_second):
                    if excess <= 0:
                        break
                    excess -= self._by_second[second]
                    horizon = max(horizon, second + 1)
        return horizon


def weight(thing: Any) -> int:
    """The bytes of memory that a record of plain values takes, apart from what it shares with all others."""
    total, seen, left = 0, set(), [thing]
    while left:
        each = left.pop()
        kind = type(each)
        if kind in _PLAIN:
            total += getsizeof(each)
        elif id(each) not in seen and not isinstance(each, _SHARED):
            seen.add(id(each))
            total += getsizeof(each)
            left += get_referents(each)
    return total


_PLAIN = frozenset({str, bytes, int, float, dt.datetime, dt.timedelta})
_SHARED = (NoneType, bool, type, Enum)
