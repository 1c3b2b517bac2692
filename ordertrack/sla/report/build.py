"""A report: what the roll-up says of a selection, in a few queries whose size does not grow with the log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ordertrack.i18n.translate import gettext as _
from ordertrack.rules.stages import Stage
from ordertrack.sla.estimates import calibration
from ordertrack.sla.measure import cells, shift_names
from ordertrack.sla.measure.cells import NO_SHIFT
from ordertrack.sla.measure.figures import Group, HeatCell, StageFigures
from ordertrack.sla.measure.reached import reached
from ordertrack.sla.measure.tally import Tally
from ordertrack.sla.report import comparison, fates, single_shifts, target_lines, whole_days
from ordertrack.sla.report.at_today import AtToday
from ordertrack.sla.report.contents import Compared, Judged, Report, RestaurantCompared, WorstShift
from ordertrack.sla.report.ranking import hours_from_start
from ordertrack.sla.report.rows import OfRestaurant, Rows
from ordertrack.sla.report.selection import PERIODS, WEEK, Grouping, Selection
from ordertrack.sla.report.single_orders import SingleOrders

HOURS = 24
# Of each stage: now, before, and both again for the hours of the last day that are not over.
_PARTS, _NOT_LIKE = 4, 2


def make(selection: Selection) -> Report:
    """The report of this selection, whose tenant is entered. Each time in it is within `figures.ERROR`."""
    return _Making(selection).report()


class _Making:
    def __init__(self, selection: Selection) -> None:
        self._selection = selection
        self._names = shift_names.names(selection.tenant_id)
        self._said = shift_names.shown(self._names)
        self._restaurants = [each.id for each in selection.restaurants]
        self._reading = Rows(selection)
        self._rows = self._reading.of_stages()
        self._of_stage = self._reading.of_stage()
        self._chosen = [
            row for row in self._rows if row.stage == selection.stage and row.day >= selection.first
        ]
        self._tally = self._tallied([row.cells for row in self._chosen])
        self._is_over = _hours_over(selection)

    def report(self) -> Report:
        selection = self._selection
        slow = SingleOrders(selection, self._said, [(row.day, row.slowest) for row in self._of_stage])
        as_of, is_behind = reached(selection.tenant_id)
        days = self._days()
        by_restaurant, compared, worst_shift, at_today, each_compared = self._by_restaurant(days)
        return Report(
            selection,
            self._stages(),
            self._shifts(),
            days,
            by_restaurant,
            self._heat(),
            slow.slowest(),
            slow.doubtful(),
            target_lines.of(selection),
            calibration.of_days(selection.tenant_id, self._restaurants, selection.first, selection.last),
            as_of,
            is_behind,
            fates.of(selection, self._reading, self._is_over),
            compared,
            self._periods(),
            target_lines.steps(selection),
            self._days_before(),
            worst_shift,
            at_today,
            each_compared,
            self._by(Grouping.WEEKDAY) if selection.length >= 2 * WEEK else [],
        )

    def _tallied(self, stored: Sequence[bytes]) -> Tally:
        selection = self._selection
        return Tally(stored, selection.fulfilment, with_left_out=selection.with_left_out)

    def _stages(self) -> list[StageFigures]:
        """Each stage in the range, and in the days that it is compared with."""
        stages, first = list(Stage), self._selection.first
        tally = self._tallied([row.cells if row.hours is None else row.hours for row in self._rows])
        numbers = [stages.index(Stage(row.stage)) * _PARTS + (row.day < first) for row in self._rows]
        group = tally.per_row(numbers)
        # Of a day that runs, what is not over yet is compared with nothing.
        group = group + np.where(self._is_like(tally, self._rows), 0, _NOT_LIKE).astype(np.int32)
        counted = tally.counted(group, _PARTS * len(stages))
        starts = range(0, _PARTS * len(stages), _PARTS)
        now, before, like = (
            counted.together([[start + part for part in parts] for start in starts]).figures()
            for parts in ((0, _NOT_LIKE), (1,), (0,))
        )
        return [StageFigures(*each) for each in zip(stages, now, before, like, strict=True)]

    def _is_like(self, tally: Tally, rows: Sequence[Any]) -> NDArray[np.bool_]:
        """Which cells are of days and hours that are over, now, and so have their like before."""
        return self._are_over(tally, [row.day in self._reading.cut for row in rows])

    def _are_over(self, tally: Tally, are_cut: Sequence[bool]) -> NDArray[np.bool_]:
        """Which cells are of hours that are over now, or of other days than those that are cut there."""
        found = ~tally.per_row(are_cut).astype(bool)
        places = np.flatnonzero(~found)
        found[places] = self._is_over[cells.hour_of(tally.key[places])]
        return found

    def _shifts(self) -> list[Group]:
        shift = cells.shift_of(self._tally.key).astype(np.int32)
        found = self._tally.figures(shift, max(self._names, default=NO_SHIFT) + 1)
        there = [number for number, each in enumerate(found) if not each.is_empty]
        return [
            Group(self._names.get(number, ""), self._said.get(number, _("Outside shifts")), found[number])
            for number in sorted(there, key=self._place_of_shift)
        ]

    def _place_of_shift(self, number: int) -> tuple[bool, dt.timedelta, int]:
        """Shifts as they follow each other on the last day, then those of before, then what is outside."""
        name = self._names.get(number)
        for each in self._selection.restaurants:
            rules = each.calendar.rules_on(self._selection.last)
            for shift in rules.shifts:
                if shift.name == name:
                    after = _time(shift.starts) - _time(rules.day_starts)
                    return False, after % dt.timedelta(days=1), number
        return number == NO_SHIFT, dt.timedelta(days=1), number

    def _days(self) -> list[Group]:
        return self._by_day(self._chosen, self._tally, self._selection.first)

    def _days_before(self) -> list[Group]:
        selection = self._selection
        rows = [row for row in self._rows if row.stage == selection.stage and row.day < selection.first]
        return self._by_day(rows, self._tallied([row.cells for row in rows]), selection.before.first)

    def _by_day(self, rows: Sequence[Any], tally: Tally, first: dt.date) -> list[Group]:
        """As many days as the selection has, from one on."""
        length = self._selection.length
        numbers = [(row.day - first).days for row in rows]
        found = tally.figures(tally.per_row(numbers), length)
        days = [(first + dt.timedelta(number)).isoformat() for number in range(length)]
        return [Group(day, day, each) for day, each in zip(days, found, strict=True)]

    def _periods(self) -> list[Group]:
        """By weekday, week or month, in order; none if bars are by something else."""
        group = self._selection.group
        return self._by(group) if group in PERIODS else []

    def _by(self, group: Grouping) -> list[Group]:
        keys = [period_key(group, row.day) for row in self._chosen]
        distinct = sorted(set(keys))
        numbers = [distinct.index(key) for key in keys]
        found = self._tally.figures(self._tally.per_row(numbers), len(distinct))
        return [Group(key, key, each) for key, each in zip(distinct, found, strict=True)]

    def _by_restaurant(
        self, days: Sequence[Group]
    ) -> tuple[list[Group], Compared, WorstShift | None, dict[str, Judged], dict[str, RestaurantCompared]]:
        """Each restaurant; and what only their own days tell, if these are not too many."""
        selection, changed = self._selection, comparison.target_changed(self._selection)
        rows: Sequence[OfRestaurant] = self._reading.by_restaurant(each_day_before=changed)
        tally = self._tallied([row.cells for row in rows])
        if not self._reading.tells_restaurants_before:
            groups = self._of_restaurants(tally, rows)
            return groups, Compared(target_changed=changed, is_too_much=True), None, {}, {}
        shift = single_shifts.worst(selection, tally, rows, self._names)
        tally, rows = whole_days.together(selection, tally, rows)
        groups = self._of_restaurants(tally, rows)
        today = AtToday(selection, tally, rows)
        like = self._are_over(tally, [row.is_cut for row in rows])
        compared = comparison.of(selection, tally, rows, like, today)
        at_one = today if compared.at_target else None
        each = comparison.each_restaurant(selection, tally, rows, like, at_one)
        return groups, compared, shift, self._days_at_today(days, tally, rows, today), each

    def _of_restaurants(self, tally: Tally, rows: Sequence[OfRestaurant]) -> list[Group]:
        number = tally.per_row([-1 if row.is_before else row.place for row in rows])
        found = tally.figures(number, len(self._restaurants))
        return [
            Group(restaurant.slug, restaurant.name, each)
            for restaurant, each in zip(self._selection.restaurants, found, strict=True)
        ]

    def _days_at_today(
        self, days: Sequence[Group], tally: Tally, rows: Sequence[OfRestaurant], today: AtToday
    ) -> dict[str, Judged]:
        """Of the days some of whose times another target judged than holds today: others stay as they are."""
        if not today.is_other.any():
            return {}
        first, length = self._selection.first, self._selection.length
        number = tally.per_row(
            [length if row.is_before or row.day is None else (row.day - first).days for row in rows]
        )
        times, verdict = tally.times() * today.is_other, cells.target_of(tally.key)
        others = np.bincount(number, times, length + 1)
        judged, met = (
            np.bincount(number, times * (now.astype(int) - then), length + 1)
            for now, then in (
                (today.judged, verdict != cells.UNJUDGED),
                (today.met, verdict == cells.IN_TARGET),
            )
        )
        return {
            day.key: Judged(day.figures.judged + int(judged[at]), day.figures.in_target + int(met[at]))
            for at, day in enumerate(days)
            if others[at]
        }

    def _heat(self) -> list[HeatCell]:
        tally = self._tallied([row.cells for row in self._of_stage])
        weekday = tally.per_row([row.day.weekday() for row in self._of_stage])
        found = tally.figures(weekday * HOURS + cells.hour_of(tally.key).astype(np.int32), 7 * HOURS)
        return [
            HeatCell(place // HOURS, place % HOURS, each)
            for place, each in enumerate(found)
            if not each.is_empty
        ]


def period_key(group: Grouping, day: dt.date) -> str:
    """A weekday from 0 (Monday) to 6, the Monday of a week, or the first of a month."""
    match group:
        case Grouping.WEEKDAY:
            return str(day.weekday())
        case Grouping.WEEK:
            return (day - dt.timedelta(day.weekday())).isoformat()
    return day.replace(day=1).isoformat()


def _hours_over(selection: Selection) -> NDArray[np.bool_]:
    """Of each hour, and of what has none, whether it is over on the last day of the range."""
    found = np.ones(cells.NO_HOUR + 1, bool)
    if selection.hours_over is not None:
        later = hours_from_start(selection)[selection.hours_over :]
        found[later] = False
    return found


def _time(clock: dt.time) -> dt.timedelta:
    return dt.timedelta(hours=clock.hour, minutes=clock.minute)
