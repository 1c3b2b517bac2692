"""Hosts that tell each other what they gave give together what one would, and a bounded amount more, once."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from ordertrack.web.buckets import INTERVAL, MOST_OWED, SECOND, Buckets, Rate, owe, take

ON_THE_WAY = SECOND // 5  # nanoseconds at most that a message takes
START = 1_000 * SECOND
RATES = st.builds(Rate, st.integers(1, 200), st.integers(1, 20))


class Hosts:
    """One for each of the phases, in which they tell; `delays` is how long each message is on its way."""

    def __init__(self, rate: Rate, phases: list[int], delays: Iterator[int]) -> None:
        self.rate = rate
        self.now = START
        self.given_at: list[int] = []
        self._delays = delays
        self._buckets = [Buckets(rate, b"key", 1, lambda: self.now) for _ in phases]
        self._order = count()
        self._due = [(START + phase, next(self._order), host, None) for host, phase in enumerate(phases)]
        heapq.heapify(self._due)

    def ask(self, host: int, times: int) -> None:
        for _ in range(times):
            if self._buckets[host].take("a").is_given:
                self.given_at.append(self.now)

    def wait(self, nanoseconds: int) -> None:
        until = self.now + nanoseconds
        while self._due[0][0] <= until:
            self.now, _, host, told = heapq.heappop(self._due)
            if told is None:
                self._tell(host)
                heapq.heappush(self._due, (self.now + INTERVAL, next(self._order), host, None))
            else:
                for bucket, times in told.items():
                    self._buckets[host].owe(bucket, times)
        self.now = until

    def _tell(self, host: int) -> None:
        told = self._buckets[host].tell()
        arrives = self.now + next(self._delays)
        for other in range(len(self._buckets)):
            if told and other != host:
                heapq.heappush(self._due, (arrives, next(self._order), other, told))


def deepest(given_at: list[int], rate: Rate) -> float:
    """What a single bucket of this rate must hold to have given all that at these moments."""
    level, most, before = 0.0, 0.0, START
    for moment in given_at:
        level = max(level - (moment - before) * rate.a_second / SECOND, 0.0) + 1
        most, before = max(most, level), moment
    return most


def bound(rate: Rate, hosts: int) -> float:
    unheard = (2 * INTERVAL + ON_THE_WAY) * rate.a_second / SECOND
    return rate.burst + (hosts - 1) * (rate.burst + unheard)


@given(
    st.builds(Rate, st.integers(1, 20), st.integers(1, 60)),
    st.lists(st.integers(0, INTERVAL), min_size=2, max_size=4),
    st.lists(st.integers(0, ON_THE_WAY), min_size=1, max_size=20),
    st.lists(
        st.tuples(
            st.integers(0, 2 * SECOND) | st.integers(0, SECOND // 50), st.integers(0, 3), st.integers(1, 80)
        ),
        min_size=15,
        max_size=60,
    ),
)
def test_in_no_span_do_hosts_give_more_than_one_and_what_comes_between_two_messages_of_each_other(
    rate: Rate, phases: list[int], delays: list[int], asked: list[tuple[int, int, int]]
) -> None:
    hosts = Hosts(rate, phases, (delays[number % len(delays)] for number in count()))
    for pause, host, times in asked:
        hosts.wait(pause)
        hosts.ask(host % len(phases), times)
    assert deepest(hosts.given_at, rate) <= bound(rate, len(phases)) + 1e-6


def test_who_goes_on_at_all_of_them_gets_the_rate_and_no_less() -> None:
    rate, seconds = Rate(50, 300), 60
    hosts = Hosts(rate, [0, INTERVAL // 3, INTERVAL // 2], iter(lambda: ON_THE_WAY, None))
    for step in range(seconds * 100):
        hosts.wait(SECOND // 100)
        hosts.ask(step % 3, 4)
    got = len(hosts.given_at)
    assert rate.burst + seconds * rate.a_second <= got + 1
    assert got <= bound(rate, 3) + seconds * rate.a_second
    lately = [moment for moment in hosts.given_at if moment > START + 40 * SECOND]
    assert abs(len(lately) - 20 * rate.a_second) <= 3 * (2 * INTERVAL + ON_THE_WAY) * rate.a_second / SECOND


def test_who_is_quiet_for_long_enough_finds_every_host_full_again() -> None:
    rate = Rate(10, 40)
    hosts = Hosts(rate, [0, 0], iter(lambda: 0, None))
    hosts.ask(0, 50)
    hosts.ask(1, 50)
    hosts.wait(2 * SECOND)
    before = len(hosts.given_at)
    hosts.ask(1, 50)
    assert len(hosts.given_at) == before  # it owes what both gave
    hosts.wait(8 * SECOND)
    hosts.ask(0, 50)
    assert len(hosts.given_at) == before + 40


def test_little_is_not_told_until_it_comes_to_what_flows_in_in_an_interval() -> None:
    buckets = Buckets(Rate(40, 100))
    for _ in range(9):
        buckets.take("a")
    assert buckets.tell() == {}
    buckets.take("a")
    assert list(buckets.tell().values()) == [10]
    assert buckets.tell() == {}


def test_what_was_refused_is_not_told() -> None:
    buckets = Buckets(Rate(1, 3))
    for _ in range(10):
        buckets.take("a")
    assert list(buckets.tell().values()) == [3]


@given(RATES, st.integers(0, 2**40), st.integers(0, 10**9))
def test_nobody_owes_more_than_some_bursts_whatever_is_heard(rate: Rate, filling: int, times: int) -> None:
    full_at = owe(START + filling, START, times, rate)
    most = MOST_OWED * rate.burst * rate.step
    assert START <= full_at <= START + most
    assert take(full_at, full_at, rate)[1].left == rate.burst - 1
