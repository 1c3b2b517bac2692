"""Orders by hour: of the same hour on the same weekdays before, the newest weeks counting most.

The same is done for each of the last days as if it had not come yet, from what was known a week before it.
How far that was off is the error of the forecast.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

WEEKS = 8  # same weekdays that a day is forecast from
HALF_OF = 3.0  # so many weeks before, one counts half
AHEAD = 7  # days
TRIED_ON = 28  # days, the last that have ended
FEWEST_WEEKS = 2  # same weekdays that a forecast is made of
FEWEST = 30  # orders in the days that it was tried on, or nothing is said of its error
HOURS = 24

Counts: TypeAlias = NDArray[np.float64]
"""Orders by day and by hour (0 to 23, local, in which they began): days by 24."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A forecast of days that have come since: how many orders there were, and by how many it was wrong.

    `by_hour` adds up the differences of each hour, `by_day` those of each day; `same_as_last_week` is what
    `by_hour` would be if the same hour a week before were the forecast.
    """

    days: int
    orders: int
    forecast: float
    by_hour: float
    by_day: float
    same_as_last_week: float

    @property
    def is_enough(self) -> bool:
        return self.orders >= FEWEST


@dataclass(frozen=True, slots=True)
class Forecast:
    """`orders` of the AHEAD days after the last one counted, by hour; None for a day that nobody can tell.

    `trial` says how wrong it was; None where there are too few days to try it on.
    """

    orders: tuple[tuple[float, ...] | None, ...]
    trial: Trial | None


class Counted(NamedTuple):
    """Orders of days on end, the last of which is the newest that has ended.

    On the first `begun` days nothing was counted yet: they are no days without orders.
    """

    counts: Counts
    begun: int = 0

    def day(self, day: int) -> Counts | None:
        """What is forecast of a day by its place, from what was known a week before it."""
        return _of_day(self.counts[self.begun :], day - self.begun)


def forecast(parts: Sequence[Counted]) -> Forecast:
    """Of restaurants together, each by its own days: before one opened it was not empty, but not there.

    All have as many days.
    """
    length = len(parts[0].counts)
    days = [_together([part.day(length + day) for part in parts]) for day in range(AHEAD)]
    orders = tuple(None if day is None else tuple(float(each) for each in day) for day in days)
    return Forecast(orders, _tried(parts, range(max(length - TRIED_ON, 0), length)))


def _tried(parts: Sequence[Counted], days: Iterable[int]) -> Trial | None:
    """Those days, each from those a week and more before it; without those of whom nothing could be said."""
    came, made, before = [], [], []
    for day in days:
        told = [(part.counts, said) for part in parts if (said := part.day(day)) is not None]
        if told:
            came.append(sum(counts[day] for counts, _ in told))
            before.append(sum(counts[day - AHEAD] for counts, _ in told))
            made.append(sum(said for _, said in told))
    if not made:
        return None
    happened, said = np.array(came), np.array(made)
    return Trial(
        len(made),
        int(happened.sum()),
        float(said.sum()),
        float(np.abs(said - happened).sum()),
        float(np.abs(said.sum(axis=1) - happened.sum(axis=1)).sum()),
        float(np.abs(np.array(before) - happened).sum()),
    )


def _together(days: Sequence[Counts | None]) -> Counts | None:
    known = [day for day in days if day is not None]
    return np.sum(known, axis=0) if known else None


def _of_day(counts: Counts, day: int) -> Counts | None:
    """The orders of a day by its place, from the same weekdays of which all is known a week before it."""
    before = [day - AHEAD * week for week in range(1, WEEKS + 1) if 0 <= day - AHEAD * week < len(counts)]
    if len(before) < FEWEST_WEEKS:
        return None
    weights = 0.5 ** (np.arange(len(before)) / HALF_OF)
    made: Counts = weights @ counts[before] / weights.sum()
    return made
