"""A connection pool without starvation: a request that waited too long gets the next free connection."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Any, cast

from flask import g, has_app_context, has_request_context
from sqlalchemy.pool import QueuePool
from sqlalchemy.util.queue import Empty, Queue

PATIENCE = 0.1  # seconds after which a waiting request goes before those that are running already


class _Ticket:
    """A place in the line, and what was handed to it."""

    def __init__(self, *, is_request: bool) -> None:
        self.is_request = is_request
        self.since = time.monotonic()
        self.woken = threading.Event()
        self.item: Any = None

    @property
    def is_due(self) -> bool:
        return not self.is_request or time.monotonic() - self.since >= PATIENCE


class _InTurn(Queue[Any]):
    """Requests give a connection back and take one again several times.

    Letting the running ones take it is fastest while the line is short, but a waiting one could starve: after
    PATIENCE the first in line is handed the next connection. Threads that work for all screens, and not for a
    request, go to the front of the line: there are few of them, and every screen waits for their work.
    """

    _line: deque[_Ticket]

    def _init(self, maxsize: int) -> None:
        super()._init(maxsize)
        self._line = deque()
        self.waits = self.refused = 0
        self.waited = 0.0

    @property
    def waiting(self) -> int:
        return len(self._line)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """An item; raises Empty if there is none, or none within `timeout` seconds."""
        with self.mutex:
            if not self._empty():
                return self._get()
            if not block:
                raise Empty
            ticket = self._line_up()
        try:
            return self._wait(ticket, timeout)
        except Empty:
            self.refused += 1
            raise
        finally:
            with self.mutex:
                self.waits += 1
                self.waited += time.monotonic() - ticket.since
                if ticket in self._line:
                    self._line.remove(ticket)
                if self._line and not self._empty():
                    self._line[0].woken.set()

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        with self.mutex:
            if self._line and self._line[0].is_due:
                self._line[0].item = item
                self._line.popleft().woken.set()
                return
            super().put(item, block, timeout)
            if self._line:
                self._line[0].woken.set()

    def _line_up(self) -> _Ticket:
        # A screen that comes back has no request context, but its context says who asks.
        is_request = has_request_context() or (has_app_context() and "asked_by" in g)
        ticket = _Ticket(is_request=is_request)
        if ticket.is_request:
            self._line.append(ticket)
        else:
            self._line.appendleft(ticket)
        return ticket

    def _wait(self, ticket: _Ticket, timeout: float | None) -> Any:
        """The item handed to the ticket, or one that is still free when it wakes."""
        while True:
            left = None if timeout is None else ticket.since + timeout - time.monotonic()
            try:
                ticket.woken.wait(left)
            except BaseException:  # its greenlet is being killed
                if ticket.item is not None:
                    self.put(ticket.item)
                raise
            with self.mutex:
                if ticket.item is not None:
                    return ticket.item
                if not self._empty():
                    return self._get()
                if left is not None and left <= 0:
                    raise Empty
                ticket.woken.clear()


class PoolInTurn(QueuePool):
    """SQLAlchemy's own pool, with such a line before it."""

    _queue_class = _InTurn

    @property
    def waiting(self) -> int:
        """How many wait for a connection now."""
        return self.line.waiting

    @property
    def line(self) -> _InTurn:
        """Who waited so far: `waits` times, for `waited` seconds in all, and `refused` of them in vain."""
        line: Any = self._pool
        return cast(_InTurn, line)
