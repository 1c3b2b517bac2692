"""Joining: from a cursor without gap or repeat, from anything else with a snapshot."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask

from ordertrack.live import tenant_hub
from ordertrack.live.cursor import Cursor
from ordertrack.live.feed import WINDOW
from ordertrack.live.hub import Hub
from ordertrack.live.replays import PAGE
from ordertrack.monitoring import metrics
from ordertrack.tenants import accounts
from ordertrack.tenants.staff import staff_accounts
from support.recording import Recorder, count


def test_whoever_comes_without_a_cursor_gets_everything_and_the_position(
    cedar: Any, happen: Any, watch: Any, head: Any
) -> None:
    happen(cedar, 3)
    frames = watch(cedar).frames
    assert [(frame.event, frame.id) for frame in frames] == [("snapshot", head(cedar)), ("hb", None)]
    assert frames[0].data == "all of hamra at 3"


def test_whoever_is_up_to_date_gets_only_the_position(cedar: Any, happen: Any, watch: Any, head: Any) -> None:
    happen(cedar, 3)
    assert [(frame.event, frame.id) for frame in watch(cedar, head(cedar)).frames] == [("hb", head(cedar))]


@pytest.mark.parametrize("seen", range(5))
def test_whoever_missed_events_gets_exactly_those_and_then_the_next(
    cedar: Any, happen: Any, watch: Any, head: Any, seen: int
) -> None:
    happen(cedar, 5)
    watcher = watch(cedar, Cursor(head(cedar).epoch, seen))
    assert watcher.seqs == list(range(seen + 1, 6))
    happen(cedar, 2)
    assert watcher.seqs == list(range(seen + 1, 8))
    assert watcher.snapshots == []


def test_whoever_missed_more_than_is_told_one_by_one_is_shown_everything_anew(
    cedar: Any, happen: Any, watch: Any, head: Any, monkeypatch: pytest.MonkeyPatch, program_orders: Any
) -> None:
    happen(cedar, 9)
    start = Cursor(head(cedar).epoch, 0)
    monkeypatch.setattr(tenant_hub, "MOST_MISSED", len(watch(cedar, start).written) - 200)
    watcher = watch(cedar, start)
    assert ([frame.id for frame in watcher.snapshots], watcher.seqs) == ([head(cedar)], [])
    assert watch(cedar, start, channel=program_orders).seqs == list(range(1, 10)), "a program wants each"


def test_only_the_news_of_the_topic_is_caught_up(cedar: Any, happen: Any, watch: Any, head: Any) -> None:
    happen(cedar, 2)
    happen(cedar, 3, restaurant="jounieh")
    happen(cedar)
    watcher = watch(cedar, Cursor(head(cedar).epoch, 1))
    assert watcher.seqs == [2, 6]
    happen(cedar, restaurant="jounieh")
    assert watcher.seqs == [2, 6]


def test_a_cursor_that_is_newer_than_the_hub_is_waited_for(
    cedar: Any, happen: Any, watch: Any, head: Any
) -> None:
    """A page may have been read after an event whose notification has not come yet."""
    happen(cedar)
    watch(cedar)
    happen(cedar, 2, wake=False)
    late = watch(cedar, head(cedar))
    assert (late.seqs, late.snapshots) == ([], [])
    happen(cedar)
    assert late.seqs == [4]


@pytest.mark.parametrize(
    ("epoch", "seq"),
    [(-1, 2), (1, 2), (0, 4), (0, 10**17), (-1, 0)],
    ids=["older epoch", "newer epoch", "ahead", "far ahead", "start of an older epoch"],
)
def test_a_cursor_that_cannot_be_caught_up_from_gets_a_snapshot(
    cedar: Any, happen: Any, watch: Any, head: Any, epoch: int, seq: int
) -> None:
    happen(cedar, 3)
    now = head(cedar)
    watcher = watch(cedar, Cursor(now.epoch + epoch, seq))
    assert [frame.id for frame in watcher.snapshots] == [now]
    assert watcher.seqs == []


def test_too_far_behind_is_a_snapshot_and_just_within_the_window_is_not(
    cedar: Any, happen: Any, watch: Any, write_past: Any, head: Any
) -> None:
    happen(cedar)
    write_past(cedar, WINDOW)
    epoch = head(cedar).epoch
    far, near = watch(cedar, Cursor(epoch, 0)), watch(cedar, Cursor(epoch, 1))
    assert (len(far.snapshots), far.seqs) == (1, [])
    assert (near.snapshots, near.seqs) == ([], list(range(2, WINDOW + 2)))


def test_a_snapshot_is_read_once_for_many_and_brought_up_to_date_by_what_came_since(
    cedar: Any, happen: Any, watch: Any
) -> None:
    happen(cedar)
    with count(metrics.snapshots, channel="orders") as snapshots:
        watch(cedar)
        happen(cedar, 3)
        later = watch(cedar)
        assert snapshots() == 1
        assert [frame.event for frame in later.frames] == ["snapshot", None, None, None, "hb"]
        assert [frame.id and frame.id.seq for frame in later.frames] == [1, 2, 3, 4, None]
        happen(cedar, 50)
        assert watch(cedar).seqs == []
        assert snapshots() == 2


def test_a_thousand_reconnects_are_one_read_of_the_log(
    cedar: Any, hub: Hub, happen: Any, watch: Any, head: Any, orders: Any
) -> None:
    happen(cedar, 30)
    epoch = head(cedar).epoch
    with count(metrics.event_reads) as reads:
        watchers = [watch(cedar, Cursor(epoch, n % 31)) for n in range(1000)]
        assert reads() == 1
    for n, watcher in enumerate(watchers):
        assert watcher.seqs == list(range(n % 31 + 1, 31))
    assert sorted(orders.rendered) == list(range(1, 31)), "each event was rendered once"
    assert hub.count == 1000


def test_who_comes_back_from_where_another_did_is_told_also_what_happened_since(
    cedar: Any, happen: Any, watch: Any, head: Any
) -> None:
    """With nobody there in between, so that the hub itself heard of nothing."""
    happen(cedar, 3)
    start = Cursor(head(cedar).epoch, 1)
    first = watch(cedar, start)
    first.close("gone")
    happen(cedar, 2)
    assert (first.seqs, watch(cedar, start).seqs) == ([2, 3], [2, 3, 4, 5])


def test_an_event_that_is_notified_while_somebody_joins_is_not_lost(
    cedar: Any, hub: Hub, log: Any, happen: Any, watch: Any, head: Any
) -> None:
    """The head was read, then the event came, and its wake-up found nobody who watches yet."""
    happen(cedar)
    wakes: list[threading.Thread] = []

    def come_between() -> None:
        happen(cedar, wake=False)
        wakes.append(threading.Thread(target=hub.wake, args=(cedar.tenant_id, 2)))
        wakes[0].start()
        wakes[0].join(0.2)  # runs out where the wake-up waits for the one who joins

    log.after_head.append(come_between)
    watcher = watch(cedar, head(cedar))
    wakes[0].join(10)
    assert watcher.seqs == [2]


def test_joining_while_the_topics_only_other_watcher_leaves_is_still_joining(
    cedar: Any, hub: Hub, log: Any, happen: Any, watch: Any, head: Any
) -> None:
    happen(cedar, 3)
    leaving = watch(cedar)
    log.after_page.append(lambda: leaving.close("gone"))
    watcher = watch(cedar, Cursor(head(cedar).epoch, 0))
    assert (watcher.seqs, hub.count) == ([1, 2, 3], 1)
    happen(cedar)
    assert watcher.seqs == [1, 2, 3, 4]
    watcher.close("gone")
    assert hub.count == 0


def test_who_dies_while_joining_is_forgotten(cedar: Any, hub: Hub, happen: Any, watch: Any) -> None:
    happen(cedar)
    for recorder in (Recorder(is_open=False), Recorder(breaks_after=0)):
        watch(cedar, recorder=recorder)
        assert hub.count == 0
    happen(cedar)
    hub.pulse()


def test_a_program_that_is_far_behind_gets_every_event_of_the_log(
    cedar: Any, happen: Any, watch: Any, write_past: Any, head: Any, program_orders: Any
) -> None:
    happen(cedar)
    write_past(cedar, WINDOW + 700)
    watcher = watch(cedar, Cursor(head(cedar).epoch, 1), channel=program_orders)
    assert (watcher.snapshots, watcher.seqs) == ([], list(range(2, WINDOW + 702)))
    happen(cedar)
    assert watcher.seqs[-1] == WINDOW + 702


def test_a_program_that_is_overtaken_while_it_catches_up_still_gets_every_event(
    cedar: Any, log: Any, happen: Any, watch: Any, write_past: Any, head: Any, program_orders: Any
) -> None:
    happen(cedar)
    write_past(cedar, 600)
    log.after_page.append(lambda: write_past(cedar, 2 * WINDOW))
    watcher = watch(cedar, Cursor(head(cedar).epoch, 1), channel=program_orders)
    assert (watcher.snapshots, watcher.seqs) == ([], list(range(2, 602 + 2 * WINDOW)))


class Interrupting(Recorder):
    """A slow program: while its second page is on the way, something happens."""

    def __init__(self, then: Any) -> None:
        super().__init__()
        self.then = then
        self.pages = 0

    def drain(self) -> bool:
        self.pages += 1
        if self.pages == 2:
            self.then()
        return self.is_open


@pytest.mark.parametrize("end", ["revoked", "shutdown"])
def test_a_program_loses_its_stream_also_while_it_catches_up_from_far_back(
    cedar: Any, hub: Hub, write_past: Any, watch: Any, head: Any, program_orders: Any, end: str
) -> None:
    write_past(cedar, 2000)
    name = cedar.program.actor
    reader = Interrupting({"revoked": lambda: hub.revoke(name), "shutdown": hub.close}[end])
    watch(cedar, Cursor(head(cedar).epoch, 0), channel=program_orders, by=cedar.program, recorder=reader)
    assert (reader.closed_because, reader.pages, hub.count) == (end, 2, 0)
    assert reader.seqs == list(range(1, 2 * PAGE + 1)), "nothing more was read for it"


def test_who_lost_access_unheard_before_joining_is_not_let_stay(
    cedar: Any, hub: Hub, watch: Any, operator_app: Flask
) -> None:
    """Let in, then revoked while no listener was there to hear it, and nobody of the tenant watched."""
    with operator_app.app_context():
        staff_accounts.revoke_staff_member(accounts.find_tenant(cedar.slug), cedar.nour.email)
    hub.recover()
    watcher = watch(cedar, by=cedar.nour.principal)
    assert (watcher.closed_because, hub.count) == ("revoked", 0)
    assert watch(cedar, by=cedar.maya.principal).is_open


def test_who_lost_access_is_asked_for_again_if_the_log_could_not_say(
    cedar: Any, hub: Hub, log: Any, watch: Any, operator_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with operator_app.app_context():
        staff_accounts.revoke_staff_member(accounts.find_tenant(cedar.slug), cedar.nour.email)
    with monkeypatch.context() as patch:
        patch.setattr(log, "revoked", lambda _tenant: (_ for _ in ()).throw(ConnectionError("gone")))
        with pytest.raises(ConnectionError):
            watch(cedar, by=cedar.nour.principal)
    assert hub.count == 0
    assert watch(cedar, by=cedar.nour.principal).closed_because == "revoked"
    assert hub.count == 0


def test_a_connection_is_closed_if_the_log_fails_while_its_watcher_catches_up(
    cedar: Any, hub: Hub, log: Any, happen: Any, watch: Any, write_past: Any, head: Any, program_orders: Any
) -> None:
    happen(cedar)
    write_past(cedar, 1600)

    def fail() -> None:
        raise ConnectionError("the database went away")

    log.after_page += [lambda: None, fail]
    recorder = Recorder()
    with pytest.raises(ConnectionError):
        watch(cedar, Cursor(head(cedar).epoch, 1), channel=program_orders, recorder=recorder)
    assert recorder.seqs == list(range(2, 2 + PAGE))
    assert (recorder.closed_because, hub.count) == ("error", 0)
