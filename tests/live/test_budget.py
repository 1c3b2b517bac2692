"""What a process keeps of what it told: bounded over all tenants, and nobody misses what is forgotten."""

from __future__ import annotations

import threading
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from ordertrack.database.session import tenant_context
from ordertrack.live import hub as hub_module
from ordertrack.live import listener as listener_module
from ordertrack.live.budget import Budget, weight
from ordertrack.live.cursor import Cursor
from ordertrack.live.hub import Hub
from ordertrack.live.listener import Listener
from ordertrack.monitoring import metrics
from ordertrack.orders.log import event_log
from support.cast import House
from support.recording import Interrupted, Orders, Recorder, count
from support.server import wait_for

AGE, BYTES = 120, 60_000


class Clock:
    """The time that the test says, in seconds."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def budget(clock: Clock) -> Budget:
    return Budget(AGE, BYTES, clock)


@pytest.fixture
def hub(log: Interrupted, orders: Orders, program_orders: Orders, budget: Budget) -> Hub:
    return Hub(log, [orders, program_orders], budget=budget)


def test_what_is_old_is_forgotten_though_nothing_happens(
    cedar: House, hub: Hub, budget: Budget, clock: Clock, happen: Any, watch: Any
) -> None:
    watch(cedar)
    happen(cedar, 5)
    kept = budget.bytes
    clock.now += AGE - 1
    hub.trim()
    assert budget.bytes == kept > 0
    clock.now += 2
    hub.trim()
    clock.now += hub_module.TRIM_EVERY
    hub.trim()
    assert budget.bytes == 0


def test_who_comes_back_from_before_what_is_kept_is_caught_up_from_the_log(
    cedar: House, hub: Hub, clock: Clock, happen: Any, watch: Any, head: Any
) -> None:
    watch(cedar)
    happen(cedar, 5)
    clock.now += 2 * AGE
    hub.trim()
    happen(cedar, 2)
    with count(metrics.event_reads) as reads:
        back = [watch(cedar, Cursor(head(cedar).epoch, seq)) for seq in (6, 2, 3)]
        assert reads() == 1
    assert [watcher.seqs for watcher in back] == [[7], [3, 4, 5, 6, 7], [4, 5, 6, 7]]
    assert not any(watcher.snapshots for watcher in back)


def test_of_too_much_the_oldest_of_all_tenants_is_forgotten(
    cedar: House, rival: House, hub: Hub, budget: Budget, clock: Clock, happen: Any, watch: Any, head: Any
) -> None:
    watch(cedar), watch(rival, restaurant="verdun")
    happen(cedar, 5)
    clock.now += 1
    happen(rival, 5, restaurant="verdun")
    before = budget.bytes
    clock.now += 1
    while not budget.is_spent:
        happen(rival, restaurant="verdun")
    assert before < BYTES
    hub.trim()
    assert not budget.is_spent
    with count(metrics.event_reads) as reads:
        assert watch(rival, Cursor(head(rival).epoch, head(rival).seq - 1), restaurant="verdun").seqs != []
        assert reads() == 0, "the newest is there still"
        assert watch(cedar, Cursor(head(cedar).epoch, 4)).seqs == [5]
        assert reads() == 1, "the oldest was another tenant's"


def test_whoever_is_joining_loses_nothing_of_what_is_forgotten_meanwhile(
    cedar: House, hub: Hub, log: Interrupted, clock: Clock, happen: Any, watch: Any, head: Any
) -> None:
    happen(cedar, 9)
    epoch = head(cedar).epoch

    def forget() -> None:
        clock.now += 2 * AGE
        trimming = threading.Thread(target=hub.trim)
        trimming.start()
        trimming.join(10)
        assert not trimming.is_alive(), "it waits for nobody"

    log.after_page.append(forget)
    assert watch(cedar, Cursor(epoch, 0)).seqs == list(range(1, 10))


@pytest.mark.parametrize("how", ["they leave", "a new epoch begins"])
def test_what_nobody_can_ask_for_any_more_is_given_back(
    cedar: House, hub: Hub, budget: Budget, happen: Any, watch: Any, head: Any, begin_epoch: Any, how: str
) -> None:
    watchers = [watch(cedar), watch(cedar, restaurant="jounieh")]
    happen(cedar, 5)
    watchers.append(watch(cedar, Cursor(head(cedar).epoch, 1)))
    assert budget.bytes > 0
    if how == "a new epoch begins":
        begin_epoch(cedar)
        hub.verify()
        assert budget.bytes == sum(len(each.snapshots[-1].data.encode()) for each in watchers[:2]) + 2 * len(
            f"id: {head(cedar)}\nevent: snapshot\ndata: \n\n"
        )
    for watcher in watchers:
        watcher.close("gone")
    hub.pulse()
    assert budget.bytes == 0


def test_the_count_stays_right_whatever_is_rendered_read_and_forgotten(
    cedar: House, hub: Hub, budget: Budget, clock: Clock, happen: Any, watch: Any, head: Any
) -> None:
    watch(cedar)
    for seq in range(1, 12):
        happen(cedar, restaurant=("hamra", "jounieh")[seq % 2])
        clock.now += 15
        watch(cedar, Cursor(head(cedar).epoch, seq // 2), restaurant="jounieh")
        hub.refresh(cedar.tenant_id, "orders")
        hub.trim()
        tenant = hub._tenant(cedar.tenant_id)
        feed = tenant._feed
        assert feed is not None
        window = sum(entry.size for entry in feed._window)
        missed = sum(len(each) for _, each in feed._missed.values())
        snapshots = sum(len(each._snapshot[1]) for each in tenant.topics if each._snapshot)
        assert budget.bytes == window + missed + snapshots
        assert all(entry.second is not None for entry in feed._window)


def test_the_memory_that_is_kept_is_shown(
    cedar: House, hub: Hub, budget: Budget, happen: Any, watch: Any
) -> None:
    watch(cedar)
    happen(cedar, 3)
    hub.trim()
    assert metrics.kept_bytes._value.get() == budget.bytes > 0


def test_a_changes_weight_is_the_memory_that_it_takes(
    app: Flask, cedar: House, place: Callable[..., Any]
) -> None:
    for _ in range(50):
        place(cedar)
    with tenant_context(app, cedar.tenant_id):
        event_log.changes_after(cedar.tenant_id, 0, 50)
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        changes = event_log.changes_after(cedar.tenant_id, 0, 50)
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    counted = sum(map(weight, changes))
    assert len(changes) == 50
    assert 0.7 < counted / (after - before) < 1.3


def test_a_listener_forgets_also_while_it_is_deaf(
    cedar: House, hub: Hub, budget: Budget, clock: Clock, happen: Any, watch: Any, monkeypatch: Any
) -> None:
    def nowhere() -> Any:
        raise OSError("no way to the database")

    monkeypatch.setattr(listener_module, "HEARTBEAT", 0.02)
    recorder: Recorder = watch(cedar)
    happen(cedar)
    clock.now += 2 * AGE
    listener = Listener(hub, nowhere, {}, hub.recover, lambda _channel, _payload: None)
    listener.start()
    wait_for(lambda: budget.bytes == 0, "what is old to be forgotten")
    assert [frame.event for frame in recorder.frames].count("hb") == 1
    listener.stop()
