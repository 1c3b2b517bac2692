"""How a simulation waits: in real time that a signal cuts short, and patiently while the database is away."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ordertrack.database.session import db
from ordertrack.monitoring import parent

Result = TypeVar("Result")
Say = Callable[[str], None]

# Seconds.
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 15.0
_OUTAGE = 1.0
_LOOKS_FOR_PARENT_EVERY = 1.0


class Stopped(Exception):
    """Somebody asked the simulation to end."""


class Clock(Protocol):
    """Seconds that pass. `wait` raises Stopped as soon as it is known that the simulation is to end."""

    def now(self) -> float: ...

    def wait(self, seconds: float) -> None: ...


class RealClock:
    """The machine's clock, until `stop`, or until the process that started this one is gone."""

    def __init__(self, *, with_parent: bool = False) -> None:
        self._stop = threading.Event()
        self._has_parent = parent.watched() if with_parent else lambda: True

    def stop(self) -> None:
        self._stop.set()

    def now(self) -> float:
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        until = self.now() + seconds
        while True:
            self._stop.wait(min(max(until - self.now(), 0), _LOOKS_FOR_PARENT_EVERY))
            if self._stop.is_set() or not self._has_parent():
                raise Stopped
            if self.now() >= until:
                return


@contextmanager
def stopped_by_signals(clock: RealClock) -> Iterator[None]:
    """SIGINT and SIGTERM stop the clock, so that what is under way is finished and nothing is torn."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, lambda _number, _frame: clock.stop())
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Pace:
    """A simulation's own time, from 0 on. It stands still while the database is away, so that what had
    become due does not come down on the boards all at once."""

    def __init__(self, clock: Clock, say: Say) -> None:
        self._clock = clock
        self._say = say
        self._began = clock.now()

    def now(self) -> float:
        return self._clock.now() - self._began

    def wait_until(self, due: float) -> None:
        """Raises Stopped even if `due` has passed: every move begins with this."""
        self._clock.wait(max(due - self.now(), 0.0))

    def surely(self, act: Callable[[], Result]) -> Result:
        """Do it, again and again until the database lets it be done; `act` must bear being done twice."""
        asked_at = self._clock.now()
        try:
            return self._despite_outages(act)
        finally:
            took = self._clock.now() - asked_at
            if took > _OUTAGE:
                self._began += took

    def _despite_outages(self, act: Callable[[], Result]) -> Result:
        pause = _FIRST_PAUSE
        while True:
            try:
                return act()
            except (OperationalError, InterfaceError, PoolTimeout) as error:
                db.session.rollback()
                reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
                self._say(f"The database cannot be used ({reason}); trying again in {pause:.0f} s.")
            self._clock.wait(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
