"""The rows of a table, each by itself: a bad one does not spoil the next."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from ordertrack.i18n.translate import gettext as _
from ordertrack.importing.source import DAMAGE

Row = Sequence[str]

REPLACED = "\ufffd"  # what stands where the file's bytes were not in its encoding

_MOST_LINES_OF_A_ROW = 20
_QUOTE_IS_OPEN = "unexpected end of data"


class UnreadableRow(ValueError):
    """What stands on this line is not CSV, or the file is damaged here; the message says which."""


def rows(lines: Iterable[str], separator: str = ",") -> Iterator[tuple[int, Row | UnreadableRow]]:
    """Each row that is not blank, with the number of its first line.

    A quoted field may run over a few lines. A quote that is never closed spoils its own line only; a parser
    that reads on for its end would take thousands of rows with it.
    """
    ahead = _Lines(lines)
    while ahead.has(1):
        line = ahead.number
        row, length = _row(ahead, separator)
        ahead.drop(length)
        if isinstance(row, UnreadableRow) or any(map(str.strip, row)):
            yield line, row
    if ahead.damage is not None:
        yield ahead.number, UnreadableRow(_("the file is damaged from here on: %(what)s", what=ahead.damage))


class _Lines:
    """Lines to look at before they are taken; `number` is that of the first one."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.number = 1
        self.waiting: deque[str] = deque()
        self.damage: Exception | None = None
        self._lines = iter(lines)

    def has(self, count: int) -> bool:
        try:
            self.waiting.extend(islice(self._lines, max(count - len(self.waiting), 0)))
        except DAMAGE as error:
            self.damage = error
            self._lines = iter(())
        return len(self.waiting) >= count

    def drop(self, count: int) -> None:
        for _each in range(count):
            self.waiting.popleft()
        self.number += count


def _row(ahead: _Lines, separator: str) -> tuple[Row | UnreadableRow, int]:
    """The next row, and of how many lines it is."""
    length = 1
    while length <= _MOST_LINES_OF_A_ROW and ahead.has(length):
        try:
            parsed = list(csv.reader(islice(ahead.waiting, length), delimiter=separator, strict=True))
            return (parsed[0] if parsed else []), length
        except csv.Error as error:
            if _QUOTE_IS_OPEN not in str(error):
                return UnreadableRow(_("is not CSV: %(what)s", what=error)), 1
        length += 1
    return UnreadableRow(_("opens a quote that is not closed")), 1
