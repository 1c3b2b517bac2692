"""The places of a worker: bounded, and taken from whoever has waited longest where another needs one."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager

import structlog

from ordertrack.monitoring import metrics

_SAY_AGAIN_AFTER = 60.0  # seconds
_log = structlog.get_logger(__name__)


class Places:
    """Every connection of a worker has a place, and either waits for its client or is being worked for.

    It waits for a request to arrive, for an answer to be taken, or for the client to go. An honest client is
    waited for only for milliseconds, so where there are more than `most`, whoever is waited for longest is
    turned away, which is hardly ever one. Who is worked for keeps the place.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: dict[Hashable, Callable[[], None]] = {}
        self._going: set[Hashable] = set()
        self._said_at: dict[str, float] = {}
        self.taken = 0

    @property
    def working(self) -> int:
        """How many are worked for."""
        return self.taken - len(self._waiting) - len(self._going)

    @property
    def waiting(self) -> int:
        """How many wait for their client."""
        return len(self._waiting)

    @contextmanager
    def place_of(self, guest: Hashable) -> Iterator[None]:
        """A place for as long as this lasts."""
        self.taken += 1
        try:
            yield
        finally:
            self.go_on(guest)
            self.taken -= 1

    def wait(self, guest: Hashable, turn_away: Callable[[], None]) -> None:
        """From now on this one waits for its client; `turn_away` is called where its place is needed."""
        self._waiting[guest] = turn_away
        if self.taken > self._most:
            self._make_room()

    def go_on(self, guest: Hashable) -> None:
        """It no longer waits."""
        self._waiting.pop(guest, None)
        self._going.discard(guest)

    def say(self, what: str) -> None:
        """Say it in the log, once a minute at most."""
        now = time.monotonic()
        if now - self._said_at.get(what, -_SAY_AGAIN_AFTER) >= _SAY_AGAIN_AFTER:
            self._said_at[what] = now
            _log.warning(what, places=self._most, waiting=self.waiting, working=self.working)

    def _make_room(self) -> None:
        longest, turn_away = next(iter(self._waiting.items()))
        self.say("more connections than there is room for: whoever is waited for longest is turned away")
        metrics.turned_away.labels("place needed").inc()
        del self._waiting[longest]
        self._going.add(longest)
        turn_away()
