"""Which of a table's first rows names its columns: above it a file may have a title, a period, a shop."""

from __future__ import annotations

from collections.abc import Sequence

from ordertrack.importing import moments, roles, words
from ordertrack.importing.csv_rows import Row, UnreadableRow
from ordertrack.importing.roles import Sources

WITHIN = 10
"""Rows that are not blank in which it is looked for."""
_FEWEST_NAMES = 2  # that are known: one alone may stand in a title


def place_of(first: Sequence[Row | UnreadableRow], sources: Sources) -> int:
    """Its place among the first rows: the first one, unless that knows no columns and one below it does.

    Without any name that is known, rows of one cell above wider ones are no header either.
    """
    known = [_known(row, sources) for row in first[:WITHIN]]
    if known and known[0] < _FEWEST_NAMES:
        for place, count in enumerate(known):
            if count >= _FEWEST_NAMES:
                return place
        widths = [_width(row) for row in first[:WITHIN]]
        if not any(known) and widths[0] == 1 and max(widths) > 2:
            return next(place for place, width in enumerate(widths) if width > 2)
    return 0


def _known(row: Row | UnreadableRow, sources: Sources) -> int:
    """How many of its cells name a column; 0 where any of them can only be a value."""
    if isinstance(row, UnreadableRow):
        return 0
    mapped = {words.plain(name) for theirs in sources.values() for name in theirs}
    filled = [cell for cell in map(words.filled, row) if cell]
    if any(_is_value(cell) for cell in filled):
        return 0
    return sum(
        words.plain(cell) in mapped or roles.meant_by(roles.named(cell).base) is not None for cell in filled
    )


def _is_value(cell: str) -> bool:
    """Whether it is a time or a number."""
    try:
        moments.read(cell, None)
    except moments.Ambiguous:
        return True
    except moments.Unreadable:
        return False
    return True


def _width(row: Row | UnreadableRow) -> int:
    return 0 if isinstance(row, UnreadableRow) else sum(bool(cell.strip()) for cell in row)
