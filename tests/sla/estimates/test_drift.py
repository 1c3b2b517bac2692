"""How a kitchen does right now: a factor that follows its last orders, and no single one of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordertrack.sla.estimates import drift
from ordertrack.sla.estimates.drift import FOLLOWED_FOR, LEAST, MOST, SLOT, STEP, factors
from ordertrack.sla.measure.fold import SECOND
from ordertrack.sla.measure.histogram import Ints

MINUTE = 60 * SECOND
NOON = 1_800_000_000 * SECOND // SLOT * SLOT
USUAL = 20  # minutes that half of such orders take

Order = tuple[float, float]
"""Minutes before NOON at which it was confirmed, and how many it takes."""


def at(moments: Ints, orders: list[Order]) -> list[float]:
    told = sorted(orders, reverse=True)
    began = np.array([NOON - int(minutes * MINUTE) for minutes, _ in told], np.int64)
    took = np.array([int(minutes * MINUTE) for _, minutes in told], np.int64)
    usual, spread = np.full(len(told), USUAL * 60.0), np.full(len(told), 0.4)
    return [float(each) for each in factors(began, began + took, usual, spread, moments)]


def at_noon(orders: list[Order]) -> float:
    (found,) = at(np.array([NOON]), orders)
    return found


order = st.tuples(st.floats(-30, 300), st.floats(1, 600))


def test_a_kitchen_of_which_nothing_is_known_takes_as_long_as_usual() -> None:
    assert at_noon([]) == 1
    assert at_noon([(5, 300), (-10, 20)]) == 1, "what has only just begun, or not yet, says nothing"
    assert at_noon([(FOLLOWED_FOR / MINUTE + 1, 400)]) == 1, "and what is hours old nothing of now"


@pytest.mark.parametrize("share", [0.7, 1.0, 1.5, 2.0])
def test_it_follows_a_kitchen_that_takes_so_many_times_as_long(share: float) -> None:
    chance = np.random.default_rng(1)
    took = USUAL * share * np.exp(chance.normal(0, 0.35, 40))
    assert at_noon([(200 - 5 * place, minutes) for place, minutes in enumerate(took)]) == pytest.approx(
        share, rel=0.15
    )


def test_two_slow_orders_are_no_slow_kitchen_and_one_that_was_forgotten_moves_nothing() -> None:
    assert at_noon([(60, 30), (50, 30)]) <= 1.2
    usual = [(90 - 3.0 * place, 14 + 3.0 * (place % 5)) for place in range(20)]
    assert at_noon([*usual, (170, 165)]) - at_noon(usual) <= 2 * STEP


def test_orders_that_are_open_for_long_are_heard_before_they_come() -> None:
    """Nothing has come yet: six orders stand there, twice as long as usual."""
    assert at_noon([(40 + each, 500) for each in range(6)]) >= 1.3


@given(st.lists(order, max_size=25))
def test_it_has_bounds_and_steps(orders: list[Order]) -> None:
    found = at_noon(orders)
    assert LEAST <= found <= MOST
    assert found / STEP == pytest.approx(round(found / STEP))


@given(st.lists(order, min_size=1, max_size=25), st.integers(0, 24), st.floats(0, 300))
def test_an_order_that_takes_longer_makes_it_no_faster(
    orders: list[Order], which: int, longer: float
) -> None:
    which %= len(orders)
    slower = list(orders)
    slower[which] = (orders[which][0], orders[which][1] + longer)
    assert at_noon(slower) >= at_noon(orders)


@given(st.lists(order, min_size=1, max_size=25), st.floats(0, 300))
def test_only_what_was_known_then_counts(orders: list[Order], longer: float) -> None:
    """What every screen says of a moment stays as it is, whatever came after it."""
    later = [(began, took + longer if took > began else took) for began, took in orders]
    assert at_noon([*later, (-1, 10)]) == at_noon(orders)


@given(st.lists(order, max_size=25), st.lists(st.integers(-20, 20), max_size=5))
def test_many_moments_at_once_are_answered_as_one_by_one(orders: list[Order], slots: list[int]) -> None:
    moments = [np.array([NOON + slot * SLOT]) for slot in slots]
    together = at(np.concatenate([np.empty(0, np.int64), *moments]), orders)
    assert together == [one for moment in moments for one in at(moment, orders)]


@given(st.integers(0, 10_000 * MINUTE), st.floats(60, 20_000), st.floats(0, 20_000))
def test_the_range_is_of_the_whole_minutes_that_a_guest_reads(since: int, low: float, more: float) -> None:
    first, last = drift.shown(np.array([since]), np.array([low]), np.array([low + more]))
    for end, seconds, behind in ((first, low, 0), (last, low + more, MINUTE)):
        assert end % MINUTE == 0
        assert 0 <= since + round(seconds * SECOND) - (end - behind) < MINUTE
