"""Times of restaurants put together where no figure asks on which day of a period they began, or when."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple

from ordertrack.sla.measure.tally import Tally
from ordertrack.sla.report import at_today
from ordertrack.sla.report.selection import Selection

PAYS_FROM = 1000  # cells a row: of fewer, to put them together takes longer than it saves


class Days(NamedTuple):
    """A row of times: whose, of which period, and of which `day` where that is told.

    `is_cut`: of a day of which only some hours are compared.
    """

    restaurant_id: uuid.UUID
    is_before: bool
    is_cut: bool
    day: dt.date | None


def place(row: Any) -> tuple[int, bool, bool, dt.date]:
    """Where a row stands among those that can be put together."""
    return row.restaurant_id.int, row.is_before, row.is_cut, row.day or dt.date.min


def together(selection: Selection, tally: Tally, rows: Sequence[Any]) -> tuple[Tally, Sequence[Any]]:
    """Of each restaurant one row a period, and one each of days that are cut or had other targets.

    The rows come sorted by their `place`.
    """
    changing = at_today.changing(selection)
    found: list[Days] = []
    numbers = []
    for row in rows:
        day = row.day if row.restaurant_id in changing else None
        days = Days(row.restaurant_id, row.is_before, row.is_cut, day)
        if not found or found[-1] != days:
            found.append(days)
        numbers.append(len(found) - 1)
    are_merged = [found[number].day is None and not found[number].is_cut for number in numbers]
    if len(tally) < PAYS_FROM * len(found):
        return tally, rows
    return tally.merged(numbers, are_merged), found
