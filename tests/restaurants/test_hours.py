"""When a restaurant is open: hours of the week, past midnight, on other days, on a clock that moves."""

from __future__ import annotations

import datetime as dt
import uuid
from zoneinfo import ZoneInfo

import pytest

from ordertrack.restaurants.calendar import EVERY_WEEKDAY
from ordertrack.restaurants.hours import ALL_DAY, Hours, Span, Special, Weekly
from ordertrack.restaurants.hours_check import problems_of_hours

BEIRUT = ZoneInfo("Asia/Beirut")
TODAY = dt.date(2026, 11, 30)  # a Monday
LUNCH, EVENING = Span(dt.time(11), dt.time(15)), Span(dt.time(18), dt.time(2))


def opening(weekly: tuple[Weekly, ...] = (), special: tuple[Special, ...] = ()) -> Hours:
    return Hours(uuid.UUID(int=1), weekly, special, 1, BEIRUT.key)


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    """A moment of December 2026 in Beirut; the 1st is a Tuesday."""
    return dt.datetime(2026, 12, day, hour, minute, tzinfo=BEIRUT)


TWICE = opening((Weekly(EVERY_WEEKDAY, LUNCH), Weekly(EVERY_WEEKDAY - {6}, EVENING)))


@pytest.mark.parametrize(
    ("moment", "closes", "opens"),
    [
        (at(1, 10, 59), None, at(1, 11)),
        (at(1, 11), at(1, 15), at(1, 18)),
        (at(1, 15), None, at(1, 18)),
        (at(1, 23), at(2, 2), at(2, 11)),
        (at(2, 1, 59), at(2, 2), at(2, 11)),
        (at(2, 2), None, at(2, 11)),
        (at(6, 18), None, at(7, 11)),  # a Sunday evening
        (at(7, 1), None, at(7, 11)),
    ],
)
def test_it_is_open_by_the_hours_of_the_week(
    moment: dt.datetime, closes: dt.datetime | None, opens: dt.datetime
) -> None:
    assert TWICE.closes_after(moment) == closes
    assert TWICE.is_open_at(moment) == (closes is not None)
    assert TWICE.opens_after(moment) == opens


def test_a_day_that_is_otherwise_replaces_what_begins_on_it_and_nothing_else() -> None:
    brunch = Span(dt.time(9), dt.time(13))
    held = opening(TWICE.weekly, (Special(at(24, 0).date(), brunch), Special(at(25, 0).date(), None)))
    assert held.is_open_at(at(24, 1))  # the night before ends as usual
    assert held.closes_after(at(24, 9)) == at(24, 13)
    assert not held.is_open_at(at(24, 20))
    assert held.opens_after(at(24, 20)) == at(26, 11)
    assert not held.is_open_at(at(25, 12))


def test_who_says_nothing_is_always_open_but_on_days_that_are_otherwise() -> None:
    assert opening().is_open_at(at(1, 3))
    closed = opening((), (Special(at(25, 0).date(), None),))
    assert closed.is_open_at(at(24, 23, 59)) and closed.is_open_at(at(26, 0))
    assert not closed.is_open_at(at(25, 0)) and closed.opens_after(at(25, 12)) == at(26, 0)


def test_spans_that_touch_are_one_and_a_day_without_end_goes_on() -> None:
    joined = opening((Weekly(EVERY_WEEKDAY, LUNCH), Weekly(EVERY_WEEKDAY, Span(dt.time(15), dt.time(17)))))
    assert joined.closes_after(at(1, 12)) == at(1, 17)
    always = opening((Weekly(EVERY_WEEKDAY, ALL_DAY),))
    assert always.is_open_at(at(1, 0)) and always.is_open_at(at(1, 23, 59))


def test_a_night_on_which_the_clock_is_set_back_is_an_hour_longer() -> None:
    night = opening((Weekly(EVERY_WEEKDAY, Span(dt.time(22), dt.time(3))),))
    evening = dt.datetime(2026, 10, 24, 23, tzinfo=BEIRUT)
    closes = night.closes_after(evening)
    assert closes is not None and closes - evening.astimezone(dt.UTC) == dt.timedelta(hours=5)


@pytest.mark.parametrize(
    ("weekly", "special", "where"),
    [
        ((Weekly(frozenset(), LUNCH),), (), "weekly-0"),
        (
            (Weekly(frozenset({0}), LUNCH), Weekly(frozenset({0, 1}), Span(dt.time(14), dt.time(16)))),
            (),
            "weekly-1",
        ),
        (
            (Weekly(frozenset({0}), EVENING), Weekly(frozenset({1}), Span(dt.time(1), dt.time(9)))),
            (),
            "weekly-1",
        ),
        (
            (Weekly(frozenset({0}), Span(dt.time(1), dt.time(9))), Weekly(frozenset({6}), EVENING)),
            (),
            "weekly-1",
        ),
        ((Weekly(EVERY_WEEKDAY, LUNCH),) * 21, (), "weekly"),
        ((), (Special(TODAY, None), Special(TODAY, LUNCH)), "special-1"),
        ((), (Special(TODAY, LUNCH), Special(TODAY, Span(dt.time(14), dt.time(16)))), "special-1"),
        ((), (Special(dt.date(2126, 1, 1), None),), "special-0"),
        ((), tuple(Special(TODAY + dt.timedelta(each), None) for each in range(61)), "special"),
    ],
)
def test_what_cannot_hold_is_said_beside_its_row(
    weekly: tuple[Weekly, ...], special: tuple[Special, ...], where: str
) -> None:
    assert where in problems_of_hours(opening(weekly, special), TODAY)


def test_what_can_hold_is_not_refused() -> None:
    late = Weekly(frozenset({6}), Span(dt.time(20), dt.time(4)))
    early = Weekly(frozenset({0}), Span(dt.time(4), dt.time(9)))
    twice = (Special(TODAY, LUNCH), Special(TODAY, EVENING))
    assert problems_of_hours(opening((late, early), twice), TODAY) == {}
    assert problems_of_hours(opening((Weekly(EVERY_WEEKDAY, ALL_DAY),)), TODAY) == {}
    assert problems_of_hours(TWICE, TODAY) == {}
