"""Times of restaurants put together where no figure asks on which day of a period they began, or when."""

from __future__ import annotations

from collections.abc import Sequence

from ordertrack.sla.measure.tally import Tally
from ordertrack.sla.report import at_today
from ordertrack.sla.report.rows import OfRestaurant
from ordertrack.sla.report.selection import Selection

PAYS_FROM = 1000  # cells a row: of fewer, to put them together takes longer than it saves


def together(
    selection: Selection, tally: Tally, rows: Sequence[OfRestaurant]
) -> tuple[Tally, Sequence[OfRestaurant]]:
    """Of each restaurant one row a period, and one each of days that are cut or had other targets."""
    changing = at_today.changing(selection)
    found: list[OfRestaurant] = []
    numbers = []
    last = None
    for row in rows:
        whose = (row.place, row.is_before, row.is_cut, row.day if row.place in changing else None)
        if whose != last:
            found.append(OfRestaurant(*whose))
            last = whose
        numbers.append(len(found) - 1)
    if len(tally) < PAYS_FROM * len(found):
        return tally, rows
    are_merged = [each.day is None and not each.is_cut for each in found]
    return tally.merged(numbers, [are_merged[number] for number in numbers]), found
