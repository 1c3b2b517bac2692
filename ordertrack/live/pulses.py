"""When heartbeats are due: every topic's once an interval, and each at a moment of its own."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

SLOTS = 60  # parts of an interval; each topic belongs to one
ALL = range(SLOTS)


def slot_of(topic: Any) -> int:
    """The slot of a topic, the same for as long as the process lives."""
    return hash(topic) % SLOTS


class Pace:
    """Tells which slots are due at the time that it is given; all times are in seconds."""

    def __init__(self, interval: float, now: float) -> None:
        self._step = interval / SLOTS
        self._reached = int(now / self._step)

    def due(self, now: float) -> Collection[int]:
        """The slots due since the last call, each once; all of them if that was an interval ago."""
        before, self._reached = self._reached, int(now / self._step)
        first = max(before + 1, self._reached - SLOTS + 1)
        return {moment % SLOTS for moment in range(first, self._reached + 1)}
