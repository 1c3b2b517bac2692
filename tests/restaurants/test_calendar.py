"""Business days and shifts: no moment is lost or counted twice, whatever clocks and rules do."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from ordertrack.restaurants.calendar import Calendar, ShiftSpan
from ordertrack.restaurants.wall_clock import to_moment
from restaurants.calendars import DAY, HOUR, ZONES, calendar, calendars, days, moments, times


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
