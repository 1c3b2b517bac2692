"""Limits on open streams and replays per holder, so that one cannot use up the others'."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from math import inf
from typing import NamedTuple

TOLD_EVERY = 2.0  # seconds: what has not changed is told again
LASTS = 5.0


class Holder(NamedTuple):
    """Whose streams count together: `kind` names the limit (`streams_per_key`, ...), `name` the key, ..."""

    kind: str
    name: str


class ShareTaken(Exception):
    """A holder has reached the limit `kind`, which is `most`."""

    def __init__(self, kind: str, most: int) -> None:
        self.kind = kind
        self.most = most
        super().__init__(f"{kind}: all {most} are taken")


class Shares:
    """Counts the streams of each holder in this process; a kind without a limit is not counted.

    `elsewhere` says how many a holder has in other processes, as far as that is known here. Whoever has less
    than an eighth of a share in a process is not told of: processes together give no more than the share, an
    eighth of it for each other one, and what is opened while a message is on its way.
    """

    def __init__(self, most: Mapping[str, int] | None = None) -> None:
        self._most = dict(most or {})
        self._held: Counter[Holder] = Counter()
        self._changed: set[Holder] = set()
        self._told: set[Holder] = set()
        self.elsewhere: Callable[[Holder], int] = lambda _: 0

    def take(self, holders: Sequence[Holder]) -> None:
        """Count one more for each of them, or for none; raises ShareTaken."""
        counted = [holder for holder in holders if holder.kind in self._most]
        for holder in counted:
            if self._held[holder] + self.elsewhere(holder) >= self._most[holder.kind]:
                raise ShareTaken(holder.kind, self._most[holder.kind])
        self._held.update(counted)
        self._changed.update(filter(self._has_many, counted))

    def give_back(self, holders: Sequence[Holder]) -> None:
        for holder in holders:
            if self._has_many(holder):
                self._changed.add(holder)
            if self._held[holder] > 1:
                self._held[holder] -= 1
            else:
                self._held.pop(holder, None)

    def tell(self, *, all_again: bool = False) -> dict[Holder, int]:
        """How many those have here who have many, and 0 for who no longer has: what changed since, or all."""
        changed, self._changed = self._changed, set()
        if all_again:
            changed |= self._told
        told = {holder: self._held[holder] if self._has_many(holder) else 0 for holder in changed}
        self._told = (self._told - told.keys()) | {holder for holder, count in told.items() if count}
        return told

    def _has_many(self, holder: Holder) -> bool:
        return 8 * self._held.get(holder, 0) >= self._most.get(holder.kind, inf)


class Elsewhere:
    """How many streams those who have many have in other processes, by what processes call them.

    What was not told again within `LASTS` seconds is over: a process that died tells of no end.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counts: dict[int, dict[str, tuple[int, float]]] = {}

    def hear(self, process: str, counts: Mapping[int, int]) -> None:
        now = self._clock()
        for holder, count in counts.items():
            self._counts.setdefault(holder, {})[process] = (count, now)

    def count(self, holder: int) -> int:
        since = self._clock() - LASTS
        told = self._counts.get(holder, {}).values()
        return sum(count for count, at in told if at > since)

    def forget_old(self) -> None:
        since = self._clock() - LASTS
        for holder, told in list(self._counts.items()):
            kept = {process: said for process, said in told.items() if said[0] and said[1] > since}
            if kept:
                self._counts[holder] = kept
            else:
                del self._counts[holder]
