"""Calendars for tests: of one set of rules, or any that rules, zones and turned clocks can make."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from hypothesis import strategies as st

from ordertrack.restaurants.calendar import DEFAULT_SHIFTS, Calendar, Rules, Shift

ZONES = (
    "Asia/Beirut",
    "Africa/Cairo",
    "Asia/Dubai",
    "Europe/London",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Etc/GMT+12",
    "UTC",
)
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
FOUR = dt.time(4)
# Days around which clocks are set forward or back, or a day is skipped, in one of the zones.
TURNS = (
    dt.date(2011, 12, 30),
    dt.date(2023, 4, 28),
    dt.date(2024, 3, 31),
    dt.date(2024, 10, 27),
    dt.date(2024, 10, 31),
    dt.date(2025, 4, 25),
    dt.date(2025, 11, 2),
)


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)


def calendar(zone: str = "Asia/Beirut", shifts: Sequence[Shift] = DEFAULT_SHIFTS) -> Calendar:
    return Calendar([Rules(dt.date.min, zone, FOUR, tuple(shifts))])


days = st.one_of(
    st.dates(dt.date(2005, 1, 1), dt.date(2035, 1, 1)),
    st.builds(lambda turn, off: turn + off * DAY, st.sampled_from(TURNS), st.integers(-4, 4)),
)
times = st.builds(dt.time, st.integers(0, 23), st.sampled_from((0, 1, 15, 30, 59)))
moments = st.builds(
    lambda day, second: dt.datetime.combine(day, dt.time(), dt.UTC) + dt.timedelta(seconds=second),
    days,
    st.integers(0, 86_399),
)


@st.composite
def shifts_of(draw: st.DrawFn, day_starts: dt.time) -> tuple[Shift, ...]:
    """Shifts that lie one after the other in the business day, some of them on some weekdays only."""
    opening = dt.datetime.combine(dt.date(2000, 1, 1), day_starts)
    minutes = sorted(draw(st.lists(st.integers(0, 1440), max_size=8, unique=True)))
    edges = [(opening + dt.timedelta(minutes=minute)).time() for minute in minutes]
    weekdays = st.frozensets(st.integers(0, 6), min_size=1)
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return tuple(Shift(f"Shift {n}", draw(weekdays), *pair) for n, pair in enumerate(pairs))


@st.composite
def rules_from(draw: st.DrawFn, valid_from: dt.date) -> Rules:
    day_starts = draw(times)
    return Rules(valid_from, draw(st.sampled_from(ZONES)), day_starts, draw(shifts_of(day_starts)))


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Calendar, dt.date]:
    """A calendar whose rules change up to three times within days of each other, and a day around then."""
    around = draw(days)
    changes = draw(st.lists(st.integers(-4, 4), max_size=3))
    rules = [draw(rules_from(dt.date.min)), *(draw(rules_from(around + off * DAY)) for off in changes)]
    return Calendar(rules), around
