"""A share for each: what one holder may have open is theirs, and their streams' ends give it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordertrack.live.hub import Hub
from ordertrack.live.shares import LASTS, Elsewhere, Holder, Shares, ShareTaken
from support.recording import Interrupted, Orders, Recorder

MINE, YOURS, OURS = (
    Holder("streams_per_key", "mine"),
    Holder("streams_per_key", "yours"),
    Holder("streams_per_address", "ours"),
)


@pytest.fixture
def hub(log: Interrupted, orders: Orders) -> Hub:
    return Hub(log, [orders], Shares({"streams_per_key": 2, "streams_per_address": 3}))


def attach(
    hub: Hub, house: Any, orders: Orders, *holders: Holder, recorder: Recorder | None = None
) -> Recorder:
    recorder = recorder or Recorder()
    hub.attach(house.maya.principal, orders.topic(house, "hamra"), None, lambda: recorder, holders)
    return recorder


def test_who_has_all_of_a_share_open_is_refused_and_nobody_else(cedar: Any, hub: Hub, orders: Orders) -> None:
    for _ in range(2):
        attach(hub, cedar, orders, MINE)
    with pytest.raises(ShareTaken) as refused:
        attach(hub, cedar, orders, MINE)
    assert (refused.value.kind, refused.value.most) == ("streams_per_key", 2)
    attach(hub, cedar, orders, YOURS)
    attach(hub, cedar, orders, Holder("streams_per_session", "of no limit"))
    assert hub.count == 4


def test_every_holder_of_a_stream_must_have_room(cedar: Any, hub: Hub, orders: Orders) -> None:
    attach(hub, cedar, orders, MINE, OURS)
    attach(hub, cedar, orders, YOURS, OURS)
    last = attach(hub, cedar, orders, OURS)
    with pytest.raises(ShareTaken):
        attach(hub, cedar, orders, YOURS, OURS)
    last.close("gone")
    attach(hub, cedar, orders, YOURS, OURS)  # so the refusal had taken nothing of YOURS


def test_a_stream_that_ends_gives_its_share_back_however_it_ends(
    cedar: Any, hub: Hub, orders: Orders, log: Interrupted, monkeypatch: pytest.MonkeyPatch
) -> None:
    for why in ("gone", "slow", "lifetime"):
        for recorder in [attach(hub, cedar, orders, MINE) for _ in range(2)]:
            recorder.close(why)
            recorder.close(why)
    attach(hub, cedar, orders, MINE, recorder=Recorder(breaks_after=0))
    attach(hub, cedar, orders, MINE, recorder=Recorder(breaks_after=0))
    with monkeypatch.context() as broken:
        broken.setattr(orders, "snapshot", lambda *_: 1 / 0)
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                attach(Hub(log, [orders], hub.shares), cedar, orders, MINE)
    assert hub.count == 0 and not hub.shares._held
    attach(hub, cedar, orders, MINE)


class Process:
    """One of several that tell each other of a holder's streams; the numbers stand for the holders' names."""

    def __init__(self, most: int) -> None:
        self.elsewhere = Elsewhere(lambda: 0.0)
        self.shares = Shares({"streams_per_key": most})
        self.shares.elsewhere = lambda holder: self.elsewhere.count(hash(holder))
        self.held = self.opened_untold = 0

    def open(self) -> bool:
        try:
            self.shares.take([MINE])
        except ShareTaken:
            return False
        self.held += 1
        self.opened_untold += 1
        return True

    def close(self) -> None:
        if self.held:
            self.shares.give_back([MINE])
            self.held -= 1

    def tell(self, others: Sequence[Process], *, all_again: bool) -> None:
        told = {hash(holder): many for holder, many in self.shares.tell(all_again=all_again).items()}
        self.opened_untold = 0
        for other in others:
            other.elsewhere.hear(str(id(self)), told)


@given(
    st.integers(1, 40),
    st.lists(
        st.tuples(
            st.integers(0, 3), st.sampled_from(["open", "close", "tell", "tell all"]), st.integers(1, 15)
        )
    ),
)
def test_a_process_lets_in_up_to_the_share_an_eighth_for_each_other_and_what_those_have_not_told_yet(
    most: int, steps: list[tuple[int, str, int]]
) -> None:
    processes = [Process(most) for _ in range(4)]
    for number, act, times in steps:
        process = processes[number]
        others = [other for other in processes if other is not process]
        for _ in range(times):
            if act == "close":
                process.close()
            elif act != "open":
                process.tell(others, all_again=act == "tell all")
            elif process.open():
                unknown = sum(most / 8 + other.opened_untold for other in others)
                assert sum(each.held for each in processes) <= most + unknown


def test_who_has_little_is_not_told_of_and_who_no_longer_has_much_is_once() -> None:
    shares = Shares({"streams_per_key": 24})
    for _ in range(2):
        shares.take([MINE])
    assert shares.tell() == {}
    shares.take([MINE])
    assert shares.tell() == {MINE: 3}
    assert shares.tell() == {}
    assert shares.tell(all_again=True) == {MINE: 3}
    shares.give_back([MINE])
    assert shares.tell(all_again=True) == {MINE: 0}
    assert shares.tell(all_again=True) == {}


def test_what_a_process_that_died_had_is_free_again_soon() -> None:
    now = 0.0
    elsewhere = Elsewhere(lambda: now)
    elsewhere.hear("dead", {7: 5})
    elsewhere.hear("alive", {7: 3})
    assert elsewhere.count(7) == 8
    now = LASTS
    elsewhere.hear("alive", {7: 2})
    elsewhere.forget_old()
    assert elsewhere.count(7) == 2
    elsewhere.hear("alive", {7: 0})
    elsewhere.forget_old()
    assert not elsewhere._counts
