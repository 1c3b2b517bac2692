"""Replays: a few at a time, of events alone, and whoever waits for a client or in line holds up nobody."""

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
    return Hub(log, [orders, program_orders], replays=(3, 2))


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


def test_one_key_and_one_process_replay_a_few_at_a_time_and_the_others_wait_in_line(
    app: Flask, cedar: Any, rival: Any, happen: Any, replay: Any, hub: Hub
) -> None:
    happen(cedar, EVENTS)
    happen(rival, EVENTS, restaurant="verdun")
    of_cedar, of_rival = [Stalled() for _ in range(5)], [Stalled() for _ in range(3)]
    line = hub.replays.line
    with ThreadPoolExecutor(8) as waiting:
        ends = [waiting.submit(replay, cedar, one) for one in of_cedar]
        try:
            wait_for(lambda: (line.going, line.waiting) == (2, 3), "two of one key")
            ends += [waiting.submit(replay, rival, one) for one in of_rival]
            wait_for(lambda: (line.going, line.waiting) == (3, 5), "three in all")
            wait_for(
                lambda: sum(one.is_waited_for.is_set() for one in of_rival) == 1, "it, before cedar's others"
            )
            with app.app_context():
                pool: Any = db.engine.pool
                wait_for(lambda: pool.checkedout() == 0, "whoever waits to hold no connection")
            in_line = [one.written for one in (*of_cedar, *of_rival) if not one.is_waited_for.is_set()]
            assert in_line == [b""] * 5
        finally:
            for one in (*of_cedar, *of_rival):
                one.reads.set()
        told = [end.result() for end in ends]
    assert [one.seqs for one in told[:5]] == [list(range(1, EVENTS + 1))] * 5
    assert all(one.frames for one in told)
    assert hub.count == 8 and (line.going, line.waiting) == (0, 0)


def test_who_goes_while_waiting_in_line_leaves_it(
    cedar: Any, happen: Any, replay: Any, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replays, "_LOOKS_EVERY", 0.01)
    monkeypatch.setattr(replays, "_SAYS_EVERY", 0.0)
    happen(cedar, EVENTS)
    stalled, gone = [Stalled() for _ in range(2)], Recorder()
    with ThreadPoolExecutor(3) as waiting:
        ends = [waiting.submit(replay, cedar, one) for one in stalled]
        try:
            wait_for(lambda: hub.replays.line.going == 2, "two to go on")
            left = waiting.submit(replay, cedar, gone)
            wait_for(lambda: any(frame.event == "hb" for frame in gone.frames), "it to hear that it lives")
            gone.close("gone")
            left.result(20)
            assert hub.replays.line.waiting == 0 and not gone.seqs
        finally:
            for one in stalled:
                one.reads.set()
        for end in ends:
            end.result()
    assert hub.count == 2
