"""News that no event tells of: every screen is shown it, no position moves, and nothing old comes back."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest

from ordertrack.live.cursor import Cursor
from ordertrack.live.hub import Hub
from ordertrack.live.topics import Message
from ordertrack.monitoring import metrics
from support.recording import count
from support.server import wait_for

AFTER = ", anew"


@pytest.fixture
def change(orders: Any) -> Any:
    """Change a setting that every message shows."""

    def change_it(to: str = AFTER) -> None:
        orders.setting = to

    return change_it


def test_every_watched_topic_of_the_channel_is_told_all_anew(
    cedar: Any, hub: Hub, happen: Any, watch: Any, change: Any
) -> None:
    happen(cedar, 2)
    watchers = [watch(cedar), watch(cedar, restaurant="jounieh")]
    change()
    hub.refresh(cedar.tenant_id, "orders")
    assert [watcher.frames[-1].data for watcher in watchers] == [
        "all of hamra at 2, anew",
        "all of jounieh at 2, anew",
    ]


def test_with_a_key_only_that_topic_is(cedar: Any, rival: Any, hub: Hub, watch: Any, change: Any) -> None:
    hamra, jounieh = watch(cedar), watch(cedar, restaurant="jounieh")
    theirs = watch(rival, restaurant="hamra")
    before = jounieh.written, theirs.written
    change()
    hub.refresh(cedar.tenant_id, "orders", "hamra")
    assert hamra.snapshots[-1].data == "all of hamra at 0, anew"
    assert (jounieh.written, theirs.written) == before


def test_a_topic_is_rendered_once_however_many_watch_it_and_not_at_all_if_nobody_does(
    cedar: Any, hub: Hub, happen: Any, watch: Any
) -> None:
    happen(cedar)
    watchers = [watch(cedar) for _ in range(50)]
    watch(cedar, restaurant="jounieh").close("gone")
    with count(metrics.snapshots, channel="orders") as rendered:
        hub.refresh(cedar.tenant_id, "orders")
        assert rendered() == 1
        watch(cedar)
        assert rendered() == 1, "whoever joins is given the same"
    told = {re.sub(rb"data: \d+", b"", watcher.written) for watcher in watchers}
    assert len(told) == 1  # but for the time that the heartbeat which greets each says
    with count(metrics.snapshots, channel="orders") as rendered:
        hub.refresh(cedar.tenant_id, "program")
        assert rendered() == 0


def test_no_position_is_told_twice_and_none_that_nobody_has_reached(
    cedar: Any, hub: Hub, happen: Any, watch: Any, head: Any
) -> None:
    happen(cedar)
    watcher = watch(cedar, head(cedar))
    hub.refresh(cedar.tenant_id, "orders")
    happen(cedar, restaurant="jounieh")  # no news to hamra
    hub.refresh(cedar.tenant_id, "orders")
    hub.refresh(cedar.tenant_id, "orders")
    happen(cedar, wake=False)  # nobody here has read of it
    hub.refresh(cedar.tenant_id, "orders")
    hub.wake(cedar.tenant_id)
    told = [(frame.event, frame.id and frame.id.seq) for frame in watcher.frames]
    assert told == [
        ("hb", 1),
        ("snapshot", None),
        ("snapshot", 2),
        ("snapshot", None),
        ("snapshot", None),
        (None, 3),
    ]


def test_whoever_joins_afterwards_is_shown_nothing_that_was_rendered_before(
    cedar: Any, hub: Hub, happen: Any, watch: Any, head: Any, change: Any
) -> None:
    happen(cedar)
    watch(cedar)
    happen(cedar, 2)
    change()
    hub.refresh(cedar.tenant_id, "orders")
    back = watch(cedar, Cursor(head(cedar).epoch, 1))
    new = watch(cedar)
    assert [frame.data for frame in back.frames if frame.event is None] == [
        "2 pending, anew",
        "3 pending, anew",
    ]
    assert [frame.data for frame in new.snapshots] == ["all of hamra at 3, anew"]


def test_that_holds_too_if_nobody_was_watching_at_that_moment(
    cedar: Any, hub: Hub, happen: Any, watch: Any, head: Any, change: Any
) -> None:
    happen(cedar)
    leaving = watch(cedar)
    happen(cedar)
    leaving.close("gone")
    change()
    hub.refresh(cedar.tenant_id, "orders")
    back = watch(cedar, Cursor(head(cedar).epoch, 1))
    assert [frame.data for frame in back.frames if frame.event is None] == ["2 pending, anew"]
    assert watch(cedar).snapshots[-1].data == "all of hamra at 2, anew"


def test_the_next_event_comes_after_it_as_usual(cedar: Any, hub: Hub, happen: Any, watch: Any) -> None:
    watcher = watch(cedar)
    hub.refresh(cedar.tenant_id, "orders")
    happen(cedar, 2)
    hub.refresh(cedar.tenant_id, "orders")
    happen(cedar)
    assert watcher.seqs == [1, 2, 3]


def test_what_cannot_be_refreshed_loses_its_stream_and_everything_else_goes_on(
    cedar: Any, hub: Hub, happen: Any, watch: Any, orders: Any, program_orders: Any
) -> None:
    lost, program = watch(cedar), watch(cedar, channel=program_orders)
    orders.fails = True
    hub.refresh(cedar.tenant_id, "orders")
    assert (lost.closed_because, program.is_open) == ("error", True)
    orders.fails = False
    back = watch(cedar)
    happen(cedar)
    assert back.seqs == program.seqs == [1]


def test_a_tenant_that_nobody_watches_costs_nothing(cedar: Any, hub: Hub, log: Any) -> None:
    log.after_head.append(lambda: pytest.fail("the database was asked"))
    hub.refresh(cedar.tenant_id, "orders")


def test_while_events_storm_every_watcher_hears_each_once_and_in_order(
    cedar: Any, hub: Hub, happen: Any, watch: Any
) -> None:
    watchers = [watch(cedar) for _ in range(4)]
    is_over = threading.Event()

    def refresh() -> None:
        while not is_over.is_set():
            hub.refresh(cedar.tenant_id, "orders")

    refreshing = threading.Thread(target=refresh)
    refreshing.start()
    for _ in range(30):
        happen(cedar)
    is_over.set()
    refreshing.join(10)
    wait_for(lambda: all(len(watcher.seqs) == 30 for watcher in watchers), "every event")
    assert all(watcher.seqs == list(range(1, 31)) for watcher in watchers)
    positions = [frame.id.seq for frame in watchers[0].frames if frame.id is not None]
    assert positions == sorted(set(positions)), "no position came twice"


def test_a_message_without_an_event_goes_to_its_topic_alone_and_makes_the_kept_snapshot_old(
    cedar: Any, hub: Hub, happen: Any, watch: Any, change: Any
) -> None:
    happen(cedar, 2)
    watcher, other = watch(cedar), watch(cedar, restaurant="jounieh")
    before = len(other.frames)
    change()
    hub.tell(cedar.tenant_id, "orders", "hamra", Message("what differs"))
    assert (watcher.frames[-1].data, watcher.frames[-1].id) == ("what differs", None)
    assert len(other.frames) == before
    assert watch(cedar).frames[0].data == "all of hamra at 2, anew"
