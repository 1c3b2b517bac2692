"""What holds on a day: the version of the latest day that has come, of those from one day the last saved."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from ordertrack.restaurants.timeline import Timeline

TODAY = dt.date(2025, 11, 20)
days = st.integers(-6, 6).map(lambda off: TODAY + dt.timedelta(off))
versions = st.lists(st.tuples(days, st.one_of(st.none(), st.integers())), max_size=12)


def by_the_rule(saved: list[tuple[dt.date, int | None]], day: dt.date) -> int | None:
    held = [(since, place, value) for place, (since, value) in enumerate(saved) if since <= day]
    return max(held, key=lambda version: version[:2])[2] if held else None


@given(versions, days)
def test_on_each_day_the_last_version_of_the_latest_day_that_has_come_holds(
    saved: list[tuple[dt.date, int | None]], day: dt.date
) -> None:
    assert Timeline(saved).at(day) == by_the_rule(saved, day)


@given(versions, days)
def test_what_is_to_hold_begins_to_on_its_day(saved: list[tuple[dt.date, int | None]], day: dt.date) -> None:
    coming = Timeline(saved).after(day)
    assert list(coming) == sorted({since for since, _ in saved if since > day})
    assert all(value == by_the_rule(saved, since) for since, value in coming.items())


def test_before_the_first_version_nothing_holds() -> None:
    assert Timeline[int]().at(TODAY) is None
    assert Timeline([(TODAY, 1)]).at(TODAY - dt.timedelta(1)) is None
    assert Timeline([(TODAY, 1)]).at(dt.date.max) == 1
