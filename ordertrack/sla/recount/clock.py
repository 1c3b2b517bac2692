"""The business day, the hour and the shift of a moment, by the rules that one restaurant saved."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from ordertrack.sla.recount.settings import Rules, Saved, Shift

_DAY = dt.timedelta(days=1)
# No clock is further from UTC, east or west.
_FARTHEST = dt.timedelta(hours=26)
_STEPS = (dt.timedelta(minutes=15), dt.timedelta(minutes=1), dt.timedelta(seconds=1))


class Clock:
    """One restaurant's."""

    def __init__(self, saved: Saved) -> None:
        self._saved = saved
        self._rules: dict[dt.date, Rules] = {}
        self._starts: dict[dt.date, dt.datetime] = {}
        self._shifts: dict[dt.date, list[tuple[str, dt.datetime, dt.datetime]]] = {}

    def rules_on(self, day: dt.date) -> Rules:
        if day not in self._rules:
            self._rules[day] = self._saved.rules_on(day)
        return self._rules[day]

    def day_of(self, moment: dt.datetime) -> dt.date:
        """The last day that has begun by its own rules: one that begins late has less."""
        day = moment.date() + 3 * _DAY
        while self._start(day) > moment:
            day -= _DAY
        return day

    def hour_of(self, moment: dt.datetime) -> int:
        return moment.astimezone(self.rules_on(self.day_of(moment)).zone).hour

    def shift_of(self, moment: dt.datetime) -> str | None:
        """Its name. A shift is over when the next business day begins."""
        of_day = self._shifts_of(self.day_of(moment))
        return next((name for name, begins, ends in of_day if begins <= moment < ends), None)

    def _start(self, day: dt.date) -> dt.datetime:
        if day not in self._starts:
            rules = self.rules_on(day)
            self._starts[day] = when_it_shows(dt.datetime.combine(day, rules.day_starts), rules.zone)
        return self._starts[day]

    def _shifts_of(self, day: dt.date) -> list[tuple[str, dt.datetime, dt.datetime]]:
        if day not in self._shifts:
            rules = self.rules_on(day)
            that_day = [shift for shift in rules.shifts if day.weekday() in shift.weekdays]
            made = [(shift.name, *_from_to(shift, day, rules)) for shift in that_day]
            self._shifts[day] = sorted(made, key=lambda each: each[1])
        return self._shifts[day]


def _from_to(shift: Shift, day: dt.date, rules: Rules) -> tuple[dt.datetime, dt.datetime]:
    starts = dt.datetime.combine(day, shift.starts)
    if shift.starts < rules.day_starts:  # it is after midnight by then
        starts += _DAY
    ends = dt.datetime.combine(starts.date(), shift.ends)
    if ends <= starts:
        ends += _DAY
    return when_it_shows(starts, rules.zone), when_it_shows(ends, rules.zone)


def when_it_shows(wall: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The first moment at which the clock on the wall shows this or, as it is set forward, more."""
    moment = wall.replace(tzinfo=dt.UTC) - _FARTHEST
    for step in _STEPS:
        while (moment + step).astimezone(zone).replace(tzinfo=None) < wall:
            moment += step
    return moment + _STEPS[-1]
