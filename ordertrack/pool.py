"""A pool whose connections are had in turn: whoever has waited longest for one gets the next."""

from __future__ import annotations

import threading
from collections import deque
from typing import Any

from flask import has_request_context
from sqlalchemy.pool import QueuePool
from sqlalchemy.util.queue import Empty, Queue


class _Ticket:
    """A place in the line, and what was handed to it."""

    def __init__(self) -> None:
        self.handed = threading.Event()
        self.item: Any = None


class _InTurn(Queue[Any]):
    """What is put back goes to the first in line, and not to whoever asks in the moment after.

    Requests give a connection back and take one again several times; where all may grab, those who are
    running always win, and somebody waits in vain while hundreds are served. Whoever works for all screens,
    and not for a request, goes first: there are few of them, and everybody waits for what they tell.
    """

    _line: deque[_Ticket]

    def _init(self, maxsize: int) -> None:
        super()._init(maxsize)
        self._line = deque()

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
            ticket = _Ticket()
            if has_request_context():
                self._line.append(ticket)
            else:
                self._line.appendleft(ticket)
        try:
            ticket.handed.wait(timeout)
        except BaseException:  # its greenlet is to end
            if not self._leave(ticket):
                self.put(ticket.item)
            raise
        if self._leave(ticket):
            raise Empty
        return ticket.item

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        with self.mutex:
            if self._line:
                ticket = self._line.popleft()
                ticket.item = item
                ticket.handed.set()
                return
        super().put(item, block, timeout)

    def _leave(self, ticket: _Ticket) -> bool:
        """Leave the line; False if the turn has come already."""
        with self.mutex:
            if ticket not in self._line:
                return False
            self._line.remove(ticket)
            return True


class PoolInTurn(QueuePool):
    """SQLAlchemy's own pool, with such a line before it."""

    _queue_class = _InTurn

    @property
    def waiting(self) -> int:
        """How many wait for a connection now."""
        line: Any = self._pool
        return int(line.waiting)
