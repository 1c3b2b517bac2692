"""Fan-out: once rendered, the same bytes to all, and nobody can hold up or overhear another."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ordertrack.live import topic_state
from ordertrack.live.cursor import Cursor
from ordertrack.live.hub import Hub, NotAdmitted, TooManyStreams
from ordertrack.live.topics import Topic
from ordertrack.monitoring import metrics
from support.recording import Frame, Orders, Recorder, count


def test_many_watchers_cost_one_read_and_one_render_and_get_the_same_bytes(
    cedar: Any, happen: Any, watch: Any, head: Any, orders: Any
) -> None:
    happen(cedar)
    watchers = [watch(cedar, head(cedar)) for _ in range(100)]
    with count(metrics.event_reads) as reads, count(metrics.frames_written) as written:
        happen(cedar)
        assert (reads(), written()) == (1, 100)
    assert orders.rendered == [2]
    told = {watcher.written.partition(b"event: hb")[2].partition(b"\n\n")[2] for watcher in watchers}
    assert len(told) == 1  # after the heartbeat that greets each, at its own time
    assert watchers[0].seqs == [2]


def test_what_is_read_together_is_told_in_one_write_a_watcher_event_by_event(
    cedar: Any, happen: Any, watch: Any, orders: Any
) -> None:
    watchers = [watch(cedar) for _ in range(10)]
    writes = [watcher.writes for watcher in watchers]
    with count(metrics.event_reads) as reads, count(metrics.frames_written) as written:
        happen(cedar, 7, wake=False)
        happen(cedar)
        assert (reads(), written()) == (1, 80)
    assert [watcher.writes - before for watcher, before in zip(watchers, writes, strict=True)] == [1] * 10
    assert orders.rendered == watchers[0].seqs == list(range(1, 9))


def test_what_nobody_watches_is_neither_read_nor_rendered(
    cedar: Any, hub: Hub, happen: Any, watch: Any, orders: Any
) -> None:
    with count(metrics.event_reads) as reads:
        happen(cedar)
        watch(cedar).close("gone")
        happen(cedar, 3)
        hub.verify()
        assert reads() == 0
    watch(cedar, restaurant="jounieh")
    happen(cedar, 3)
    assert orders.rendered == []


def test_a_quiet_house_costs_no_query(cedar: Any, hub: Hub, log: Any, happen: Any, watch: Any) -> None:
    happen(cedar)
    watcher = watch(cedar)
    log.after_head.append(lambda: pytest.fail("a heartbeat asked the database"))
    for _ in range(3):
        hub.pulse()
    log.after_head.clear()
    assert [frame.event for frame in watcher.frames] == ["snapshot", "hb", "hb", "hb", "hb"]


def test_a_heartbeat_carries_the_position_only_if_it_has_moved(
    cedar: Any, hub: Hub, happen: Any, watch: Any, head: Any
) -> None:
    happen(cedar)
    watcher = watch(cedar, head(cedar))
    happen(cedar, restaurant="jounieh")
    for _ in range(2):
        hub.pulse()
    happen(cedar)
    hub.pulse()
    assert [(frame.event, frame.id and frame.id.seq) for frame in watcher.frames] == [
        ("hb", 1),
        ("hb", 2),
        ("hb", None),
        (None, 3),
        ("hb", None),
    ]


def test_no_tenant_may_watch_another_whatever_the_channel_says(
    cedar: Any, rival: Any, hub: Hub, watch: Any, orders: Any
) -> None:
    with pytest.raises(NotAdmitted):
        watch(cedar, by=rival.maya.principal)
    with pytest.raises(NotAdmitted):
        watch(cedar, by=rival.program, after=Cursor(0, 0))
    orders.admits_anybody = False
    with pytest.raises(NotAdmitted):
        watch(cedar)
    with pytest.raises(NotAdmitted):
        hub.attach(cedar.maya.principal, Topic(cedar.tenant_id, "payroll", "hamra"), None, Recorder)
    assert hub.count == 0


def test_nothing_of_one_tenant_reaches_another(cedar: Any, rival: Any, happen: Any, watch: Any) -> None:
    """Both have a restaurant of the same name here, and so topics of the same key."""
    ours, theirs = watch(cedar), watch(rival, restaurant="hamra")
    before = theirs.written
    happen(cedar, 3)
    assert (ours.seqs, theirs.written) == ([1, 2, 3], before)


def test_who_may_see_something_else_comes_back_and_a_program_is_told_why(
    cedar: Any, hub: Hub, program_orders: Orders, watch: Any
) -> None:
    screen, program = watch(cedar), Recorder()
    hub.attach(cedar.program, program_orders.topic(cedar), None, lambda: program)
    for each in (cedar.maya.principal, cedar.program):
        hub.begin_anew(each.actor)
    assert program.frames[-1] == Frame(None, "bye", "changed")
    assert screen.frames[-1].event == "hb", "a page that hears bye does not come back"
    assert screen.closed_because == program.closed_because == "changed"


def test_revoking_says_bye_and_closes_that_actors_streams_only(
    cedar: Any, hub: Hub, happen: Any, watch: Any
) -> None:
    nour = [
        watch(cedar, by=cedar.nour.principal),
        watch(cedar, by=cedar.nour.principal, restaurant="jounieh"),
    ]
    maya = watch(cedar)
    hub.revoke(cedar.nour.principal.actor)
    for screen in nour:
        assert screen.frames[-1] == Frame(None, "bye", "")
        assert screen.closed_because == "revoked"
    assert (maya.is_open, hub.count) == (True, 1)
    happen(cedar)
    assert maya.seqs == [1]
    assert nour[0].seqs == []
    assert watch(cedar, by=cedar.nour.principal).closed_because == "revoked"
    hub.readmit(cedar.nour.principal.actor)
    assert watch(cedar, by=cedar.nour.principal).is_open


def test_a_watcher_that_cannot_keep_up_is_cut_and_the_others_get_everything(
    cedar: Any, hub: Hub, happen: Any, watch: Any, head: Any
) -> None:
    happen(cedar)
    fast, slow, other = (
        watch(cedar, head(cedar), recorder=recorder)
        for recorder in (Recorder(), Recorder(breaks_after=120), Recorder())
    )
    happen(cedar, 20)
    assert slow.closed_because == "slow"
    assert fast.seqs == other.seqs == list(range(2, 22))
    assert hub.count == 2
    back = watch(cedar, Cursor(head(cedar).epoch, slow.seqs[-1]))
    assert slow.seqs + back.seqs == list(range(2, 22)), "its reconnect repairs what it missed"


def test_a_lost_notification_is_repaired_by_asking_the_log(
    cedar: Any, hub: Hub, happen: Any, watch: Any
) -> None:
    watcher = watch(cedar)
    happen(cedar, 3, wake=False)
    assert watcher.seqs == []
    hub.verify()
    assert watcher.seqs == [1, 2, 3]
    hub.verify()
    assert watcher.seqs == [1, 2, 3]


def test_many_tenants_are_held_against_the_log_in_one_read(
    cedar: Any, rival: Any, hub: Hub, log: Any, happen: Any, watch: Any
) -> None:
    houses = [cedar, rival]
    watchers = [watch(house, restaurant=house.restaurants[0]) for house in houses]
    log.after_head.append(lambda: pytest.fail("a head was read for one tenant alone"))
    hub.verify()
    log.after_head.clear()
    for house in houses:
        happen(house, restaurant=house.restaurants[0], wake=False)
    hub.verify()
    assert [watcher.seqs for watcher in watchers] == [[1], [1]]


def test_a_notification_that_jumps_comes_twice_or_late_changes_nothing(
    cedar: Any, hub: Hub, happen: Any, watch: Any
) -> None:
    watcher = watch(cedar)
    happen(cedar, 4, wake=False)
    for seq in (4, 4, 2, 3, 1):
        hub.wake(cedar.tenant_id, seq)
    assert watcher.seqs == [1, 2, 3, 4]


@pytest.mark.parametrize("seq", [None, 2], ids=["same length", "shorter"])
def test_a_new_epoch_gives_everybody_a_snapshot_and_goes_on_from_there(
    cedar: Any, hub: Hub, happen: Any, watch: Any, head: Any, begin_epoch: Any, seq: int | None
) -> None:
    happen(cedar, 4)
    watchers = [watch(cedar, head(cedar)), watch(cedar, restaurant="jounieh")]
    before = [len(watcher.snapshots) for watcher in watchers]
    begin_epoch(cedar, seq)
    hub.verify()
    now = head(cedar)
    for watcher, seen in zip(watchers, before, strict=True):
        assert len(watcher.snapshots) == seen + 1
        assert watcher.snapshots[-1].id == now
    hub.verify()
    assert len(watchers[0].snapshots) == before[0] + 1
    assert watch(cedar, now).snapshots == []


def test_an_event_of_a_new_epoch_is_told_by_a_snapshot_too(
    cedar: Any, hub: Hub, happen: Any, watch: Any, head: Any, begin_epoch: Any
) -> None:
    happen(cedar, 2)
    watcher = watch(cedar, head(cedar))
    begin_epoch(cedar)
    happen(cedar)
    assert [frame.id for frame in watcher.snapshots] == [head(cedar)]
    happen(cedar)
    assert watcher.seqs == [4]


def test_streams_end_after_eight_to_ten_minutes_and_not_all_at_once(
    cedar: Any, hub: Hub, orders: Any
) -> None:
    recorders = [Recorder() for _ in range(50)]
    now = time.monotonic()
    streams = [
        hub.attach(cedar.program, orders.topic(cedar), None, lambda recorder=recorder: recorder)
        for recorder in recorders
    ]
    ends = [stream.ends_at - now for stream in streams]
    assert min(ends) >= 480 and max(ends) < 601
    assert max(ends) - min(ends) > 60
    hub.pulse()
    assert hub.count == 50
    for stream in streams[:20]:
        stream.ends_at = now
    hub.pulse()
    assert hub.count == 30
    assert [recorder.closed_because for recorder in recorders] == ["lifetime"] * 20 + [None] * 30


def test_closing_ends_every_stream_and_admits_no_more(cedar: Any, rival: Any, hub: Hub, watch: Any) -> None:
    watchers = [watch(cedar), watch(cedar, restaurant="jounieh"), watch(rival)]
    hub.close()
    assert {watcher.closed_because for watcher in watchers} == {"shutdown"}
    assert hub.count == 0
    with pytest.raises(TooManyStreams):
        watch(cedar)


def test_there_is_a_limit_to_what_one_process_carries(cedar: Any, hub: Hub, watch: Any) -> None:
    hub.most_streams = 2
    first, _ = watch(cedar), watch(cedar)
    with pytest.raises(TooManyStreams):
        watch(cedar)
    first.close("gone")
    watch(cedar)


def test_of_too_many_events_at_once_a_snapshot_is_told(
    cedar: Any, happen: Any, watch: Any, program_orders: Any, orders: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topic_state, "MOST_TOLD", 5)
    board, program = watch(cedar), watch(cedar, channel=program_orders)
    happen(cedar, 6, wake=False)
    happen(cedar)
    assert orders.rendered == board.seqs == []
    assert board.snapshots[-1].id is not None and board.snapshots[-1].id.seq == 7
    assert program.seqs == list(range(1, 8)), "a program is told each"
    happen(cedar)
    assert board.seqs == [8]
