"""Joining, leaving and coming back in the middle of a storm of writes: nothing missed, nothing twice."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from ordertrack.live.cursor import Cursor
from ordertrack.live.hub import Hub
from ordertrack.streams.sse import EventLog
from support.cast import House
from support.recording import Orders, Recorder
from support.server import wait_for

SEED = 4_711
WRITERS, WATCHERS, ORDERS = 4, 6, 12

Confirm = Callable[[House, Any], None]


class Screen:
    """A page that loses its stream at random and comes back with the last position it heard of."""

    def __init__(self, hub: Hub, house: House, channel: Orders, start: Cursor, seed: str) -> None:
        self.hub = hub
        self.house = house
        self.channel = channel
        self.position = start
        self.random = random.Random(seed)
        self.heard: list[int] = []
        self.joins = 0

    def watch_until(self, is_over: threading.Event) -> None:
        while not is_over.is_set():
            stay = self.random.random() * 0.03
            self._stay(lambda _recorder, stay=stay: is_over.wait(stay))

    def catch_up_to(self, head: int) -> None:
        while self.position.seq < head:  # cut once more on the way, it comes back once more

            def is_done(recorder: Recorder) -> bool:
                return not recorder.is_open or self._position_of(recorder).seq >= head

            self._stay(lambda recorder: wait_for(lambda: is_done(recorder), "the last event"))

    def _stay(self, wait: Callable[[Recorder], Any]) -> None:
        breaks_after = self.random.choice([None, None, 200, 500])
        recorder = Recorder(breaks_after=breaks_after if self.joins % 2 else None)
        topic = self.channel.topic(self.house)
        self.hub.attach(self.house.maya.principal, topic, self.position, lambda: recorder)
        self.joins += 1
        wait(recorder)
        recorder.close("gone")
        assert recorder.snapshots == [], "a short absence is caught up from the log"
        self.heard += recorder.seqs
        self.position = self._position_of(recorder)

    def _position_of(self, recorder: Recorder) -> Cursor:
        return max((frame.id for frame in recorder.frames if frame.id is not None), default=self.position)


@pytest.mark.parametrize("turn", range(3))
def test_every_screen_hears_every_event_once_and_in_order_however_often_it_comes_back(
    app: Flask, cedar: House, happen: Any, head: Any, confirm: Confirm, turn: int
) -> None:
    happen(cedar, wake=False)
    start = head(cedar)
    channel = Orders()
    hub = Hub(EventLog(app), [channel])
    is_over, is_written = threading.Event(), threading.Event()
    screens = [Screen(hub, cedar, channel, start, f"{SEED} turn {turn} screen {n}") for n in range(WATCHERS)]

    def write(_writer: int) -> None:
        for _ in range(ORDERS):
            (order_id,) = happen(cedar, wake=False)
            confirm(cedar, order_id)

    def listen() -> None:
        """Wakes the hub as notifications do: now and then, with positions that jump."""
        while not is_written.is_set():
            hub.wake(cedar.tenant_id, head(cedar).seq)
        hub.wake(cedar.tenant_id, head(cedar).seq)  # also if nobody is watching at this moment

    with ThreadPoolExecutor(WRITERS + WATCHERS + 1) as pool:
        watching = [pool.submit(screen.watch_until, is_over) for screen in screens]
        listening = pool.submit(listen)
        for writing in [pool.submit(write, n) for n in range(WRITERS)]:
            writing.result(60)
        is_written.set()
        is_over.set()
        for done in (*watching, listening):
            done.result(60)
    end = head(cedar).seq
    for screen in screens:
        screen.catch_up_to(end)
        assert screen.heard == list(range(start.seq + 1, end + 1))
    assert end == 1 + 2 * WRITERS * ORDERS
    assert sum(screen.joins for screen in screens) > 4 * WATCHERS, "the screens did come and go"
    assert hub.count == 0
