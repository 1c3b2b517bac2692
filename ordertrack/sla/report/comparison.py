"""What a change between two periods is made of: at one target, of each restaurant and fulfilment alone."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ordertrack.sla.measure import cells
from ordertrack.sla.measure.cells import FULFILMENTS, IN_TARGET
from ordertrack.sla.measure.figures import Figures
from ordertrack.sla.measure.histogram import VALUES
from ordertrack.sla.measure.tally import Tally
from ordertrack.sla.report.at_today import AtToday
from ordertrack.sla.report.contents import AtOneTarget, Compared, RestaurantCompared
from ordertrack.sla.report.rows import OfRestaurant
from ordertrack.sla.report.selection import Selection
from ordertrack.sla.statistics.decomposition import Part, Split, split, split_with_moved

_PERIODS = 2  # now, before
_MOST_RESTAURANTS = 500  # that are compared each with itself: figures of each take memory
_Table = NDArray[Any]  # restaurant, fulfilment, period


def of(
    selection: Selection, tally: Tally, rows: Sequence[OfRestaurant], like: NDArray[np.bool_], today: AtToday
) -> Compared:
    """Of times of the stage: `rows` say of whose and of which period, `like` which are compared.

    Where a target changed that judged none of these times, nothing changed.
    """
    shape = (len(selection.restaurants), len(FULFILMENTS), _PERIODS)
    place = tally.per_row([row.place for row in rows]).astype(np.int64)
    is_before = tally.per_row([row.is_before for row in rows])
    group = (place * shape[1] + cells.fulfilment_of(tally.key)) * _PERIODS + is_before
    times = tally.times() * like

    def table(weights: NDArray[Any]) -> _Table:
        return np.bincount(group, weights, np.prod(shape)).reshape(shape)

    verdict = cells.target_of(tally.key)
    judged, met = table(times * (verdict != cells.UNJUDGED)), table(times * (verdict == IN_TARGET))
    at_target = None
    changed = target_changed(selection) and bool((today.is_other & (times > 0)).any())
    if changed:
        judged, met = table(times * today.judged), table(times * today.met)
        at_target = AtOneTarget(*(_figures(judged[..., period], met[..., period]) for period in (0, 1)))
    if judged.any():
        return Compared(*_splits(selection, judged, met), at_target, changed)
    counts = table(times)
    seconds = table(times * VALUES[cells.bin_of(tally.key)])
    return Compared(*_splits(selection, counts, seconds), at_target, changed, is_of_shares=False)


def each_restaurant(
    selection: Selection,
    tally: Tally,
    rows: Sequence[OfRestaurant],
    like: NDArray[np.bool_],
    at_one_target: AtToday | None,
) -> dict[str, RestaurantCompared]:
    """By slug, each restaurant now and before, unless they are too many; at today's target too, if wanted."""
    if len(selection.restaurants) > _MOST_RESTAURANTS:
        return {}
    groups = len(selection.restaurants) * _PERIODS
    number = tally.per_row([row.place * _PERIODS + row.is_before for row in rows])
    found = tally.figures(np.where(like, number, -1), groups)
    at_today: list[Figures] = []
    if at_one_target is not None:
        times = tally.times() * like
        judged, met = (
            np.bincount(number, times * each, groups) for each in (at_one_target.judged, at_one_target.met)
        )
        at_today = [_figures(*each) for each in zip(judged, met, strict=True)]
    return {
        each.slug: RestaurantCompared(
            found[at], found[at + 1], AtOneTarget(at_today[at], at_today[at + 1]) if at_today else None
        )
        for at, each in zip(range(0, groups, _PERIODS), selection.restaurants, strict=True)
    }


def target_changed(selection: Selection) -> bool:
    """Whether the stage had more than one target, for somebody, from the days before to the last one."""
    fulfilments = [selection.fulfilment] if selection.fulfilment else FULFILMENTS
    return any(
        len(each.targets.changes(selection.stage, fulfilment, selection.before.first, selection.last)) > 1
        for each in selection.restaurants
        for fulfilment in fulfilments
    )


def _figures(judged: _Table, met: _Table) -> Figures:
    counted = int(judged.sum())
    return Figures(counted, None, None, None, None, counted, int(met.sum()), {})


def _splits(selection: Selection, counted: _Table, total: _Table) -> tuple[Split | None, Split | None]:
    """By restaurant, if there are several, with those that came or went by name; and by fulfilment."""
    now, before = _parts(counted.sum(axis=1), total.sum(axis=1))
    by_restaurant = split_with_moved(now, before) if len(now) > 1 else None
    if by_restaurant is not None:
        names = dict[Hashable, str](enumerate(each.name for each in selection.restaurants))
        moved = (each._replace(key=names[each.key]) for each in by_restaurant.moved)
        by_restaurant = by_restaurant._replace(moved=tuple(moved))
    now, before = _parts(counted.sum(axis=0), total.sum(axis=0))
    return by_restaurant, split(now, before) if len(now) > 1 else None


def _parts(counted: _Table, total: _Table) -> tuple[dict[int, Part], dict[int, Part]]:
    now, before = (
        {
            number: Part(counted[number, period], total[number, period])
            for number in np.flatnonzero(counted.any(axis=1)).tolist()
        }
        for period in range(_PERIODS)
    )
    return now, before
