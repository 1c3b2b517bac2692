"""Heartbeats: every topic's once an interval, and each at a moment of its own."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ordertrack.live import tenant_hub
from ordertrack.live.hub import Hub
from ordertrack.live.pulses import ALL, SLOTS, Pace, slot_of
from ordertrack.live.topics import Topic
from support.cast import House
from support.recording import Recorder

INTERVAL = 15.0
STEP = INTERVAL / SLOTS


@settings(deadline=None)
@given(st.floats(0, 1e6), st.lists(st.floats(0, 2 * STEP), min_size=1, max_size=300))
def test_no_share_is_left_out_for_longer_than_an_interval_however_the_looks_fall(
    start: float, pauses: list[float]
) -> None:
    pace, now = Pace(INTERVAL, start), start
    told = dict.fromkeys(ALL, start)
    for pause in pauses:
        now += pause
        for slot in pace.due(now):
            told[slot] = now
        assert all(now - at < INTERVAL + STEP + pause for at in told.values())


@settings(deadline=None)
@given(st.floats(0, 1e6), st.floats(STEP / 4, 4 * STEP))
def test_every_share_is_due_once_an_interval_and_few_of_them_together(start: float, tick: float) -> None:
    pace, now = Pace(INTERVAL, start), start
    times: dict[int, list[float]] = {slot: [] for slot in ALL}
    while now < start + 4 * INTERVAL:
        now += tick
        due = pace.due(now)
        assert len(due) <= tick / STEP + 1
        for slot in due:
            times[slot].append(now)
    for at in times.values():
        assert all(
            INTERVAL - tick - 1e-6 <= late - early <= INTERVAL + tick + 1e-6 for early, late in pairwise(at)
        )


def test_after_a_time_without_looks_everybody_is_due_and_once() -> None:
    pace = Pace(INTERVAL, 100.0)
    assert set(pace.due(100.0 + 3 * INTERVAL)) == set(ALL)
    assert set(pace.due(100.0 + 3 * INTERVAL)) == set()


def test_the_topics_of_a_chain_are_spread_over_the_slots() -> None:
    topics = [
        Topic(uuid.uuid4(), channel, f"{uuid.uuid4()}:en")
        for _ in range(3000)
        for channel in ("kitchen", "dispatch", "tracking")
    ]
    slots = Counter(map(slot_of, topics))
    assert len(slots) == SLOTS
    assert max(slots.values()) < 2 * len(topics) / SLOTS


def test_a_pulse_reaches_the_topics_of_its_slots_and_no_others(cedar: House, hub: Hub, watch: Any) -> None:
    watchers = {name: watch(cedar, restaurant=name) for name in map(str, range(100))}
    beats = {name: len(watcher.frames) for name, watcher in watchers.items()}
    for slot in ALL:
        hub.pulse([slot])
        for name, watcher in watchers.items():
            heard = len(watcher.frames) - beats[name]
            assert heard == (slot_of(Topic(cedar.tenant_id, "orders", name)) <= slot)


def test_a_topic_of_many_watchers_lets_others_in_between_them(
    cedar: House, hub: Hub, watch: Any, happen: Any, head: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nobody is sent back to where they stood when it began."""
    monkeypatch.setattr(tenant_hub, "PIECE", 3)
    happen(cedar)
    watchers: list[Recorder] = [watch(cedar, head(cedar)) for _ in range(8)]
    happen(cedar, restaurant="jounieh")
    pulse = hub._tenant(cedar.tenant_id).pulse(("orders", "hamra"), time.monotonic())
    next(pulse)
    assert sum(watcher.frames[-1].event == "hb" and len(watcher.frames) == 2 for watcher in watchers) == 3
    happen(cedar)
    watchers[0].close("gone")
    assert len(list(pulse)) == 2
    for watcher in watchers[1:]:
        positions = [frame.id.seq for frame in watcher.frames if frame.id is not None]
        assert positions == sorted(set(positions))
        assert positions[-1] == 3
        assert [frame.event for frame in watcher.frames].count("hb") == 2
