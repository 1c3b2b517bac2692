"""A bucket never gives more than its burst and what came in since, and fills again; its table is shared."""

from __future__ import annotations

import os
import signal
from itertools import accumulate

from hypothesis import given, settings
from hypothesis import strategies as st

from ordertrack.web.buckets import SECOND, WAYS, Buckets, Rate, take

RATES = st.builds(Rate, st.integers(1, 5000), st.integers(1, 5000))
PAUSES = st.lists(st.integers(0, 3 * SECOND) | st.integers(0, SECOND // 1000), min_size=1, max_size=200)
START = 1_000 * SECOND


def given_at(rate: Rate, moments: list[int], full_at: int = 0) -> list[int]:
    """The moments at which the bucket gave one."""
    gave = []
    for now in moments:
        full_at, taken = take(full_at, now, rate)
        if taken.is_given:
            gave.append(now)
    return gave


@given(RATES, PAUSES)
def test_in_no_span_of_time_is_more_given_than_the_burst_and_what_came_in(
    rate: Rate, pauses: list[int]
) -> None:
    gave = given_at(rate, list(accumulate(pauses, initial=START)))
    for first, since in enumerate(gave):
        for count, until in enumerate(gave[first:], 1):
            assert count <= rate.burst + (until - since) * rate.a_second / SECOND


@given(RATES, PAUSES)
def test_it_is_full_again_when_it_says_so(rate: Rate, pauses: list[int]) -> None:
    full_at = 0
    for now in accumulate(pauses, initial=START):
        full_at, taken = take(full_at, now, rate)
        assert 0 <= taken.left < rate.burst and taken.full_in == max(full_at - now, 0)
    burst = given_at(rate, [full_at] * (rate.burst + 1), full_at)
    assert len(burst) == rate.burst


@given(RATES, PAUSES)
def test_who_is_refused_gets_one_after_the_time_that_it_is_told_and_not_before(
    rate: Rate, pauses: list[int]
) -> None:
    full_at = 0
    for now in accumulate(pauses, initial=START):
        full_at, taken = take(full_at, now, rate)
        if not taken.is_given:
            assert not take(full_at, now + taken.next_in - 1, rate)[1].is_given
            assert take(full_at, now + taken.next_in, rate)[1].is_given


@settings(deadline=None)  # it takes as many as are left, one by one
@given(RATES, PAUSES)
def test_what_is_left_can_be_taken_at_once_and_no_more(rate: Rate, pauses: list[int]) -> None:
    full_at = 0
    for now in accumulate(pauses, initial=START):
        full_at, taken = take(full_at, now, rate)
        assert len(given_at(rate, [now] * (taken.left + 1), full_at)) == taken.left


def test_each_name_has_its_own() -> None:
    buckets = Buckets(Rate(1, 3))
    assert [buckets.take("a").is_given for _ in range(4)] == [True, True, True, False]
    assert buckets.take("b").is_given


def test_where_more_are_in_use_than_it_holds_nobody_is_refused_for_others() -> None:
    buckets = Buckets(Rate(1, 1), sets=1, clock=lambda: START)
    assert all(buckets.take(f"stranger {number}").is_given for number in range(10 * WAYS))
    assert buckets.take("somebody").is_given
    assert not buckets.take("somebody").is_given


def test_processes_that_are_forked_count_together_and_lose_nothing() -> None:
    """Four of them take at the same moments from one bucket that gives 20,000."""
    plenty, each = Rate(1, 20_000), 4000
    buckets = Buckets(plenty)
    children = []
    for _ in range(4):
        child = os.fork()
        if child == 0:
            for _ in range(each):
                buckets.take("a")
            os._exit(0)
        children.append(child)
    for child in children:
        assert os.waitpid(child, 0)[1] == 0
    left = buckets.take("a").left
    assert plenty.burst - 4 * each - 1 <= left <= plenty.burst - 4 * each + 60  # what came in meanwhile
    assert list(buckets.tell().values()) == [4 * each + 1]


def test_a_process_that_is_killed_takes_no_lock_with_it() -> None:
    buckets, read, write = Buckets(Rate(1, 2), sets=1), *os.pipe()
    child = os.fork()
    if child == 0:
        buckets._lock(0)
        os.write(write, b"held")
        signal.pause()
    os.read(read, 4)
    assert buckets.take("meanwhile").is_given  # it is not waited for
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert [buckets.take("a").is_given for _ in range(3)] == [True, True, False]
