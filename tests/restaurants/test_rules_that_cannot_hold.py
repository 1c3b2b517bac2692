"""Which rules of a restaurant can hold: what cannot is refused with a sentence at its field."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordertrack.restaurants.calendar import Rules, Shift
from ordertrack.restaurants.checks import problems_of_rules
from restaurants.calendars import FOUR, shifts_of, times


@given(st.data(), times)
def test_shifts_one_after_the_other_are_accepted(data: st.DataObject, day_starts: dt.time) -> None:
    rules = Rules(dt.date.min, "Asia/Beirut", day_starts, data.draw(shifts_of(day_starts)))
    assert problems_of_rules(rules) == {}


def _shift(
    name: str = "Dinner", starts: int = 16, ends: int = 1, weekdays: Sequence[int] = range(7)
) -> Shift:
    return Shift(name, frozenset(weekdays), dt.time(starts), dt.time(ends))


@pytest.mark.parametrize(
    ("shifts", "field", "said"),
    [
        ([_shift("Lunch", 11, 16), _shift("Tea", 15, 17)], "shift-1", "On Mondays 'Lunch' (11:00–16:00)"),
        ([_shift("Night", 20, 3), _shift("Late", 2, 4)], "shift-1", "overlap"),
        ([_shift("Late", 2, 4), _shift("Night", 20, 3)], "shift-1", "overlap"),
        ([_shift("Week", 11, 16, (0, 1)), _shift("Rest", 12, 13, (1, 2))], "shift-1", "On Tuesdays"),
        ([_shift("Night", 20, 5)], "shift-0", "past 04:00"),
        ([_shift("Whole", 5, 5)], "shift-0", "past 04:00"),
        ([_shift("Early", 3, 5)], "shift-0", "past 04:00"),
        ([_shift("Dinner", 11, 12), _shift("dinner", 13, 14)], "shift-1", "another shift 'dinner'"),
        ([_shift("")], "shift-0", "must not be blank"),
        ([_shift(" Dinner")], "shift-0", "blank"),
        ([_shift("x" * 41)], "shift-0", "40 characters at most"),
        ([_shift("Din\0ner")], "shift-0", "control characters"),
        ([_shift("Din\u202ener")], "shift-0", "direction marks"),
        ([_shift(weekdays=())], "shift-0", "weekdays"),
        ([_shift(weekdays=(7,))], "shift-0", "weekdays"),
        ([_shift(f"S{n}") for n in range(21)], "shifts", "20 at most"),
    ],
)
def test_shifts_that_cannot_hold_are_refused_with_a_sentence(
    shifts: list[Shift], field: str, said: str
) -> None:
    found = problems_of_rules(Rules(dt.date.min, "Asia/Beirut", FOUR, tuple(shifts)))
    assert list(found) == [field]
    assert said in found[field]


def test_the_same_name_may_stand_on_other_weekdays_with_other_hours() -> None:
    week, weekend = _shift("Dinner", 16, 1, range(4)), _shift("Dinner", 17, 2, (4, 5, 6))
    assert problems_of_rules(Rules(dt.date.min, "Asia/Beirut", FOUR, (week, weekend))) == {}


@pytest.mark.parametrize("zone", ["", "Nowhere/Else", "EET", "asia/beirut", "../../etc/passwd", "A\0", "+03"])
def test_what_is_no_time_zone_of_area_and_city_is_refused(zone: str) -> None:
    assert list(problems_of_rules(Rules(dt.date.min, zone, FOUR))) == ["timezone"]


@pytest.mark.parametrize(
    ("forgotten", "early", "field"),
    [
        (0, 0, "forgotten_after"),
        (-60, 0, "forgotten_after"),
        (86_401, 0, "forgotten_after"),
        (3600, -1, "early_before"),
        (7200, 3601, "early_before"),
        (60, 60, "early_before"),
    ],
)
def test_bounds_of_doubt_that_make_no_sense_are_refused(forgotten: int, early: int, field: str) -> None:
    rules = Rules(dt.date.min, "Asia/Beirut", FOUR, forgotten_after=forgotten, early_before=early)
    assert field in problems_of_rules(rules)
