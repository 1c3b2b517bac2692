"""An evening of the bench: Poisson arrivals, the mix of the house, and no order before its own past."""

from __future__ import annotations

import itertools
import math
import re
import uuid
from collections import Counter, defaultdict
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from many import evening
from many.evening import APART, AT_A_TIME, LIFE, NEW, Planned
from many.town import Life, Place

SIGMAS = (
    5  # of the binomial and Poisson counts below: one run in a million fails by chance, and seeds are fixed
)


def town(places: int, orders: int) -> list[Place]:
    return [
        Place(n, uuid.UUID(int=n), n, uuid.UUID(int=n), ["Cookie: a", "Cookie: b", "Cookie: c"],
              [Life(uuid.UUID(int=n * 100_000 + k)) for k in range(orders)])
        for n in range(1, places + 1)
    ]  # fmt: skip


def order_of(planned: Planned) -> str | None:
    """The order that a request moves; None where it places one."""
    path = planned.sent.split(b" ", 2)[1].decode()
    return None if path.startswith("/api/") else path.split("/")[2]


def step_of(planned: Planned) -> tuple[str, str]:
    """What a tap asks for and the status that it says it sees, as LIFE has them."""
    body = planned.sent.partition(b"\r\n\r\n")[2].decode()
    what, _, rest = body.partition("&seen=")
    return what.partition("=")[2].removesuffix("&despite_open_lines=1"), rest.partition("&")[0]


@given(
    places=st.integers(1, 30),
    orders=st.integers(0, 12),
    rate=st.floats(1, 300),
    seed=st.integers(0, 2**32),
)
@settings(max_examples=60, deadline=None)
def test_each_order_lives_one_life_in_its_order_and_never_faster_than_a_hand(
    places: int, orders: int, rate: float, seed: int
) -> None:
    planned = evening.plan(town(places, orders), rate, 10, "play", Random(seed))
    moments = [each.at for each in planned]
    assert moments == sorted(moments) and all(0 < at < 10 for at in moments)
    lives: dict[str, list[int]] = defaultdict(list)
    for nth, each in enumerate(planned):
        if (order := order_of(each)) is None:
            assert each.after == -1
        else:
            assert each.after == (lives[order][-1] if lives[order] else -1)
            lives[order].append(nth)
    for life in lives.values():
        assert [step_of(planned[nth]) for nth in life] == list(LIFE[: len(life)])
        times = [planned[nth].at for nth in life]
        assert all(after - before > APART for before, after in itertools.pairwise(times))


def test_of_a_restaurants_orders_so_many_are_moved_at_a_time_as_have_guests() -> None:
    places = town(1, 40)
    evening.plan(places, 10, 10, "play", Random(1))
    begun = [life for life in places[0].lives if 0 < life.step < len(LIFE)]
    assert 0 < len(begun) <= AT_A_TIME


def test_every_request_says_which_one_it_is() -> None:
    planned = evening.plan(town(5, 12), 50, 20, "play7", Random(2))
    said = [re.search(rb'tap(?:=|": ")(play7x\d+)', each.sent) for each in planned]
    assert [found and found[1] for found in said] == [b"play7x%d" % nth for nth in range(len(planned))]


def test_arrivals_are_poisson() -> None:
    rate, seconds = 200.0, 100.0
    planned = evening.plan(town(100, 20), rate, seconds, "play", Random(3))
    expected = rate * seconds
    assert abs(len(planned) - expected) < SIGMAS * math.sqrt(expected)
    moments = [each.at for each in planned]
    gaps = [after - before for before, after in itertools.pairwise([0.0, *moments])]
    mean = sum(gaps) / len(gaps)
    spread = math.sqrt(sum((gap - mean) ** 2 for gap in gaps) / len(gaps))
    assert abs(spread / mean - 1) < 0.05  # of an exponential distribution both are the same
    longer = sum(gap > mean for gap in gaps) / len(gaps)
    assert abs(longer - math.exp(-1)) < SIGMAS * math.sqrt(0.25 / len(gaps))


def test_the_mix_is_one_new_order_to_five_moves_and_three_acts() -> None:
    assert [what.startswith(("strike", "assign")) for what, _ in LIFE].count(True) == 3
    assert len(LIFE) == 8 and NEW == 1 / 9
    planned = evening.plan(town(400, 60), 400, 100, "play", Random(4))
    kinds = Counter(
        "new" if order_of(each) is None else "act" if b"/actions " in each.sent else "move"
        for each in planned
    )
    for kind, part in (("new", 1 / 9), ("move", 5 / 9), ("act", 3 / 9)):
        # Not all lives have ended when the play does: the first steps are a little more.
        assert abs(kinds[kind] / len(planned) - part) < 0.03, kinds


def test_all_restaurants_have_their_part() -> None:
    planned = evening.plan(town(50, 30), 500, 40, "play", Random(5))
    moved = Counter(int(uuid.UUID(order)) // 100_000 for each in planned if (order := order_of(each)))
    assert set(moved) == set(range(1, 51))
    fair = sum(moved.values()) / 50
    assert max(abs(count - fair) for count in moved.values()) < SIGMAS * math.sqrt(fair)


@given(st.lists(st.tuples(st.floats(0, 1000), st.integers(-1, 50), st.binary(max_size=40)), max_size=20))
def test_what_is_written_is_what_was_planned(requests: list[tuple[float, int, bytes]]) -> None:
    written = evening.write([Planned(*each) for each in requests])
    read = []
    while written:
        head, _, written = written.partition(b"\n")
        micros, after, length = map(int, head.split())
        read.append((micros, after, written[:length]))
        written = written[length:]
    assert read == [(int(at * 1e6), after, sent) for at, after, sent in requests]
