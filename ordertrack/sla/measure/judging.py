"""Telling times apart: the business day, shift and hour they began in, their target, and what to trust."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.restaurants.targets import is_breach
from ordertrack.rules.stages import WORKED, LeftOut, Stage
from ordertrack.sla.measure import cells
from ordertrack.sla.measure.cells import FULFILMENTS, LEFT_OUT, day_at, day_number
from ordertrack.sla.measure.fold import SECOND, Times
from ordertrack.sla.measure.histogram import Ints, bins_of
from ordertrack.sla.measure.microseconds import microseconds, moment_at

_QUARTER = 900 * SECOND  # every zone changes its clock on a quarter of an hour
_NUMBER = {reason: number for number, reason in enumerate(LEFT_OUT)}


class Judge:
    """What holds in one restaurant, for arrays of times. `shifts` are the numbers of shift names."""

    def __init__(self, settings: RestaurantSettings, shifts: Mapping[str, int]) -> None:
        self._calendar = settings.calendar
        self._targets = settings.targets
        self._shifts = shifts
        self._hours: dict[int, int] = {}

    def days(self, moments: Ints) -> Ints:
        """The business day (days since 1970) of each moment."""
        if not len(moments):
            return moments
        first, last = (self._calendar.day_of(moment_at(int(edge))) for edge in (moments.min(), moments.max()))
        days = np.arange(day_number(first), day_number(last) + 1)
        begins = np.array([microseconds(self._calendar.day_begins(day_at(int(day)))) for day in days])
        # A change of zone may make a day begin after the next one has: then it has nothing.
        begins = np.minimum.accumulate(begins[::-1])[::-1]
        return days[np.searchsorted(begins, moments, "right") - 1]

    def shifts(self, moments: Ints, days: Ints) -> Ints:
        """The number of the shift that each moment is in."""
        spans = self._calendar.spans(day_at(days.min()), day_at(days.max())) if len(days) else []
        if not spans:
            return np.full(len(moments), cells.NO_SHIFT)
        begins = np.array([microseconds(span.begins) for span in spans])
        ends = np.array([microseconds(span.ends) for span in spans])
        names = np.array([self._shifts[span.name] for span in spans])
        place = np.searchsorted(begins, moments, "right") - 1
        return np.where((place >= 0) & (moments < ends[place]), names[place], cells.NO_SHIFT)

    def hours(self, moments: Ints) -> Ints:
        """The hour on the restaurant's clock."""
        quarters, place = np.unique(moments // _QUARTER, return_inverse=True)
        for quarter in quarters:
            if quarter not in self._hours:
                self._hours[int(quarter)] = self._calendar.local(moment_at(quarter * _QUARTER)).hour
        return np.array([self._hours[int(quarter)] for quarter in quarters], np.int64)[place]

    def left_out(self, stage: Stage, times: Times, days: Ints) -> Ints:
        """Whether to trust each time, as its number in LEFT_OUT."""
        distinct, place = np.unique(days, return_inverse=True)
        rules = [self._calendar.rules_on(day_at(day)) for day in distinct]
        forgotten = np.array([each.forgotten_after for each in rules], float)[place]
        early = np.array([each.early_before for each in rules], float)[place]
        reason = np.zeros(len(days), np.int64)
        if stage in WORKED:
            reason[times.seconds < early] = _NUMBER[LeftOut.EARLY]
        reason[times.is_mass] = _NUMBER[LeftOut.MASS]
        reason[times.seconds > forgotten] = _NUMBER[LeftOut.FORGOTTEN]
        reason[times.is_cancelled | times.is_walked] = 0
        return reason

    def verdicts(self, stage: Stage, times: Times, days: Ints) -> Ints:
        """Whether each time was within the target of its day."""
        found: NDArray[np.int64] = np.full(len(days), cells.UNJUDGED)
        for day in np.unique(days):
            for number, fulfilment in enumerate(FULFILMENTS):
                target = self._targets.at(stage, fulfilment, day_at(day))
                if target is not None:
                    those = (days == day) & (times.fulfilment == number)
                    late = is_breach(cast(Any, times.seconds[those]), target)  # of each of them
                    found[those] = np.where(late, cells.BREACH, cells.IN_TARGET)
        found[times.is_cancelled | times.is_walked] = cells.UNJUDGED
        return found

    def keys(self, stage: Stage, times: Times) -> tuple[Ints, Ints]:
        """The business days and the keys of these times."""
        days = self.days(times.began)
        keys = cells.pack(
            bins_of(times.seconds),
            self.verdicts(stage, times, days),
            self.left_out(stage, times, days),
            times.fulfilment,
            self.shifts(times.began, days),
            self.hours(times.began),
            times.is_again,
            times.is_cancelled,
            times.is_walked,
            times.is_drawn,
        )
        return days, keys
