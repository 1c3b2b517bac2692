"""Replays: a few at a time, of events alone, and whoever waits for a client holds up nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from ordertrack.database.session import db
from ordertrack.live import feed, replays
from ordertrack.live.cursor import Cursor
from ordertrack.live.hub import Hub
from ordertrack.live.shares import Shares, ShareTaken
from support.recording import Interrupted, Orders, Recorder
from support.server import wait_for

EVENTS = 30


class Stalled(Recorder):
    """A client that takes nothing until it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = threading.Event()
        self.is_waited_for = threading.Event()

    def drain(self) -> bool:
        self.is_waited_for.set()
        assert self.reads.wait(20)
        return self.is_open


@pytest.fixture(autouse=True)
def small_window(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (feed, replays):
        monkeypatch.setattr(module, "WINDOW", 10)
        monkeypatch.setattr(module, "PAGE", 4)


@pytest.fixture
def hub(log: Interrupted, orders: Orders, program_orders: Orders) -> Hub:
    return Hub(log, [orders, program_orders], Shares({"replays": 3, "replays_per_key": 2}))


@pytest.fixture
def replay(hub: Hub, program_orders: Orders, head: Callable[..., Cursor]) -> Callable[..., Recorder]:
    """Have a house's program sent everything from the beginning of its log."""

    def attach(house: Any, recorder: Recorder | None = None) -> Recorder:
        recorder = recorder or Recorder()
        start = head(house)._replace(seq=0)
        hub.attach(house.program, program_orders.topic(house), start, lambda: recorder)
        return recorder

    return attach


def test_a_replay_brings_every_event_once_and_reads_no_orders(
    cedar: Any, happen: Any, replay: Any, log: Interrupted, monkeypatch: pytest.MonkeyPatch
) -> None:
    happen(cedar, EVENTS)
    orders_read: list[int] = []
    read = log.after
    monkeypatch.setattr(
        log, "after", lambda tenant, seq, limit: orders_read.append(seq) or read(tenant, seq, limit)
    )
    assert replay(cedar).seqs == list(range(1, EVENTS + 1))
    assert min(orders_read) >= EVENTS - 10, "only what the window holds is read with its orders"


def test_who_waits_for_a_client_holds_no_turn_and_no_connection(
    app: Flask, cedar: Any, rival: Any, happen: Any, replay: Any
) -> None:
    happen(cedar, EVENTS)
    happen(rival, EVENTS, restaurant="verdun")
    stalled = [Stalled() for _ in range(2)]
    with ThreadPoolExecutor(2) as waiting:
        ends = [waiting.submit(replay, cedar, one) for one in stalled]
        try:
            for one in stalled:
                assert one.is_waited_for.wait(20)
            with app.app_context():
                pool: Any = db.engine.pool
                wait_for(lambda: pool.checkedout() == 0, "the connections to be given back")
            assert replay(rival).frames
        finally:
            for one in stalled:
                one.reads.set()
        for end in ends:
            assert end.result().seqs == list(range(1, EVENTS + 1))


def test_one_key_and_one_process_replay_a_few_at_a_time(
    cedar: Any, rival: Any, happen: Any, replay: Any, hub: Hub
) -> None:
    happen(cedar, EVENTS)
    happen(rival, EVENTS, restaurant="verdun")
    stalled = [Stalled() for _ in range(3)]
    with ThreadPoolExecutor(3) as waiting:
        ends = [waiting.submit(replay, cedar, one) for one in stalled[:2]]
        try:
            for one in stalled[:2]:
                assert one.is_waited_for.wait(20)
            with pytest.raises(ShareTaken) as refused:
                replay(cedar)
            assert (refused.value.kind, refused.value.most) == ("replays_per_key", 2)
            ends.append(waiting.submit(replay, rival, stalled[2]))
            assert stalled[2].is_waited_for.wait(20)
            with pytest.raises(ShareTaken) as refused:
                replay(rival)
            assert refused.value.kind == "replays"
        finally:
            for one in stalled:
                one.reads.set()
        for end in ends:
            end.result()
    assert hub.count == 3 and not hub._shares._held
    assert replay(cedar).seqs == list(range(1, EVENTS + 1))
