"""Business days and shifts: no moment is lost or counted twice, whatever clocks and rules do."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordertrack.restaurants.calendar import (
    DEFAULT_SHIFTS,
    EVERY_WEEKDAY,
    Calendar,
    Rules,
    Shift,
    ShiftSpan,
)
from ordertrack.restaurants.checks import problems_of_rules
from ordertrack.restaurants.wall_clock import to_moment

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


@given(calendars(), st.integers(-10 * 86_400, 10 * 86_400))
def test_every_moment_is_in_exactly_one_business_day(made: tuple[Calendar, dt.date], off: int) -> None:
    of_restaurant, around = made
    moment = dt.datetime.combine(around, dt.time(), dt.UTC) + dt.timedelta(seconds=off)
    nearby = [moment.date() + ahead * DAY for ahead in range(-5, 6)]
    holding = [
        day for day in nearby if of_restaurant.day_begins(day) <= moment < of_restaurant.day_begins(day + DAY)
    ]
    assert holding == [of_restaurant.day_of(moment)]


@given(calendars())
def test_business_days_never_begin_before_the_one_before(made: tuple[Calendar, dt.date]) -> None:
    of_restaurant, around = made
    begins = [of_restaurant.day_begins(around + off * DAY) for off in range(-8, 9)]
    assert begins == sorted(begins)


@given(calendars(), st.lists(st.integers(-8 * 86_400, 8 * 86_400), min_size=2))
def test_later_moments_are_in_later_business_days_or_the_same(
    made: tuple[Calendar, dt.date], offs: list[int]
) -> None:
    of_restaurant, around = made
    midnight = dt.datetime.combine(around, dt.time(), dt.UTC)
    found = [of_restaurant.day_of(midnight + dt.timedelta(seconds=off)) for off in sorted(offs)]
    assert found == sorted(found)


@given(calendars())
def test_shifts_lie_inside_their_business_day_and_never_overlap(made: tuple[Calendar, dt.date]) -> None:
    of_restaurant, around = made
    spans = of_restaurant.spans(around - 6 * DAY, around + 6 * DAY)
    for span in spans:
        assert of_restaurant.day_begins(span.business_date) <= span.begins
        assert span.begins < span.ends <= of_restaurant.day_begins(span.business_date + DAY)
    for one, following in pairwise(spans):
        assert one.ends <= following.begins


@given(calendars(), st.integers(-6 * 86_400, 6 * 86_400))
def test_a_moment_is_in_the_one_shift_whose_span_holds_it_or_in_none(
    made: tuple[Calendar, dt.date], off: int
) -> None:
    of_restaurant, around = made
    moment = dt.datetime.combine(around, dt.time(), dt.UTC) + dt.timedelta(seconds=off)
    spans = of_restaurant.spans(around - 10 * DAY, around + 10 * DAY)
    holding: list[ShiftSpan | None] = [span for span in spans if span.begins <= moment < span.ends]
    assert (holding or [None]) == [of_restaurant.shift_at(moment)]


@given(calendars(), st.lists(st.integers(-20 * 86_400, 20 * 86_400)))
def test_grouping_by_day_and_by_shift_loses_nothing_and_doubles_nothing(
    made: tuple[Calendar, dt.date], offs: list[int]
) -> None:
    of_restaurant, around = made
    midnight = dt.datetime.combine(around, dt.time(), dt.UTC)
    orders = [midnight + dt.timedelta(seconds=off) for off in offs]
    by_day = Counter(of_restaurant.day_of(moment) for moment in orders)
    by_shift = Counter((of_restaurant.day_of(moment), of_restaurant.shift_at(moment)) for moment in orders)
    inside = {
        span: sum(span.begins <= moment < span.ends for moment in orders)
        for span in of_restaurant.spans(around - 30 * DAY, around + 30 * DAY)
    }
    assert by_day.total() == by_shift.total() == len(orders)
    for day, count in by_day.items():
        assert sum(each for (of_day, _), each in by_shift.items() if of_day == day) == count
    assert {span: count for (_, span), count in by_shift.items() if span} == {
        span: count for span, count in inside.items() if count
    }


@given(moments, st.sampled_from(ZONES))
def test_by_one_set_of_rules_the_day_is_what_the_wall_clock_says(moment: dt.datetime, zone: str) -> None:
    of_restaurant = calendar(zone)
    wall = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    said = (wall - 4 * HOUR).date()
    # Only where the clock is turned near the start of a day may it say otherwise; here none of them is.
    assert of_restaurant.day_of(moment) == said
    assert of_restaurant.local(moment).astimezone(dt.UTC) == moment
    assert of_restaurant.local(moment).replace(tzinfo=None) == wall


@given(days, days, times, times, st.sampled_from(ZONES))
def test_what_the_wall_shows_later_is_not_an_earlier_moment(
    one_day: dt.date, other_day: dt.date, one: dt.time, other: dt.time, zone: str
) -> None:
    earlier, later = sorted((dt.datetime.combine(one_day, one), dt.datetime.combine(other_day, other)))
    assert to_moment(earlier, ZoneInfo(zone)) <= to_moment(later, ZoneInfo(zone))


@pytest.mark.parametrize(
    ("zone", "wall", "moment"),
    [
        ("Asia/Beirut", (2024, 3, 31, 0, 0), utc(2024, 3, 30, 22, 0)),  # 00:00 to 00:59 are jumped over
        ("Asia/Beirut", (2024, 3, 31, 0, 59), utc(2024, 3, 30, 22, 0)),
        ("Asia/Beirut", (2024, 3, 31, 1, 0), utc(2024, 3, 30, 22, 0)),
        ("Asia/Beirut", (2024, 10, 26, 23, 30), utc(2024, 10, 26, 20, 30)),  # 23:00 to 23:59 come twice
        ("Asia/Beirut", (2024, 10, 27, 0, 0), utc(2024, 10, 26, 22, 0)),
        ("Africa/Cairo", (2024, 4, 26, 0, 30), utc(2024, 4, 25, 22, 0)),
        ("Africa/Cairo", (2024, 10, 31, 23, 30), utc(2024, 10, 31, 20, 30)),
        ("Africa/Cairo", (2024, 11, 1, 0, 0), utc(2024, 10, 31, 22, 0)),
        ("Asia/Dubai", (2024, 3, 31, 0, 30), utc(2024, 3, 30, 20, 30)),
        ("Europe/London", (2025, 3, 30, 1, 30), utc(2025, 3, 30, 1, 0)),
        ("Europe/London", (2025, 10, 26, 1, 30), utc(2025, 10, 26, 0, 30)),
        ("Australia/Lord_Howe", (2024, 10, 6, 2, 15), utc(2024, 10, 5, 15, 30)),  # half an hour
        ("America/St_Johns", (2009, 3, 8, 0, 30), utc(2009, 3, 8, 3, 31)),  # set forward at 00:01
        ("Pacific/Apia", (2011, 12, 30, 12, 0), utc(2011, 12, 30, 10, 0)),  # a day that never was
    ],
)
def test_a_time_shown_twice_is_the_first_and_one_jumped_over_is_the_jump(
    zone: str, wall: tuple[int, ...], moment: dt.datetime
) -> None:
    assert to_moment(utc(*wall).replace(tzinfo=None), ZoneInfo(zone)) == moment


def _length(of_restaurant: Calendar, day: dt.date) -> dt.timedelta:
    return of_restaurant.day_begins(day + DAY) - of_restaurant.day_begins(day)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Asia/Beirut", dt.date(2024, 3, 30), 23),
        ("Asia/Beirut", dt.date(2024, 10, 26), 25),
        ("Africa/Cairo", dt.date(2024, 4, 25), 23),
        ("Africa/Cairo", dt.date(2024, 10, 31), 25),
        ("Asia/Dubai", dt.date(2024, 3, 30), 24),
        ("Asia/Dubai", dt.date(2024, 10, 26), 24),
    ],
)
def test_dinner_of_nine_hours_is_as_much_longer_or_shorter_as_the_night_is(
    zone: str, day: dt.date, hours: int
) -> None:
    of_restaurant = calendar(zone)
    assert _length(of_restaurant, day) == hours * HOUR
    lunch, dinner = of_restaurant.spans(day, day)
    assert (lunch.name, lunch.ends - lunch.begins) == ("Lunch", 5 * HOUR)
    assert (dinner.name, dinner.ends - dinner.begins) == ("Dinner", (9 + hours - 24) * HOUR)
    assert dinner.begins == lunch.ends


def test_every_order_of_a_night_on_which_the_clock_goes_back_counts_once() -> None:
    of_restaurant = calendar("Asia/Beirut")
    first = of_restaurant.spans(dt.date(2024, 10, 26), dt.date(2024, 10, 26))[1].begins
    orders = [first + dt.timedelta(minutes=minute) for minute in range(10 * 60)]
    found = Counter(of_restaurant.shift_at(order) for order in orders)
    assert [(span and span.business_date, count) for span, count in found.items()] == [
        (dt.date(2024, 10, 26), 600)
    ]


def test_a_shift_belongs_to_the_business_day_on_which_it_starts() -> None:
    night = Shift("Night", frozenset({4}), dt.time(22), dt.time(4))  # Fridays
    early = Shift("Early", frozenset({4}), dt.time(1), dt.time(3))  # in the night after Friday
    friday = dt.date(2025, 11, 21)
    (span,) = calendar("Asia/Dubai", [night]).spans(friday - 3 * DAY, friday + 3 * DAY)
    assert (span.business_date, span.begins, span.ends) == (
        friday,
        utc(2025, 11, 21, 18),
        utc(2025, 11, 22, 0),
    )
    (span,) = calendar("Asia/Dubai", [early]).spans(friday - 3 * DAY, friday + 3 * DAY)
    assert (span.business_date, span.begins) == (friday, utc(2025, 11, 21, 21))


def test_a_shift_that_ends_when_it_starts_lasts_a_day() -> None:
    whole = Shift("Always", EVERY_WEEKDAY, FOUR, FOUR)
    spans = calendar("Asia/Beirut", [whole]).spans(dt.date(2024, 10, 25), dt.date(2024, 10, 27))
    assert [span.ends - span.begins for span in spans] == [24 * HOUR, 25 * HOUR, 24 * HOUR]


def test_two_restaurants_in_different_zones_have_days_of_their_own() -> None:
    moment = utc(2025, 11, 21, 1)  # 03:00 in Beirut and in Cairo, 05:00 in Dubai
    assert calendar("Asia/Beirut").day_of(moment) == dt.date(2025, 11, 20)
    assert calendar("Asia/Dubai").day_of(moment) == dt.date(2025, 11, 21)
    assert calendar("Asia/Beirut").local(moment).hour == 3
    assert calendar("Asia/Dubai").local(moment).hour == 5


def test_rules_hold_from_their_day_on_and_of_one_day_the_last_saved_hold() -> None:
    since = dt.date(2025, 11, 20)
    of_restaurant = Calendar(
        [
            Rules(dt.date.min, "Asia/Beirut", FOUR),
            Rules(since, "Asia/Beirut", dt.time(5)),
            Rules(since, "Asia/Beirut", dt.time(6)),
        ]
    )
    assert of_restaurant.rules_on(since - DAY).day_starts == FOUR
    assert of_restaurant.rules_on(since).day_starts == dt.time(6)
    assert of_restaurant.day_begins(since - DAY) == utc(2025, 11, 19, 2)
    assert of_restaurant.day_begins(since) == utc(2025, 11, 20, 4)


def test_moving_east_cuts_the_day_before_short_and_moving_west_makes_it_longer() -> None:
    since = dt.date(2025, 11, 20)

    def moving(one: str, other: str) -> Calendar:
        return Calendar([Rules(dt.date.min, one, FOUR), Rules(since, other, FOUR)])

    assert _length(moving("Europe/London", "Asia/Dubai"), since - DAY) == 20 * HOUR
    assert _length(moving("Asia/Dubai", "Europe/London"), since - DAY) == 28 * HOUR
    for zones in (("Europe/London", "Asia/Dubai"), ("Asia/Dubai", "Europe/London")):
        assert _length(moving(*zones), since) == 24 * HOUR


def test_a_day_that_never_was_holds_no_order() -> None:
    of_restaurant = Calendar([Rules(dt.date.min, "Pacific/Apia", dt.time())])
    skipped = dt.date(2011, 12, 30)
    assert _length(of_restaurant, skipped) == dt.timedelta()
    assert of_restaurant.spans(skipped, skipped) == []
    assert of_restaurant.day_of(of_restaurant.day_begins(skipped)) == skipped + DAY


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
