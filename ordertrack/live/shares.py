"""Limits on open streams and replays per holder, so that one cannot use up the others'."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple


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
    """Counts the streams of each holder in this process; a kind without a limit is not counted."""

    def __init__(self, most: Mapping[str, int] | None = None) -> None:
        self._most = dict(most or {})
        self._held: Counter[Holder] = Counter()

    def take(self, holders: Sequence[Holder]) -> None:
        """Count one more for each of them, or for none; raises ShareTaken."""
        counted = [holder for holder in holders if holder.kind in self._most]
        for holder in counted:
            if self._held[holder] >= self._most[holder.kind]:
                raise ShareTaken(holder.kind, self._most[holder.kind])
        self._held.update(counted)

    def give_back(self, holders: Sequence[Holder]) -> None:
        for holder in holders:
            if self._held[holder] > 1:
                self._held[holder] -= 1
            else:
                self._held.pop(holder, None)
