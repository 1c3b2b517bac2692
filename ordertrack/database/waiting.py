"""Waiting for PostgreSQL in a process of gevent's: for one descriptor, and not where it has answered already.

psycopg's own way there asks gevent's `poll`, which makes watchers, an event and a timer for every look, also
for the first one of a query, at which nearly always something can be written: half of what a short query
costs a worker.
"""

from __future__ import annotations

import select
from time import monotonic
from typing import TypeVar

from gevent import get_hub, monkey
from gevent.socket import wait as wait_for
from psycopg.abc import PQGen
from psycopg.errors import OperationalError, _WaitTimeout
from psycopg.waiting import READY_R, READY_W

T = TypeVar("T")
LOOKS_AGAIN_AFTER = 0.1  # seconds: a descriptor that was closed meanwhile tells nobody
# The system's own: it is asked what has come by now, and never waits.
_poll = monkey.get_original("select", "poll")
_MASKS = {1: select.POLLIN, 2: select.POLLOUT, 3: select.POLLIN | select.POLLOUT}


class _NotYet(Exception):
    """Nothing has come so far."""


def is_of_gevent() -> bool:
    """Whether this process waits by gevent's loop."""
    return bool(monkey.is_module_patched("select"))


def wait(generator: PQGen[T], descriptor: int, timeout: float | None) -> T:
    """What psycopg's generator comes to; raises psycopg's _WaitTimeout after `timeout` seconds."""
    deadline = None if timeout is None else monotonic() + timeout
    look = _poll()
    try:
        wanted = next(generator)
        look.register(descriptor, _MASKS[wanted])
        while True:
            came = look.poll(0)
            if came:
                wanted = generator.send(_ready(came[0][1]))
                look.modify(descriptor, _MASKS[wanted])
            elif deadline is not None and monotonic() >= deadline:
                raise _WaitTimeout("wait timeout expired")
            else:
                _switch(descriptor, wanted, deadline)
    except StopIteration as ended:
        value: T = ended.value
        return value


def _ready(events: int) -> int:
    ready = (READY_R if events & select.POLLIN else 0) | (READY_W if events & select.POLLOUT else 0)
    if not ready:
        raise OperationalError("connection socket closed")
    return ready


def _switch(descriptor: int, wanted: int, deadline: float | None) -> None:
    """Let others go on until something may have come."""
    left = LOOKS_AGAIN_AFTER if deadline is None else min(LOOKS_AGAIN_AFTER, deadline - monotonic())
    watcher = get_hub().loop.io(descriptor, wanted)
    try:
        wait_for(watcher, max(left, 0.001), _NotYet)
    except _NotYet:
        pass
    finally:
        watcher.close()
