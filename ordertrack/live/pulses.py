"""When heartbeats are due: every topic's once an interval, and each at a moment of its own."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

SLOTS = 60  # into which an interval is divided, and topics with it
ALL = range(SLOTS)


def slot_of(topic: Any) -> int:
    """The slot of a topic, the same for as long as the process lives."""
    return hash(topic) % SLOTS


class Pace:
    """Says slot by slot whose moment has come, by the time that it is told; all times are in seconds."""

    def __init__(self, interval: float, now: float) -> None:
        self._step = interval / SLOTS
        self._reached = int(now / self._step)

    def due(self, now: float) -> Collection[int]:
        """The slots since it was asked last: none twice, and everybody's if that was an interval ago."""
        before, self._reached = self._reached, int(now / self._step)
        first = max(before + 1, self._reached - SLOTS + 1)
        return {moment % SLOTS for moment in range(first, self._reached + 1)}
