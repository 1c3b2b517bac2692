"""Estimates: percentiles of the orders that were alike, as long as there were enough, and else nothing."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.sla.estimates.table import FEWEST, Estimates, table_from
from ordertrack.sla.measure import cells
from ordertrack.sla.measure.cells import FULFILMENTS, LOAD_BANDS, STATUSES, Cells, load_band
from ordertrack.sla.measure.histogram import ERROR, VALUES, bins_of

CONFIRMED, PREPARING = OrderStatus.CONFIRMED, OrderStatus.PREPARING
DELIVERY, PICKUP = Fulfilment.DELIVERY, Fulfilment.PICKUP


@dataclass(frozen=True)
class Took:
    """An order that still took so many seconds from entering a status."""

    seconds: float
    status: OrderStatus = CONFIRMED
    fulfilment: Fulfilment = DELIVERY
    hour: int = 19
    load: int = 4


def cells_of(orders: list[Took]) -> Cells:
    """As the roll-up keeps them."""
    return cells.counted(
        cells.pack_estimate(
            bins_of(np.array([order.seconds for order in orders])),
            np.array([load_band(order.load) for order in orders], np.int64),
            np.array([order.hour for order in orders], np.int64),
            np.array([STATUSES.index(order.status) for order in orders], np.int64),
            np.array([FULFILMENTS.index(order.fulfilment) for order in orders], np.int64),
        )
    )


def estimates_of(orders: list[Took]) -> Estimates:
    return table_from([cells_of(orders)])


def alike(
    orders: list[Took], status: OrderStatus, fulfilment: Fulfilment, hour: int, load: int
) -> list[float]:
    """The times of the orders that an estimate is to be made of, found one by one."""
    near = {(hour - 1) % 24, hour, (hour + 1) % 24}
    same = [order for order in orders if (order.status, order.fulfilment) == (status, fulfilment)]
    band = load_band(load)
    for is_alike in (
        lambda order: order.hour in near and load_band(order.load) == band,
        lambda order: order.hour in near,
        lambda order: load_band(order.load) == band,
        lambda order: True,
    ):
        if len(found := [order.seconds for order in same if is_alike(order)]) >= FEWEST:
            return found
    return []


def minutes_at(hour: int, load: int, minutes: float, orders: int = FEWEST) -> list[Took]:
    return [Took(60 * minutes, hour=hour, load=load)] * orders


def said(estimates: Estimates, hour: int, load: int | None) -> float | None:
    """The minutes (to ten) that are said of a confirmed delivery; all of a kind took equally long here."""
    found = estimates.range_for(CONFIRMED, DELIVERY, hour, load)
    if found is None:
        return None
    assert found.low == found.high
    return 10 * round(found.low / 600)


@given(st.integers(0, 2**32), st.integers(0, 400))
def test_both_ends_are_the_exact_percentiles_of_the_orders_alike_within_the_stated_error(
    seed: int, count: int
) -> None:
    chance = random.Random(seed)
    hours, loads = range(0, 24, chance.choice([1, 5, 23])), (1, 3, 4, 8, 30)
    orders = [
        Took(
            max(5.0, chance.lognormvariate(7, 0.8)),
            chance.choice([CONFIRMED, PREPARING]),
            chance.choice([DELIVERY, PICKUP]),
            chance.choice(hours),
            chance.choice(loads),
        )
        for _ in range(count)
    ]
    estimates = estimates_of(orders)
    for _ in range(20):
        asked = (
            chance.choice([CONFIRMED, PREPARING]),
            chance.choice([DELIVERY, PICKUP]),
            chance.randrange(24),
            chance.choice(loads),
        )
        found, exact = estimates.range_for(*asked), alike(orders, *asked)
        if not exact:
            assert found is None
            continue
        assert found is not None
        low, high = np.percentile(exact, [50, 90], method="inverted_cdf")
        assert found.low == pytest.approx(low, rel=ERROR)
        assert found.high == pytest.approx(high, rel=ERROR)


def test_thirty_orders_are_enough_and_twenty_nine_say_nothing() -> None:
    assert said(estimates_of(minutes_at(19, 4, 20)), 19, 4) == 20
    assert estimates_of(minutes_at(19, 4, 20, FEWEST - 1)).is_silent
    assert table_from([]).is_silent


def test_what_is_most_alike_counts_and_more_only_where_that_is_too_little() -> None:
    orders = (
        minutes_at(19, 4, 10)
        + minutes_at(19, 30, 20, 300)
        + minutes_at(9, 4, 30, 1000)
        + minutes_at(9, 30, 50, 9000)
    )
    estimates = estimates_of(orders)
    assert said(estimates, 19, 4) == 10, "this hour and load"
    assert said(estimates, 20, 5) == 10, "an hour beside it, and a load of the same band"
    assert said(estimates, 18, 1) == 20, "this hour, for there was no such load"
    assert said(estimates, 14, 4) == 30, "this load, for there was nothing at that hour"
    assert said(estimates, 14, 1) == 50, "neither: all orders together"


def test_hours_beside_midnight_are_beside_each_other() -> None:
    estimates = estimates_of(minutes_at(23, 4, 10) + minutes_at(12, 4, 40, 500))
    assert [said(estimates, hour, 4) for hour in (22, 23, 0, 1)] == [10, 10, 10, 40]


def test_a_load_that_nobody_counted_is_any_load() -> None:
    estimates = estimates_of(
        minutes_at(19, 1, 10, 20) + minutes_at(19, 30, 40, 40) + minutes_at(3, 1, 90, 500)
    )
    assert said(estimates, 19, None) == 40
    assert said(estimates, 12, None) == 90


@pytest.mark.parametrize("load", [0, *(load + step for load in LOAD_BANDS for step in (0, 1)), 99])
def test_every_load_has_a_band(load: int) -> None:
    estimates = estimates_of(minutes_at(19, load, 10))
    assert said(estimates, 19, load) == 10


def test_another_status_or_fulfilment_says_nothing_here() -> None:
    estimates = estimates_of(minutes_at(19, 4, 20))
    assert estimates.range_for(PREPARING, DELIVERY, 19, 4) is None
    assert estimates.range_for(CONFIRMED, PICKUP, 19, 4) is None


@given(st.integers(0, 2**32))
def test_it_comes_out_the_same_however_the_days_are_cut(seed: int) -> None:
    chance = random.Random(seed)
    orders = [
        Took(chance.uniform(5, 9000), hour=chance.randrange(24), load=chance.randrange(15))
        for _ in range(200)
    ]
    whole = estimates_of(orders)
    days: list[list[Took]] = [[] for _ in range(5)]
    for order in orders:
        chance.choice(days).append(order)
    parts = table_from([cells_of(day) for day in days])
    for hour in range(24):
        for load in (1, 4, 8, 20, None):
            asked = CONFIRMED, DELIVERY, hour, load
            assert parts.range_for(*asked) == whole.range_for(*asked)


@given(st.integers(0, 2**32))
def test_many_at_once_are_answered_as_one_by_one(seed: int) -> None:
    chance = random.Random(seed)
    orders = [
        Took(chance.uniform(5, 9000), hour=chance.choice([3, 19]), load=chance.choice([1, 9]))
        for _ in range(90)
    ]
    estimates = estimates_of(orders)
    hours, loads = (np.array([chance.randrange(most) for _ in range(50)]) for most in (24, 15))
    kinds = np.array([chance.randrange(len(FULFILMENTS)) for _ in range(50)])
    bands = np.searchsorted(LOAD_BANDS, loads)
    low, high, is_said = estimates.bins_for(kinds, hours, bands, CONFIRMED)
    for place in range(50):
        one = estimates.range_for(CONFIRMED, FULFILMENTS[kinds[place]], int(hours[place]), int(loads[place]))
        assert bool(is_said[place]) == (one is not None)
        if one is not None:
            assert (one.low, one.high) == (VALUES[low[place]], VALUES[high[place]])
