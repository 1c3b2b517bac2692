"""A share for each: what one holder may have open is theirs, and their streams' ends give it back."""

from __future__ import annotations

from typing import Any

import pytest

from ordertrack.live.hub import Hub
from ordertrack.live.shares import Holder, Shares, ShareTaken
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
                attach(Hub(log, [orders], hub._shares), cedar, orders, MINE)
    assert hub.count == 0 and not hub._shares._held
    attach(hub, cedar, orders, MINE)
