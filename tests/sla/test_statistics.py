"""Intervals and splits beside slow, obvious versions of them."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordertrack.sla.statistics.change_point import change_points, overdispersion
from ordertrack.sla.statistics.decomposition import Part, split, split_with_moved
from ordertrack.sla.statistics.intervals import Range, differ, difference, ranks, wilson, wilson_high, z_of

counts = st.integers(1, 400).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


@given(counts)
def test_wilsons_range_holds_every_share_that_would_not_be_surprised_by_what_was_counted(
    counted: tuple[int, int],
) -> None:
    """The slow way: try shares, and keep those within so many of their own standard errors."""
    met, of = counted
    z = z_of()
    tried = [number / 2000 for number in range(1, 2000)]
    kept = [share for share in tried if abs(met / of - share) <= z * math.sqrt(share * (1 - share) / of)]
    low, high = wilson(met, of)
    assert 0 <= low <= met / of <= high <= 1
    assert min(kept, default=low) == pytest.approx(low, abs=1e-3)
    assert max(kept, default=high) == pytest.approx(high, abs=1e-3)


@given(st.integers(0, 80), st.sampled_from([0.5, 0.9, 0.95]))
def test_between_its_ranks_a_percentile_lies_as_often_as_is_said(count: int, share: float) -> None:
    """The slow way: add up exact chances. The narrowest ranks are given that the tails allow."""
    exact, tail = Fraction(share), Fraction(25, 1000)
    chance = [
        math.comb(count, hits) * exact**hits * (1 - exact) ** (count - hits) for hits in range(count + 1)
    ]
    # The percentile lies under the low-th time if fewer than `low` times lie under it.
    under = [Fraction(0), *accumulate(chance)]
    lows = [rank for rank in range(1, count + 1) if under[rank] <= tail]
    highs = [rank for rank in range(1, count + 1) if 1 - under[rank] <= tail]
    assert ranks(count, share) == (max(lows, default=None), min(highs, default=None))


def test_few_times_have_no_bounds() -> None:
    assert ranks(1, 0.5) == (None, None)
    assert ranks(5, 0.5) == (None, None)
    assert ranks(6, 0.5) == (1, 6)
    assert ranks(35, 0.9).high is None and ranks(36, 0.9).high == 36


def test_many_times_are_as_quick_and_close_to_the_normal_ones() -> None:
    low, high = ranks(1_000_000, 0.9)
    reach = z_of() * math.sqrt(1_000_000 * 0.9 * 0.1)
    assert low is not None and abs(low - (900_000 - reach)) < 3
    assert high is not None and abs(high - (900_000 + reach)) < 3


@given(counts, counts)
def test_two_shares_differ_only_where_their_difference_is_surely_on_one_side(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    shares = [met / of for met, of in (first, second)]
    ranges = [wilson(*first), wilson(*second)]
    found = difference(shares[0], ranges[0], shares[1], ranges[1])
    assert found.low <= shares[0] - shares[1] <= found.high
    if differ(found):
        assert (found.low > 0) == (shares[0] > shares[1])
    # Apart from each other without an overlap is always enough.
    if ranges[0].low > ranges[1].high or ranges[1].low > ranges[0].high:
        assert differ(found)


def test_one_of_one_says_nothing_and_the_most_striking_of_many_must_be_more_striking() -> None:
    assert wilson(0, 1).high > wilson(301, 501).high
    assert not differ(difference(0.0, wilson(0, 1), 1.0, wilson(1, 1)))
    assert differ(difference(0.5, wilson(50, 100), 0.9, wilson(90, 100)))
    assert z_of(50) > z_of(1)
    assert wilson(0, 0) == Range(0, 1)


parts = st.dictionaries(
    st.sampled_from("abcd"),
    st.integers(0, 50).flatmap(lambda of: st.builds(Part, st.just(of), st.integers(0, of))),
)


@given(parts, parts)
def test_each_and_mix_are_the_whole_change(now: dict[str, Part], before: dict[str, Part]) -> None:
    found = split(now, before)
    counted = [sum(part.counted for part in period.values()) for period in (now, before)]
    if not all(counted):
        assert found is None
        return
    after, earlier = (
        Fraction(sum(int(part.total) for part in period.values()), int(of))
        for period, of in zip((now, before), counted, strict=True)
    )
    assert found is not None and found.whole == pytest.approx(float(after - earlier))
    told = split_with_moved(now, before)
    assert told is not None and told.whole == pytest.approx(found.whole)
    both = [key for key in "abcd" if all(key in each and each[key].counted for each in (now, before))]
    assert not both or not {each.key for each in told.moved} & set(both)


@given(parts)
def test_where_nobody_changes_all_is_mix_and_where_nothing_moves_all_is_each(before: dict[str, Part]) -> None:
    doubled = {
        key: Part(part.counted * (2 if key == "a" else 1), part.total * (2 if key == "a" else 1))
        for key, part in before.items()
    }
    found = split(doubled, before)
    assert found is None or found.each == pytest.approx(0)
    better = {key: Part(part.counted, part.counted) for key, part in before.items()}
    found = split(better, before)
    assert found is None or found.mix == pytest.approx(0)


def test_each_may_be_better_while_the_whole_is_worse() -> None:
    before = {"quick": Part(90, 81), "slow": Part(10, 2)}
    now = {"quick": Part(50, 46), "slow": Part(50, 13)}
    found = split(now, before)
    assert found is not None
    assert found.each > 0 > found.mix and found.whole == pytest.approx(-0.24)


def test_what_a_part_made_by_coming_is_told_from_mix() -> None:
    before = {"old": Part(100, 900.0), "other": Part(100, 1100.0)}
    found = split_with_moved({**before, "new": Part(200, 1000.0)}, before)
    assert found is not None and (found.each, found.mix) == (0, 0)
    assert [(each.key, each.made, each.came) for each in found.moved] == [("new", -2.5, True)]
    found = split_with_moved(before, {**before, "new": Part(200, 1000.0)})
    assert found is not None and found.moved[0][1:] == (2.5, False)


@given(st.lists(counts, min_size=1))
def test_of_many_at_once_the_upper_ends_are_those_of_each(several: list[tuple[int, int]]) -> None:
    met, of = np.array(several, float).T
    assert np.allclose(wilson_high(met, of), [wilson(*each).high for each in several])


def test_of_days_that_follow_each_other_those_are_told_at_which_another_share_may_begin() -> None:
    good, bad = Part(100, 92), Part(100, 60)
    assert change_points([good] * 5 + [bad] * 4) == [5]
    assert change_points([good] * 4 + [Part(100, 79)] + [bad] * 4) == [4, 5]
    assert len(change_points([good] * 9)) == 8, "anywhere"
    assert change_points([good]) == change_points([]) == []
    assert overdispersion([good] * 9) == overdispersion([Part(0, 0)]) == 1.0
    assert overdispersion([good, bad] * 4) > 10
