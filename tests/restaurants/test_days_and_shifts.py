"""Days and shifts told one by one: where clocks are turned, in other zones, by rules that change."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from zoneinfo import ZoneInfo

import pytest

from ordertrack.restaurants.calendar import EVERY_WEEKDAY, Calendar, Rules, Shift
from ordertrack.restaurants.wall_clock import to_moment
from restaurants.calendars import DAY, FOUR, HOUR, calendar, utc


def _length(of_restaurant: Calendar, day: dt.date) -> dt.timedelta:
    return of_restaurant.day_begins(day + DAY) - of_restaurant.day_begins(day)


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
