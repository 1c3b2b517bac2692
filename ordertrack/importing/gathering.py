"""The rows of each order together, wherever they stand in the file: on the disk, not in memory."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

Cells = list[list[str]]
"""What stands in the columns that are read, by role."""

_AT_ONCE = 2000


class GatheredRow(NamedTuple):
    line: int
    cells: Cells


class Gathered:
    """A table without a name, which SQLite keeps in a file of its own and which is gone once it is closed."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, int, str]] = []
        self._table = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._table.execute("PRAGMA journal_mode = OFF")
        self._table.execute("PRAGMA temp_store = FILE")
        self._table.execute("CREATE TABLE rows (key TEXT, line INTEGER, cells TEXT)")

    def add(self, key: str, line: int, cells: Cells) -> None:
        self._waiting.append((key, line, json.dumps(cells)))
        if len(self._waiting) >= _AT_ONCE:
            self._send()

    def groups(self) -> Iterator[list[GatheredRow]]:
        """The rows of one key after those of the other, in the order of their first lines."""
        self._send()
        rows = self._table.execute(
            "SELECT key, line, cells FROM"
            " (SELECT key, line, cells, min(line) OVER (PARTITION BY key) AS first FROM rows)"
            " ORDER BY first, line"
        )
        group: list[GatheredRow] = []
        last: str | None = None
        for key, line, cells in rows:
            if key != last and group:
                yield group
                group = []
            last = key
            group.append(GatheredRow(line, json.loads(cells)))
        if group:
            yield group

    def close(self) -> None:
        self._table.close()

    def _send(self) -> None:
        if self._waiting:
            self._table.execute("BEGIN")
            self._table.executemany("INSERT INTO rows VALUES (?, ?, ?)", self._waiting)
            self._table.execute("COMMIT")
            self._waiting.clear()
