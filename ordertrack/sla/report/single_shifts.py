"""The single shifts of a report: which was the worst against its target, as far as its numbers bear that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ordertrack.sla.measure import cells
from ordertrack.sla.measure.cells import IN_TARGET, NO_SHIFT, UNJUDGED
from ordertrack.sla.measure.tally import Tally
from ordertrack.sla.report.at_today import AtToday
from ordertrack.sla.report.contents import Judged, WorstShift
from ordertrack.sla.report.ranking import FEWEST
from ordertrack.sla.report.selection import Selection
from ordertrack.sla.statistics.intervals import wilson_high

_SHIFTS = 256  # numbers that a key has room for


def worst(
    selection: Selection, tally: Tally, rows: Sequence[Any], names: Mapping[int, str], today: AtToday
) -> WorstShift | None:
    """That with the least that its share can be at best, of those with enough judged; None of fewer than two.

    `rows` are of a restaurant and a `day`, those before the range aside; `names` are those of shifts.
    """
    is_single = tally.per_row([not row.is_before and row.day is not None for row in rows]).astype(bool)
    times, shift, verdict = tally.times(), cells.shift_of(tally.key), cells.target_of(tally.key)
    chosen = np.flatnonzero(is_single & (times > 0) & (shift != NO_SHIFT) & (verdict != UNJUDGED))
    number = tally.per_row(range(len(rows))).astype(np.int64) * _SHIFTS + shift
    single, place = np.unique(number[chosen], return_inverse=True)
    judged = np.bincount(place, times[chosen], len(single))
    met = np.bincount(place, times[chosen] * (verdict[chosen] == IN_TARGET), len(single))
    enough = judged >= FEWEST
    single, judged, met = single[enough], judged[enough], met[enough]
    if len(single) < 2:
        return None
    at = int(np.lexsort((-judged, wilson_high(met, judged)))[0])
    row = rows[int(single[at]) // _SHIFTS]
    restaurant = next(each for each in selection.restaurants if each.id == row.restaurant_id)
    of_it = (number == single[at]) & (times > 0)
    return WorstShift(
        restaurant.slug,
        row.day,
        names[int(single[at]) % _SHIFTS],
        Judged(int(judged[at]), int(met[at])),
        Judged(int(judged.sum() - judged[at]), int(met.sum() - met[at])),
        len(single),
        at_today(times, today, of_it),
    )


def at_today(times: Any, today: AtToday, chosen: Any) -> Judged | None:
    """The chosen cells at the targets of today; None where these are those of then."""
    if not (today.is_other & chosen).any():
        return None
    return Judged(int(times[chosen & today.judged].sum()), int(times[chosen & today.met].sum()))
