"""Connections that are kept a moment for the next call to a place: what was checked is what is called."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TypeAlias

import httpcore

from ordertrack.outgoing.addresses import Target
from ordertrack.outgoing.connecting import Deadline

Place: TypeAlias = tuple[str, str, int]

IDLE_FOR = 5.0  # seconds; shorter than servers keep theirs
USED_FOR = 60.0  # seconds, after which the name is asked for again
_MOST = 8  # of one place


@dataclass(eq=False)
class Line:
    """A connection; `deadline` is that of the call which it is used for."""

    connection: httpcore.HTTPConnection
    deadline: Deadline
    since: float = field(default_factory=time.monotonic)


_kept: dict[Place, list[Line]] = {}
_lock = threading.Lock()


def take(target: Target) -> Line | None:
    """One that the other side has not closed, as far as can be seen."""
    while True:
        with _lock:
            lines = _kept.get(_place(target))
            if not lines:
                return None
            line = lines.pop()
        if not _is_over(line):
            return line
        line.connection.close()


def keep(target: Target, line: Line) -> None:
    """Keep it if another call can be made on it; else it is closed, and so are those that nobody used."""
    over = []
    with _lock:
        for place, lines in list(_kept.items()):
            over += [each for each in lines if _is_over(each)]
            _kept[place] = [each for each in lines if each not in over]
            if not _kept[place]:
                del _kept[place]
        lines = _kept.setdefault(_place(target), [])
        if line.connection.is_idle() and not _is_over(line) and len(lines) < _MOST:
            lines.append(line)
        else:
            over.append(line)
    for each in over:
        each.connection.close()


def _is_over(line: Line) -> bool:
    return line.connection.has_expired() or time.monotonic() - line.since > USED_FOR


def _place(target: Target) -> Place:
    return target.scheme, target.host, target.port
