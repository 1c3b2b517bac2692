"""The forecast: orders by hour, like the same weekdays before, with what it would have been off by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pytest
from flask.testing import FlaskClient

from ordertrack.sla.forecast.demand import AHEAD, FEWEST_WEEKS, HOURS, TRIED_ON, Counted, Counts, forecast
from ordertrack.sla.forecast.forecast_table import days_of
from ordertrack.sla.forecast.reading import READ
from support.cast import House

MONDAY = dt.date(2026, 11, 30)


def weeks(of: int, seed: int = 1) -> Counts:
    """So many weeks, each like the others: ever more orders by weekday, most of them at eight."""
    day = np.zeros((AHEAD, HOURS))
    day[:, 12], day[:, 20] = 4, 10 + np.arange(AHEAD)
    return np.tile(day, (of, 1))


def test_weeks_that_are_alike_go_on_as_they_were_and_nothing_is_off() -> None:
    made = forecast([Counted(weeks(12))])
    assert [day and day[20] for day in made.orders] == [pytest.approx(10 + day) for day in range(AHEAD)]
    assert made.trial is not None
    assert made.trial.days == TRIED_ON
    assert (made.trial.by_hour, made.trial.by_day) == pytest.approx((0, 0))
    assert made.trial.orders == 4 * weeks(1).sum()


def test_newer_weeks_count_more() -> None:
    counts = np.vstack([weeks(11), 2 * weeks(1)])
    (first, *_) = forecast([Counted(counts)]).orders
    assert first is not None
    assert 10 * 1.12 < first[20] < 20


def test_a_day_is_like_two_such_weekdays_at_least_and_before_the_first_order_nobody_counted() -> None:
    assert forecast([Counted(weeks(FEWEST_WEEKS - 1))]).orders == (None,) * AHEAD
    padded = np.vstack([np.zeros((READ - 21, HOURS)), weeks(3)])
    made = forecast([Counted(padded, READ - 21)])
    assert [day and day[20] for day in made.orders] == [pytest.approx(10 + day) for day in range(AHEAD)]
    assert made.trial is not None
    assert made.trial.days == AHEAD


def test_a_restaurant_that_opened_lately_was_not_empty_before_but_not_there() -> None:
    young = np.vstack([np.zeros((READ - 21, HOURS)), weeks(3)])
    old = np.vstack([np.zeros((READ - 84, HOURS)), weeks(12)])
    parts = [Counted(old, READ - 84), Counted(young, READ - 21)]
    made = forecast(parts)
    assert [day and day[20] for day in made.orders] == [pytest.approx(2 * (10 + day)) for day in range(AHEAD)]
    assert made.trial is not None
    assert (made.trial.by_hour, made.trial.days) == (pytest.approx(0), TRIED_ON)


@pytest.mark.parametrize("seed", range(3))
def test_its_error_is_that_of_forecasts_made_a_week_before(seed: int) -> None:
    """Each day of the trial as if today were seven days before it and nothing had come since."""
    counts = np.random.default_rng(seed).poisson(weeks(12)).astype(float)
    made = forecast([Counted(counts)])
    assert made.trial is not None
    off = 0.0
    for day in range(len(counts) - TRIED_ON, len(counts)):
        said = forecast([Counted(counts[: day - AHEAD + 1])]).orders[AHEAD - 1]
        assert said is not None
        off += float(np.abs(np.array(said) - counts[day]).sum())
    assert made.trial.by_hour == pytest.approx(off)


def test_the_page_says_hours_from_where_the_day_begins_and_what_was_off() -> None:
    late = weeks(12)
    late[:, 1] = 3
    said = days_of(forecast([Counted(late)]), MONDAY, 4)
    assert (said.order_of_hours[0], said.order_of_hours[-1]) == (12, 1)
    assert said.totals()[0] == "17"
    assert days_of(forecast([Counted(np.zeros((READ, HOURS)), READ)]), MONDAY, 4).is_empty


def test_managers_read_it_for_their_restaurants_and_nobody_else_does(
    served: House, cedar: House, sign_in: Callable[..., FlaskClient]
) -> None:
    maya = sign_in(served.maya)
    page = maya.get("/sla/forecast")
    assert page.status_code == 200
    assert "Tried on the last" in page.text
    one = maya.get("/sla/forecast.csv?restaurant=hamra")
    assert one.status_code == 200
    rows = one.text.splitlines()
    assert len({row.split(",")[0] for row in rows[1:]}) == AHEAD
    assert maya.get("/sla/forecast?restaurant=elsewhere").status_code == 422
    assert sign_in(served.nour).get("/sla/forecast").status_code == 403
    assert "Nothing can be said yet" in sign_in(cedar.maya).get("/sla/forecast").text
