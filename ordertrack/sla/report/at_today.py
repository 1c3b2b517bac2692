"""Times held against the targets that hold today, beside those that held when they began."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.sla.measure import cells
from ordertrack.sla.measure.cells import FULFILMENTS, IN_TARGET
from ordertrack.sla.measure.histogram import VALUES
from ordertrack.sla.measure.tally import Tally
from ordertrack.sla.report.rows import OfRestaurant
from ordertrack.sla.report.selection import Selection

Flags = NDArray[np.bool_]


class AtToday:
    """Of each cell whether another target holds today (`is_other`), and whether it is `judged` and `met` by
    that one. Where it is the same the verdict of then stands; else times are known within the error.

    Each of `rows` is of a restaurant, and of a `day`; without one its targets are taken to be the same.
    """

    def __init__(self, selection: Selection, tally: Tally, rows: Sequence[OfRestaurant]) -> None:
        seconds = _seconds(selection)
        others = np.zeros((len(rows), len(FULFILMENTS)), bool)
        those = changing(selection)
        for number, row in enumerate(rows):
            if row.place in those and row.day is not None:
                restaurant, held_now = selection.restaurants[row.place], seconds[row.place]
                others[number] = _are_other(selection, restaurant, row.day, held_now)
        kind = cells.fulfilment_of(tally.key)
        held = seconds[tally.per_row([row.place for row in rows]), kind]
        verdict = cells.target_of(tally.key)
        self.is_other: Flags = others[tally.per_row(range(len(rows))), kind]
        self.judged: Flags = np.where(self.is_other, ~np.isnan(held), verdict != cells.UNJUDGED)
        value = VALUES[cells.bin_of(tally.key)]
        self.met: Flags = np.where(self.is_other, value <= held, verdict == IN_TARGET)


def _seconds(selection: Selection) -> NDArray[Any]:
    """What holds today, by restaurant and fulfilment; nan for none."""
    now = dt.datetime.now(dt.UTC)
    return np.array(
        [_held(selection, each, each.calendar.day_of(now)) for each in selection.restaurants], float
    ).reshape(len(selection.restaurants), len(FULFILMENTS))


def _held(selection: Selection, restaurant: RestaurantSettings, day: dt.date) -> list[float]:
    held = (restaurant.targets.at(selection.stage, kind, day) for kind in FULFILMENTS)
    return [np.nan if each is None else float(each) for each in held]


def changing(selection: Selection) -> set[int]:
    """The places of restaurants that had another target on any day from those before until today."""
    return {place for place, each in enumerate(selection.restaurants) if _has_changed(selection, each)}


def _has_changed(selection: Selection, restaurant: RestaurantSettings) -> bool:
    """Whether one of its targets is another one on any day from those before until today."""
    first = selection.before.first - dt.timedelta(1)
    today = restaurant.calendar.day_of(dt.datetime.now(dt.UTC))
    return any(
        len(restaurant.targets.changes(selection.stage, kind, first, max(today, selection.last))) > 1
        for kind in FULFILMENTS
    )


def _are_other(
    selection: Selection, restaurant: RestaurantSettings, day: dt.date, today: NDArray[Any]
) -> Flags:
    then = np.array(_held(selection, restaurant, day - dt.timedelta(restaurant.id in selection.lagging)))
    are_other: Flags = ~((then == today) | (np.isnan(then) & np.isnan(today)))
    return are_other
