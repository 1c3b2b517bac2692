"""What separates the fields of a table."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

SEPARATORS = (",", ";", "\t", "|")
_SAID = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
_TAB_SAID = re.compile(r'"?sep=(\\t|tab)"?', re.IGNORECASE)
_TITLES = 9  # lines that may stand above the names of the columns
_MOST = 0.5  # of the rows must be as wide as the first one for that to be a row of the table


@dataclass(frozen=True, slots=True)
class Separator:
    """`is_said`: the file's first line says it, and the second names the columns."""

    character: str
    is_said: bool


def find(first_lines: Sequence[str]) -> Separator:
    """The one that the file says, or which makes the most columns that all its first rows have."""
    said = first_lines[0].strip() if first_lines else ""
    if _TAB_SAID.fullmatch(said):
        return Separator("\t", True)
    if (match := _SAID.fullmatch(said)) and match[1] not in "\"'":
        return Separator(match[1], True)
    if said.lower() == "sep=":  # a tab that the line's end was taken for
        return Separator("\t", True)
    for above in range(min(len(first_lines) - 1, _TITLES) + 1):
        lines = first_lines[above:]
        best = max(SEPARATORS, key=lambda each: _fit(lines, each))
        if _fit(lines, best)[0] >= _MOST:
            return Separator(best, False)
    return Separator(max(SEPARATORS, key=lambda each: _fit(first_lines, each)), False)


def _fit(lines: Sequence[str], separator: str) -> tuple[float, int]:
    """How many rows are as wide as the first one (a field more or less at the end aside), and how wide."""
    try:
        rows = [row for row in csv.reader(lines, delimiter=separator) if row]
    except csv.Error:
        return 0, 0
    if not rows or len(rows[0]) < 2:
        return 0, 0
    alike = sum(abs(len(row) - len(rows[0])) <= 1 for row in rows)
    return round(alike / len(rows), 1), len(rows[0])
