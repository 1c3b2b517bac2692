"""The lookout: what it cannot see for long is not said to be current, and nothing that is stuck stops it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from live.holding import held
from live.test_listener import Line
from ordertrack.database.channels import EVENTS_CHANNEL
from ordertrack.live import lookout, tenant_hub
from ordertrack.live.hub import Hub
from ordertrack.live.listener import Listener, wake_handler
from support.cast import House
from support.recording import Interrupted, Recorder
from support.server import wait_for


class Fickle(Interrupted):
    """The real log, which cannot be read, or not to its end, or for ever, as a test likes."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        self.is_away = False
        self.unreadable: Any = None
        self.may_answer = threading.Event()
        self.may_answer.set()

    def heads(self, tenant_ids: Any) -> Any:
        self.may_answer.wait(60)
        if self.is_away:
            raise ConnectionError("no way to the database")
        return super().heads(tenant_ids)

    def after(self, tenant_id: Any, seq: int, limit: int) -> list[Any]:
        if tenant_id == self.unreadable:
            raise ConnectionError("not this one")
        return super().after(tenant_id, seq, limit)


@pytest.fixture
def log(app: Flask) -> Fickle:
    return Fickle(app)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tenant_hub, "CURRENT_FOR", 1.0)
    monkeypatch.setattr(lookout, "CURRENT_FOR", 1.0)
    monkeypatch.setattr(lookout, "EVERY", 0.05)
    monkeypatch.setattr(lookout, "RESTS_TIMES", 1)


@pytest.fixture
def lookout_of(hub: Hub) -> Iterator[lookout.Lookout]:
    made = lookout.Lookout(hub)
    made.start()
    yield made
    made.stop()
    wait_for(lambda: "lookout" not in {thread.name for thread in threading.enumerate()}, "its end")


def beats(hub: Hub, watcher: Recorder) -> int:
    """How many heartbeats one pulse brings."""
    before = sum(frame.event == "hb" for frame in watcher.frames)
    hub.pulse()
    return sum(frame.event == "hb" for frame in watcher.frames) - before


def test_heartbeats_stop_where_the_log_cannot_be_looked_at_and_begin_again_with_it(
    cedar: House, hub: Hub, log: Fickle, watch: Any, lookout_of: lookout.Lookout
) -> None:
    watcher = watch(cedar)
    wait_for(lambda: beats(hub, watcher) == 1 and lookout_of.is_current, "a heartbeat")
    log.is_away = True
    wait_for(lambda: beats(hub, watcher) == 0 and not lookout_of.is_current, "silence")
    assert watcher.is_open
    log.is_away = False
    wait_for(lambda: beats(hub, watcher) == 1 and lookout_of.is_current, "a heartbeat")


def test_who_joins_while_nobody_could_look_is_told_of_what_is_true_now_or_not_let_in(
    cedar: House, hub: Hub, log: Fickle, watch: Any, happen: Any, lookout_of: lookout.Lookout
) -> None:
    first = watch(cedar)
    log.is_away = True
    wait_for(lambda: beats(hub, first) == 0, "silence")
    happen(cedar, wake=False)
    log.unreadable = cedar.tenant_id
    with pytest.raises(ConnectionError):
        watch(cedar)
    log.unreadable = None
    second = watch(cedar)
    assert first.seqs == [1]
    assert second.snapshots[-1].id.seq == 1 or second.seqs == [1]


def test_a_house_whose_log_cannot_be_read_on_is_silent_and_its_neighbour_is_not(
    cedar: House, rival: House, hub: Hub, log: Fickle, watch: Any, happen: Any, lookout_of: lookout.Lookout
) -> None:
    ours, theirs = watch(cedar), watch(rival, restaurant=rival.restaurants[0])
    log.unreadable = cedar.tenant_id
    happen(cedar, wake=False)
    happen(rival, restaurant=rival.restaurants[0], wake=False)
    wait_for(lambda: theirs.seqs == [1], "the neighbour's event")
    wait_for(lambda: beats(hub, ours) == 0, "silence")
    wait_for(lambda: beats(hub, theirs) == 1, "the neighbour's heartbeat")
    log.unreadable = None
    wait_for(lambda: ours.seqs == [1] and beats(hub, ours) == 1, "what was missed")


def test_a_house_that_is_being_told_something_for_long_keeps_no_other_from_being_looked_at(
    cedar: House, rival: House, hub: Hub, watch: Any, happen: Any, lookout_of: lookout.Lookout
) -> None:
    watch(cedar)
    theirs = watch(rival, restaurant=rival.restaurants[0])
    with held(hub, cedar):
        happen(cedar, wake=False)
        happen(rival, restaurant=rival.restaurants[0], wake=False)
        wait_for(lambda: theirs.seqs == [1], "the neighbour's event")


Listen = Callable[[dict[str, Callable[[str], None]]], Listener]


@pytest.fixture
def listen(hub: Hub, log: Fickle, app: Flask) -> Iterator[Listen]:
    """A listener that is connected, with what it is to do with what it hears."""
    line = Line(app, app.extensions["bus"])
    made: list[Listener] = []

    def start(channels: dict[str, Callable[[str], None]]) -> Listener:
        made.append(Listener(hub, line.connect, channels, lambda: None, line.notify))
        made[0].start()
        wait_for(lambda: made[0].is_connected, "the listener to connect")
        return made[0]

    yield start
    log.may_answer.set()
    made[0].stop()
    line.cut()
    names = {"listener", "heartbeat", "lookout"}
    wait_for(lambda: not names & {thread.name for thread in threading.enumerate()}, "the listener's threads")


def test_a_listener_that_is_stuck_does_not_stop_the_lookout(
    cedar: House, watch: Any, happen: Any, listen: Listen
) -> None:
    stuck, go_on = threading.Event(), threading.Event()

    def hear(_payload: str) -> None:
        stuck.set()
        go_on.wait(60)

    listen({EVENTS_CHANNEL: hear})
    watcher = watch(cedar)
    happen(cedar, wake=False)
    assert stuck.wait(20)
    happen(cedar, wake=False)
    wait_for(lambda: watcher.seqs == [1, 2], "both events")
    go_on.set()


def test_a_lookout_that_is_stuck_does_not_stop_the_listener(
    cedar: House, hub: Hub, log: Fickle, watch: Any, happen: Any, listen: Listen
) -> None:
    log.may_answer.clear()
    watcher = watch(cedar)
    listen({EVENTS_CHANNEL: wake_handler(hub)})
    happen(cedar, 2, wake=False)
    wait_for(lambda: watcher.seqs == [1, 2], "both events")
