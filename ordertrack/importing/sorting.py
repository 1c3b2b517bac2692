"""Orders by when they were placed, whichever way the file has them: on the disk, not in memory."""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Iterator

from ordertrack.importing.logged_order import LoggedOrder
from ordertrack.rules.state_machine import OrderStatus

_AT_ONCE = 2000


class SortedOrders:
    """A table without a name, as `Gathered` is: what stands in it was put there by this process."""

    def __init__(self) -> None:
        self._waiting: list[tuple[float, int, bytes]] = []
        self._table = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._table.execute("PRAGMA journal_mode = OFF")
        self._table.execute("CREATE TABLE orders (placed REAL, line INTEGER, told BLOB)")

    def add(self, order: LoggedOrder) -> None:
        self._waiting.append((order.times[OrderStatus.PENDING], order.line, pickle.dumps(order)))
        if len(self._waiting) >= _AT_ONCE:
            self._send()

    def __iter__(self) -> Iterator[LoggedOrder]:
        self._send()
        for (told,) in self._table.execute("SELECT told FROM orders ORDER BY placed, line"):
            order: LoggedOrder = pickle.loads(told)  # noqa: S301 (of this process)
            yield order

    def close(self) -> None:
        self._table.close()

    def _send(self) -> None:
        if self._waiting:
            self._table.execute("BEGIN")
            self._table.executemany("INSERT INTO orders VALUES (?, ?, ?)", self._waiting)
            self._table.execute("COMMIT")
            self._waiting.clear()
