"""When an entry was shown, and what is lost: from what came at which screen."""

from __future__ import annotations

import math
import uuid

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from many.judging import Came, Entry, Screen, by_screen, concerns, percentile, tell

TENANT, ORDER, OTHER, HERE = (uuid.UUID(int=n) for n in range(1, 5))
KITCHEN = Screen(TENANT, frozenset({"pending", "confirmed", "preparing"}))
DISPATCH = Screen(TENANT, frozenset({"ready", "delivering"}))
GUEST = Screen(TENANT, frozenset(), ORDER)


def entry(seq: int, *statuses: str, order: uuid.UUID = ORDER, is_move: bool = True) -> Entry:
    return Entry(seq, TENANT, seq, order, HERE, frozenset(statuses), is_move)


def last(entries: list[Entry], came: dict[int, list[Came]], *screens: Screen) -> list[tuple[int | None, int]]:
    told = tell(entries, {HERE: list(enumerate(screens))}, came)
    return [(each.last, each.lost) for each in told]


@given(st.lists(st.floats(0, 1e6), min_size=1), st.sampled_from([0, 1, 50, 95, 99, 100]))
def test_a_percentile_is_a_figure_that_was_measured(figures: list[float], percent: float) -> None:
    assert percentile(figures, percent) == np.percentile(figures, percent, method="inverted_cdf")


def test_of_nothing_there_is_no_time_and_what_never_came_counts_among_the_others() -> None:
    assert percentile([], 99) == math.inf
    assert percentile([1.0] * 98 + [math.inf] * 2, 99) == math.inf
    assert percentile([1.0] * 99 + [math.inf], 99) == 1.0


def test_a_move_concerns_the_boards_that_it_leaves_and_reaches_and_the_orders_guest() -> None:
    ready = entry(1, "preparing", "ready")
    assert [concerns(ready, screen) for screen in (KITCHEN, DISPATCH, GUEST)] == [True, True, True]
    assert [concerns(entry(1, "pending"), screen) for screen in (KITCHEN, DISPATCH)] == [True, False]
    assert not concerns(entry(1, "completed", order=OTHER), GUEST)


def test_an_act_is_no_news_to_a_guest() -> None:
    strike = entry(1, "preparing", is_move=False)
    assert concerns(strike, KITCHEN) and not concerns(strike, GUEST)


def test_an_entry_is_told_when_the_last_screen_concerned_has_it() -> None:
    came = {0: [Came(10, 5, False)], 1: [Came(30, 5, False)], 2: [Came(20, 5, False)]}
    assert last([entry(5, "preparing", "ready")], came, KITCHEN, DISPATCH, GUEST) == [(30, 0)]


def test_a_later_frame_of_the_same_order_tells_it_too_and_one_of_another_order_does_not() -> None:
    entries = [entry(5, "pending"), entry(6, "pending", order=OTHER), entry(7, "pending")]
    assert last(entries[:1] + entries[2:], {0: [Came(40, 7, False)]}, KITCHEN) == [(40, 0), (40, 0)]
    assert last(entries, {0: [Came(40, 6, False)]}, KITCHEN) == [(None, 1), (40, 0), (None, 1)]


def test_all_anew_tells_whatever_was_before_it() -> None:
    entries = [entry(5, "pending"), entry(6, "pending", order=OTHER)]
    assert last(entries, {0: [Came(50, 9, True)]}, KITCHEN) == [(50, 0), (50, 0)]
    assert last(entries, {0: [Came(50, 4, True)]}, KITCHEN) == [(None, 1), (None, 1)]


def test_what_concerns_no_screen_has_no_time_and_is_not_lost() -> None:
    assert last([entry(5, "pending")], {}, DISPATCH) == [(None, 0)]


def test_each_screen_that_never_had_it_is_counted() -> None:
    ready = entry(5, "preparing", "ready")
    assert last([ready], {1: [Came(30, 5, False)]}, KITCHEN, DISPATCH, GUEST) == [(None, 2)]


def test_frames_stay_in_the_order_of_time_at_each_screen() -> None:
    rows = [(10, 1, 0, 0), (11, 1, 3, 1), (12, 2, 0, 0)]
    assert by_screen(rows) == {0: [Came(10, 1, False), Came(12, 2, False)], 3: [Came(11, 1, True)]}
