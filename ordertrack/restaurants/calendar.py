"""Business days and shifts: which local hours are which, and which moments they are, in any zone and year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from zoneinfo import ZoneInfo

from ordertrack.restaurants.timeline import Timeline
from ordertrack.restaurants.wall_clock import to_moment

_DAY = dt.timedelta(days=1)
EVERY_WEEKDAY = frozenset(range(7))
FORGOTTEN_AFTER = 4 * 3600
EARLY_BEFORE = 60


@dataclass(frozen=True, slots=True)
class Shift:
    """A named local span on some weekdays (Monday 0) of the business day on which it starts.

    `ends` at or before `starts` is on the next calendar date; equal, it is 24 hours on.
    """

    name: str
    weekdays: frozenset[int]
    starts: dt.time
    ends: dt.time

    @property
    def length(self) -> dt.timedelta:
        """By the clock on the wall: more than nothing, one day at most."""
        return _between(self.starts, self.ends) or _DAY

    def begins_after(self, day_starts: dt.time) -> dt.timedelta:
        """How long after the start of its business day, by the clock on the wall: less than one day."""
        return _between(day_starts, self.starts)


DEFAULT_SHIFTS = (
    Shift("Lunch", EVERY_WEEKDAY, dt.time(11), dt.time(16)),
    Shift("Dinner", EVERY_WEEKDAY, dt.time(16), dt.time(1)),
)


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds in a restaurant from a business day on; `forgotten_after`, `early_before` are seconds."""

    valid_from: dt.date
    timezone: str
    day_starts: dt.time
    shifts: tuple[Shift, ...] = DEFAULT_SHIFTS
    forgotten_after: int = FORGOTTEN_AFTER
    early_before: int = EARLY_BEFORE


@dataclass(frozen=True, slots=True)
class ShiftSpan:
    """One shift of one business day, from `begins` until just before `ends`: moments in UTC."""

    name: str
    business_date: dt.date
    begins: dt.datetime
    ends: dt.datetime


class Calendar:
    """The business days and shifts of one restaurant, by the rules that held on each day.

    Every moment is in exactly one business day and in at most one shift, also where zone or day start
    changed from one day to the next. The first of `rules` (in the order of saving) holds for ever before;
    of those from one day, the last holds. Days from year 2 to 9998, moments aware.
    """

    def __init__(self, rules: Sequence[Rules]) -> None:
        self._rules = Timeline((each.valid_from, each) for each in rules)
        self._asked: dict[dt.date, dt.datetime] = {}
        self._begins: dict[dt.date, dt.datetime] = {}
        self._spans: dict[dt.date, list[ShiftSpan]] = {}

    @property
    def rules(self) -> Sequence[Rules]:
        """All that ever held or will, by the day from which on."""
        return self._rules.values

    def rules_on(self, day: dt.date) -> Rules:
        return self._rules.at(day) or self._rules.values[0]

    def zone_on(self, day: dt.date) -> ZoneInfo:
        return ZoneInfo(self.rules_on(day).timezone)

    def day_begins(self, day: dt.date) -> dt.datetime:
        """The moment (UTC) at which a business day begins and the one before ends. Never runs backwards."""
        begins = self._begins.get(day)
        if begins is None:
            # A restaurant that moves east, or begins its day earlier, cuts the days before the change short:
            # three of them at most, for zones and day starts lie less than three days apart.
            begins = min(self._asked_for(day + ahead * _DAY) for ahead in range(4))
            self._begins[day] = begins
        return begins

    def day_of(self, moment: dt.datetime) -> dt.date:
        """The business day that a moment belongs to."""
        day = moment.astimezone(dt.UTC).date()
        while self.day_begins(day) > moment:
            day -= _DAY
        while self.day_begins(day + _DAY) <= moment:
            day += _DAY
        return day

    def local(self, moment: dt.datetime) -> dt.datetime:
        """The moment on the clock of its business day."""
        return moment.astimezone(self.zone_on(self.day_of(moment)))

    def spans(self, first: dt.date, last: dt.date) -> list[ShiftSpan]:
        """The shifts of the business days from `first` to `last` (both in), by beginning."""
        days = (first + ahead * _DAY for ahead in range((last - first).days + 1))
        return [span for day in days for span in self._spans_of(day)]

    def shift_at(self, moment: dt.datetime) -> ShiftSpan | None:
        """The shift that a moment belongs to, if any."""
        of_day = self._spans_of(self.day_of(moment))
        return next((span for span in of_day if span.begins <= moment < span.ends), None)

    def _asked_for(self, day: dt.date) -> dt.datetime:
        """When the day begins by its own rules alone."""
        begins = self._asked.get(day)
        if begins is None:
            rules = self.rules_on(day)
            begins = to_moment(dt.datetime.combine(day, rules.day_starts), ZoneInfo(rules.timezone))
            self._asked[day] = begins
        return begins

    def _spans_of(self, day: dt.date) -> list[ShiftSpan]:
        spans = self._spans.get(day)
        if spans is None:
            spans = self._spans[day] = self._make_spans(day)
        return spans

    def _make_spans(self, day: dt.date) -> list[ShiftSpan]:
        rules, zone = self.rules_on(day), self.zone_on(day)
        latest = self.day_begins(day + _DAY)
        spans = []
        for shift in (shift for shift in rules.shifts if day.weekday() in shift.weekdays):
            starts = dt.datetime.combine(day, rules.day_starts) + shift.begins_after(rules.day_starts)
            begins = to_moment(starts, zone)
            ends = min(to_moment(starts + shift.length, zone), latest)
            if begins < ends:
                spans.append(ShiftSpan(shift.name, day, begins, ends))
        return sorted(spans, key=lambda span: span.begins)


def overlapping(shifts: Sequence[Shift], day_starts: dt.time, weekday: int) -> tuple[Shift, Shift] | None:
    """Two shifts of one weekday that share a time on the wall, if there are any."""
    of_day = [shift for shift in shifts if weekday in shift.weekdays]
    of_day.sort(key=lambda shift: shift.begins_after(day_starts))
    for one, following in pairwise(of_day):
        if one.begins_after(day_starts) + one.length > following.begins_after(day_starts):
            return one, following
    return None


def _between(one: dt.time, other: dt.time) -> dt.timedelta:
    return (_since_midnight(other) - _since_midnight(one)) % _DAY


def _since_midnight(time: dt.time) -> dt.timedelta:
    return dt.timedelta(hours=time.hour, minutes=time.minute, seconds=time.second)
