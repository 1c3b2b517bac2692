"""The single shifts of a report: which was the worst against its target, as far as its numbers bear that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ordertrack.sla.measure import cells
from ordertrack.sla.measure.cells import IN_TARGET, NO_SHIFT, UNJUDGED
from ordertrack.sla.measure.tally import Tally
from ordertrack.sla.report.at_today import AtToday
from ordertrack.sla.report.contents import Judged, WorstShift
from ordertrack.sla.report.ranking import FEWEST
from ordertrack.sla.report.rows import OfRestaurant
from ordertrack.sla.report.selection import Selection
from ordertrack.sla.statistics.intervals import wilson_high


def worst(
    selection: Selection, tally: Tally, rows: Sequence[OfRestaurant], names: Mapping[int, str]
) -> WorstShift | None:
    """That with the least that its share can be at best, of those with enough judged; None of fewer than two.

    `rows` are of a restaurant and a `day`, those before the range aside; `names` are those of shifts.
    """
    is_single = tally.per_row([not row.is_before and row.day is not None for row in rows]).astype(bool)
    times, shift, verdict = tally.times(), cells.shift_of(tally.key), cells.target_of(tally.key)
    times = times * (is_single & (shift != NO_SHIFT) & (verdict != UNJUDGED))
    shifts = int(shift.max(initial=0)) + 1
    number = tally.per_row(range(len(rows))).astype(np.int64) * shifts + shift
    judged = np.bincount(number, times, len(rows) * shifts)
    met = np.bincount(number, times * (verdict == IN_TARGET), len(rows) * shifts)
    single = np.flatnonzero(judged >= FEWEST)
    if len(single) < 2:
        return None
    at = int(single[np.lexsort((-judged[single], wilson_high(met[single], judged[single])))[0]])
    row = rows[at // shifts]
    assert row.day is not None
    return WorstShift(
        selection.restaurants[row.place].slug,
        row.day,
        names[at % shifts],
        Judged(int(judged[at]), int(met[at])),
        Judged(int(judged[single].sum() - judged[at]), int(met[single].sum() - met[at])),
        len(single),
        _at_today(selection, row, at % shifts),
    )


def _at_today(selection: Selection, row: OfRestaurant, shift: int) -> Judged | None:
    """A shift of a day at the targets of today; None where these are those of then."""
    tally = Tally([row.cells], selection.fulfilment, with_left_out=selection.with_left_out)
    today, times = AtToday(selection, tally, [row]), tally.times()
    chosen = (times > 0) & (cells.shift_of(tally.key) == shift)
    if not (today.is_other & chosen).any():
        return None
    return Judged(int(times[chosen & today.judged].sum()), int(times[chosen & today.met].sum()))
