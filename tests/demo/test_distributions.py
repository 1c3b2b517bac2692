"""Drawn times and counts are spread as the published ones are."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordertrack.demo.simulation import distributions
from ordertrack.demo.simulation.distributions import Quantiles
from ordertrack.rules.state_machine import OrderStatus

PUBLISHED = {
    "placed to passed on": (distributions.ACCEPTING, 190, 1183, 2440),
    "acknowledged to ready": (distributions.KITCHEN, 835, 1844, 4935),
    "at the restaurant to delivered": (distributions.ON_THE_ROAD, 1357, 2251, 3478),
    "lines an order": (distributions.LINES_PER_ORDER, 5, 9, 14),
    "orders a restaurant-hour": (distributions.ORDERS_PER_RESTAURANT_HOUR, 1, 2, 5),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_forty_thousand_draws_have_the_published_quantiles(name: str) -> None:
    quantiles, p50, p90, p99 = PUBLISHED[name]
    chance = distributions.stream("1", name)
    drawn = sorted(quantiles.draw(chance) for _ in range(40_000))
    percentiles = statistics.quantiles(drawn, n=1000, method="inclusive")
    assert percentiles[499] == pytest.approx(p50, rel=0.03)
    assert percentiles[899] == pytest.approx(p90, rel=0.03)
    assert sum(value > p99 * 0.999 for value in drawn) / len(drawn) == pytest.approx(0.01, abs=0.002)
    assert drawn[-1] == pytest.approx(p99), "nothing is drawn past the 99th percentile"
    assert drawn[0] > 0


@given(
    p50=st.floats(1, 5000),
    wider=st.floats(1.01, 10),
    widest=st.floats(1.01, 10),
    shares=st.lists(st.floats(0, 1), min_size=2, max_size=20),
)
def test_a_greater_share_never_has_a_smaller_value(
    p50: float, wider: float, widest: float, shares: list[float]
) -> None:
    quantiles = Quantiles(p50, p50 * wider, p50 * wider * widest)
    values = [quantiles.at(share) for share in sorted(shares)]
    assert values == sorted(values)
    assert all(0 < value <= quantiles.p99 * 1.000001 for value in values)


def test_the_kitchens_time_is_split_and_nothing_of_it_is_lost() -> None:
    chance, twin = (distributions.stream("7", "stage times") for _ in range(2))
    for _ in range(200):
        stays = distributions.stays(chance)
        kitchen = distributions.KITCHEN.draw(twin)
        assert stays[OrderStatus.CONFIRMED] + stays[OrderStatus.PREPARING] == pytest.approx(kitchen)
        for _ in range(4):
            twin.random()


def test_drawing_more_for_one_purpose_shifts_no_other() -> None:
    first = distributions.stream("1", "arrivals")
    items = distributions.stream("1", "items")
    [items.random() for _ in range(100)]
    again = distributions.stream("1", "arrivals")
    assert [first.random() for _ in range(5)] == [again.random() for _ in range(5)]
    assert distributions.stream("1", "items").random() != distributions.stream("1", "arrivals").random()
    assert distributions.stream("1", "items").random() != distributions.stream("2", "items").random()


def test_a_count_is_whole_and_one_at_least() -> None:
    chance = distributions.stream("1", "lines")
    counts = [distributions.count(distributions.LINES_PER_ORDER, chance) for _ in range(2000)]
    assert min(counts) >= 1
    assert max(counts) <= 14
    assert all(isinstance(count, int) for count in counts)
