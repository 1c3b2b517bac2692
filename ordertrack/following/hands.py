"""Threads that stand by: begun when all others are at work, and kept."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue


class Hands:
    """As many as were needed at once; whoever gives them work bounds it. None of them holds up an exit."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._given: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._begun = self._idle = 0

    def do(self, work: Callable[[], None]) -> None:
        """Have one do it now; it must not raise."""
        with self._lock:
            is_one_free = self._idle > 0
            if is_one_free:
                self._idle -= 1
            else:
                self._begun += 1
        if not is_one_free:
            threading.Thread(target=self._run, name=self._name, daemon=True).start()
        self._given.put(work)

    def end(self) -> None:
        """Have each end when it has done what it does."""
        for _ in range(self._begun):
            self._given.put(None)

    def _run(self) -> None:
        while (work := self._given.get()) is not None:
            work()
            with self._lock:
                self._idle += 1
