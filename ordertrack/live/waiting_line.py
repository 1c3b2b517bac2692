"""A line in which some wait until one of a few is done, and nobody's many keep all others waiting."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class WaitingLine:
    """At most `most` go on at a time, and of one name `most_of_one`; the others in the order they came."""

    def __init__(self, most: int, most_of_one: int) -> None:
        self._most = most
        self._most_of_one = most_of_one
        self._lock = threading.Lock()
        self._waiting: dict[threading.Event, str] = {}
        self._going: Counter[str] = Counter()

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @property
    def going(self) -> int:
        return self._going.total()

    @contextmanager
    def place(self, name: str) -> Iterator[threading.Event]:
        """A place in the line for as long as this lasts; the event is set once it is this one's turn."""
        is_next = threading.Event()
        with self._lock:
            self._waiting[is_next] = name
            self._let_go_on()
        try:
            yield is_next
        finally:
            with self._lock:
                if self._waiting.pop(is_next, None) is None:
                    self._going[name] -= 1
                    self._going += Counter()  # forgets who has none
                self._let_go_on()

    def _let_go_on(self) -> None:
        for is_next, name in list(self._waiting.items()):
            if self.going >= self._most:
                return
            if self._going[name] < self._most_of_one:
                self._going[name] += 1
                del self._waiting[is_next]
                is_next.set()
