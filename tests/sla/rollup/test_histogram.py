"""Histograms: what they say is within the stated error, and they add up in any order."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ordertrack.sla.measure import cells
from ordertrack.sla.measure.histogram import BINS, ERROR, LONGEST, SHORTEST, VALUES, bins_of, mean, percentile

seconds = st.floats(SHORTEST, LONGEST * 0.999)
some_seconds = st.lists(st.one_of(seconds, st.integers(5, 9000).map(float)), min_size=1, max_size=300)
shares = st.sampled_from([0.01, 0.1, 0.5, 0.9, 0.95, 0.99, 1.0])


def histogram(times: list[float]) -> np.ndarray:
    return np.bincount(bins_of(np.array(times)), minlength=BINS)


def nearest_rank(times: list[float], share: float) -> float:
    return sorted(times)[max(math.ceil(len(times) * share - 1e-9), 1) - 1]


@given(seconds)
def test_what_a_bin_stands_for_is_within_the_stated_error_of_every_time_in_it(time: float) -> None:
    assert abs(VALUES[bins_of(np.array([time]))[0]] - time) <= time * (ERROR + 1e-9)


@given(st.floats(0, 1e9), st.floats(0, 1e9))
def test_a_longer_time_is_never_in_a_lower_bin(one: float, other: float) -> None:
    shorter, longer = bins_of(np.array(sorted((one, other))))
    assert 0 <= shorter <= longer < BINS


@given(some_seconds, shares)
def test_percentiles_are_within_the_stated_error_of_the_exact_nearest_rank(
    times: list[float], share: float
) -> None:
    exact = nearest_rank(times, share)
    assert abs(float(percentile(histogram(times), share)) - exact) <= exact * (ERROR + 1e-9)


@given(some_seconds)
def test_the_mean_is_within_the_stated_error(times: list[float]) -> None:
    exact = sum(times) / len(times)
    assert abs(float(mean(histogram(times))) - exact) <= exact * (ERROR + 1e-9)


def test_of_no_times_there_is_no_percentile_and_no_mean() -> None:
    nothing = np.zeros((2, BINS))
    assert np.isnan(percentile(nothing, 0.5)).all() and np.isnan(mean(nothing)).all()


@given(st.lists(some_seconds, min_size=1, max_size=5), shares)
def test_the_percentile_of_a_union_is_that_of_all_times_together(
    parts: list[list[float]], share: float
) -> None:
    together = sum(histogram(part) for part in parts)
    everything = [time for part in parts for time in part]
    assert percentile(together, share) == percentile(histogram(everything), share)


keys = st.lists(st.integers(0, 2**27 - 1), max_size=60)


@given(st.lists(keys, max_size=5))
def test_cells_add_up_to_the_cells_of_everything_in_whatever_order(parts: list[list[int]]) -> None:
    made = [cells.counted(np.array(part, np.uint32)) for part in parts]
    everything = cells.counted(np.array([key for part in parts for key in part], np.uint32))
    assert np.array_equal(cells.merged(made), everything)
    assert np.array_equal(cells.merged(reversed(made)), everything)
    assert np.array_equal(cells.read(everything.tobytes()), everything)


small, flag = st.integers(0, 3), st.booleans()
in_bits = st.tuples(
    st.integers(0, 255), small, small, small, st.integers(0, 255), st.integers(0, 31), flag, flag, flag, flag
)


@given(in_bits)
def test_a_key_gives_back_what_was_packed_into_it(packed: tuple[int, ...]) -> None:
    key = cells.counted(cells.pack(*(np.array([each]) for each in packed)))["key"]
    found = (
        cells.bin_of(key),
        cells.target_of(key),
        cells.left_out_of(key),
        cells.fulfilment_of(key),
        cells.shift_of(key),
        cells.hour_of(key),
        cells.again_of(key),
        cells.cancelled_of(key),
        cells.walked_of(key),
        cells.drawn_of(key),
    )
    assert tuple(int(each[0]) for each in found) == packed


@given(keys)
def test_leaving_the_hour_or_the_shift_away_loses_and_doubles_nothing(several: list[int]) -> None:
    whole = cells.counted(np.array(several, np.uint32))
    for narrowed in (cells.without_hour(whole), cells.without_shift(whole)):
        assert narrowed["count"].sum() == len(several)
        assert len(np.unique(narrowed["key"])) == len(narrowed)


Singles = list[tuple[bytes, int, int]]
single = st.tuples(st.binary(min_size=16, max_size=16), st.integers(1, 99), st.integers(0, 15))


@given(st.lists(st.lists(single, max_size=300), max_size=3))
def test_the_slowest_of_the_slowest_are_the_slowest_of_all(parts: list[Singles]) -> None:
    made = [
        np.array([(order, seconds, kind << 10) for order, seconds, kind in part], cells.SLOW)
        for part in parts
    ]
    apart = cells.slowest([cells.slowest([part]) for part in made])
    together = cells.slowest(made)
    assert np.array_equal(apart, together)
    for kind in range(16):
        times = sorted((s for part in parts for _, s, k in part if k == kind), reverse=True)
        kept = [float(each["seconds"]) for each in together if each["key"] >> 10 & 15 == kind]
        assert kept == times[: cells.MOST_DOUBTFUL if kind & 3 else cells.MOST_SLOW]
