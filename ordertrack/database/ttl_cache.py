"""What is read once and kept for a few seconds, or until somebody says that it has changed."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Hashable
from itertools import islice
from math import inf
from typing import Generic, TypeVar

from flask import g

from ordertrack.database.session import is_in_transaction

# Commands and tests do not listen, and a listener may be away: for them nothing is older than this, and one
# query in five seconds is cheap.
KEPT_FOR = 5.0  # seconds
READ_WITHIN = 5.0  # seconds that who asks for the same waits for who reads it
MOST_KEPT = 40_000  # values of a kind; a kilobyte or two each

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

_is_told: Callable[[], bool] = bool
_told_for = inf


def believe(is_told: Callable[[], bool], seconds: float = inf) -> None:
    """While this process hears of every change, as `is_told` says, what is told of is kept until then.

    Yet no longer than `seconds`, where somebody may change something and say it elsewhere.
    """
    global _is_told, _told_for
    _is_told, _told_for = is_told, seconds


class Kept(Generic[Key, Value]):
    """Values by key, each as it is now or was a moment ago. What is not there is asked for every time.

    `is_told_of`: whoever changes one has every process forget it. All of them together weigh `most` at most,
    for values whose sizes differ much.
    """

    def __init__(
        self,
        *,
        is_told_of: bool = False,
        most: int | None = None,
        weigh: Callable[[Value], int] = lambda _value: 1,
    ) -> None:
        self._is_told_of = is_told_of
        self._most = most
        self._weigh = weigh
        self._weight = 0
        self._values: dict[tuple[uuid.UUID | None, Key], tuple[float, Value]] = {}
        self._being_read: dict[tuple[uuid.UUID | None, Key], threading.Event] = {}
        self._times_forgotten = 0

    def get(self, key: Key, read: Callable[[], Value | None]) -> Value | None:
        """The value that is kept, or else what `read` finds."""
        # The entered tenant is part of the key: what one has read must not be found from inside another.
        mine = (g.get("tenant_id"), key)
        kept = self._values.get(mine)
        if kept is not None and self._holds(kept[0]):
            return kept[1]
        being_read = self._being_read.get(mine)
        if being_read is None:
            return self._read(mine, read)
        # Who holds a connection must not wait for somebody who may need one.
        if not is_in_transaction() and being_read.wait(READ_WITHIN):
            kept = self._values.get(mine)
        return kept[1] if kept is not None and self._holds(kept[0]) else read()

    def _read(self, mine: tuple[uuid.UUID | None, Key], read: Callable[[], Value | None]) -> Value | None:
        """What `read` finds, which is kept; who asks for the same meanwhile waits for it."""
        before = self._times_forgotten
        is_read = self._being_read[mine] = threading.Event()
        try:
            found = read()
            # A value read while something was saved may be older than that.
            if found is not None and before == self._times_forgotten:
                self._drop(mine)  # so that the oldest come first
                self._make_room(self._weigh(found))
                self._values[mine] = (time.monotonic() + KEPT_FOR, found)
                self._weight += self._weigh(found)
        finally:
            self._being_read.pop(mine, None)
            is_read.set()
        return found

    def _holds(self, end: float) -> bool:
        now = time.monotonic()
        return end > now or (self._is_told_of and end - KEPT_FOR + _told_for > now and _is_told())

    def _make_room(self, weight: int) -> None:
        """Drop up to two values that hold no more for each new one; the oldest where there is no room."""
        for mine, (end, _) in list(islice(self._values.items(), 2)):
            if not self._holds(end):
                self._drop(mine)
        while self._values and self._weight + weight > (self._most or MOST_KEPT):
            for mine in list(islice(self._values, 1)):
                self._drop(mine)

    def _drop(self, mine: tuple[uuid.UUID | None, Key]) -> None:
        dropped = self._values.pop(mine, None)
        if dropped is not None:
            self._weight -= self._weigh(dropped[1])

    def forget(self, is_forgotten: Callable[[Key], bool] = lambda _key: True) -> None:
        """Have what is kept under these keys, or (by default) everything, read anew."""
        self._times_forgotten += 1
        for mine in [mine for mine in list(self._values) if is_forgotten(mine[1])]:
            self._drop(mine)
