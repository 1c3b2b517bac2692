"""What was waked is read for many tenants at once; what its writer has at hand is told without a read."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from live.holding import held
from ordertrack.database.session import tenant_context
from ordertrack.live.cursor import Cursor
from ordertrack.live.hub import Hub
from ordertrack.live.reader import Reader
from ordertrack.orders.log import event_log
from ordertrack.orders.log.entries import Change
from ordertrack.orders.moving import transitions
from ordertrack.rules.state_machine import OrderStatus
from support.cast import House
from support.recording import Interrupted, Orders, Recorder
from support.server import wait_for

Watch = Callable[..., Recorder]
Happen = Callable[..., list[uuid.UUID]]
SEED = 4_712


@pytest.fixture
def reader(hub: Hub) -> Iterator[Reader]:
    """Not started: what was waked before it starts is its first turn."""
    yield hub.reader
    hub.reader.stop()


@pytest.fixture
def written(app: Flask) -> Callable[[House], list[Change]]:
    """All of a house's log, as their writers would have it at hand."""

    def read(house: House) -> list[Change]:
        with tenant_context(app, house.tenant_id):
            return event_log.changes_after(house.tenant_id, 0, 1000)

    return read


def test_what_was_waked_of_many_tenants_is_read_once(
    make_house: Callable[..., House], watch: Watch, happen: Happen, log: Interrupted, reader: Reader
) -> None:
    houses = [make_house("Cedar", ("hamra", "jounieh")) for _ in range(5)]
    watchers = [watch(house) for house in houses]
    for events, house in enumerate(houses, 1):
        happen(house, events, wake=False)
        reader.wake(house.tenant_id, events)
    before = log.reads
    reader.start()
    for events, watcher in enumerate(watchers, 1):
        wait_for(lambda: watcher.seqs == list(range(1, events + 1)), "all that happened")  # noqa: B023
    assert log.read_together == [{house.tenant_id for house in houses}]
    assert log.reads == before + 1


def test_what_nobody_watches_and_what_is_known_already_is_not_read(
    cedar: House, rival: House, watch: Watch, happen: Happen, log: Interrupted, hub: Hub, reader: Reader
) -> None:
    watcher = watch(cedar)
    happen(cedar, 2)
    happen(rival, 2, restaurant="verdun", wake=False)
    reader.start()
    reader.wake(rival.tenant_id, 2)
    reader.wake(cedar.tenant_id, 2)
    happen(cedar, wake=False)
    reader.wake(cedar.tenant_id, 3)
    wait_for(lambda: watcher.seqs == [1, 2, 3], "what came last")
    assert log.read_together == [{cedar.tenant_id}]


def test_more_than_one_read_holds_is_read_to_its_end(
    cedar: House, watch: Watch, happen: Happen, reader: Reader
) -> None:
    watcher = watch(cedar)
    events = 2 * event_log.FEW + 5
    happen(cedar, events, wake=False)
    reader.start()
    reader.wake(cedar.tenant_id, events)
    wait_for(lambda: watcher.seqs == list(range(1, events + 1)), "all of it")


def test_a_tenant_that_is_busy_holds_up_no_other_and_is_told_when_it_has_time(
    cedar: House, rival: House, watch: Watch, happen: Happen, hub: Hub, reader: Reader
) -> None:
    ours, theirs = watch(cedar), watch(rival, restaurant="verdun")
    happen(cedar, wake=False)
    happen(rival, restaurant="verdun", wake=False)
    reader.start()
    with held(hub, cedar):
        reader.wake(cedar.tenant_id, 1)
        reader.wake(rival.tenant_id, 1)
        wait_for(lambda: theirs.seqs == [1], "the tenant that has time")
        assert ours.seqs == []
    wait_for(lambda: ours.seqs == [1], "the tenant that had none")


def test_what_a_move_has_at_hand_is_told_without_a_read_and_is_what_a_read_would_tell(
    app: Flask, cedar: House, watch: Watch, happen: Happen, log: Interrupted, reader: Reader, hub: Hub
) -> None:
    (order_id,) = happen(cedar)
    told, reading = watch(cedar), watch(cedar, restaurant="jounieh")
    with tenant_context(app, cedar.tenant_id):
        move = transitions.advance(order_id, OrderStatus.CONFIRMED, by=cedar.nour.principal)
        (read,) = event_log.changes_after(cedar.tenant_id, 1, 10)
    assert move.written == read
    before = log.reads
    reader.start()
    reader.tell(cedar.tenant_id, move.written)
    wait_for(lambda: told.seqs == [2], "the move")
    reader.wake(cedar.tenant_id, 2)
    assert (log.reads, reading.seqs) == (before, [])


def test_what_is_at_hand_after_a_gap_is_read(
    cedar: House, watch: Watch, happen: Happen, written: Callable[[House], list[Change]], reader: Reader
) -> None:
    watcher = watch(cedar)
    happen(cedar, 3, wake=False)
    reader.start()
    reader.tell(cedar.tenant_id, written(cedar)[-1])
    wait_for(lambda: watcher.seqs == [1, 2, 3], "what was missing, and what was told")


def test_what_is_at_hand_of_another_epoch_is_a_new_beginning(
    cedar: House,
    watch: Watch,
    happen: Happen,
    begin_epoch: Callable[..., None],
    written: Callable[[House], list[Change]],
    reader: Reader,
) -> None:
    happen(cedar, 1)
    watcher = watch(cedar)
    begin_epoch(cedar)
    happen(cedar, 1, wake=False)
    reader.start()
    reader.tell(cedar.tenant_id, written(cedar)[-1])
    wait_for(lambda: len(watcher.snapshots) == 2, "a snapshot of what is true now")


@pytest.mark.parametrize("turn", range(8))
def test_in_whatever_order_and_however_often_it_is_told_each_event_comes_once_and_in_order(
    cedar: House,
    watch: Watch,
    happen: Happen,
    written: Callable[[House], list[Change]],
    reader: Reader,
    turn: int,
) -> None:
    dice = random.Random(f"{SEED} turn {turn}")
    watchers = [watch(cedar), watch(cedar, after=Cursor(0, 0))]
    happen(cedar, 40, wake=False)
    changes = written(cedar)
    said: list[Any] = [(change, dice.random() < 0.5) for change in changes for _ in range(dice.randint(1, 3))]
    dice.shuffle(said)
    reader.start()
    for change, is_at_hand in said:
        if is_at_hand:
            reader.tell(cedar.tenant_id, change)
        else:
            reader.wake(cedar.tenant_id, change.cursor.seq)
    for watcher in watchers:
        wait_for(lambda: watcher.seqs[-1:] == [40], "the last event")  # noqa: B023
        assert watcher.seqs == list(range(1, 41))


def test_a_read_that_fails_ends_nothing(
    cedar: House, watch: Watch, happen: Happen, log: Interrupted, reader: Reader
) -> None:
    def fail() -> None:
        raise OSError("the database has gone")

    watcher = watch(cedar)
    happen(cedar, wake=False)
    log.after_page.append(fail)
    reader.start()
    reader.wake(cedar.tenant_id, 1)
    wait_for(lambda: not log.after_page, "the read that fails")
    assert watcher.seqs == []
    happen(cedar, wake=False)
    reader.wake(cedar.tenant_id, 2)
    wait_for(lambda: watcher.seqs == [1, 2], "both, by the next wake")


def test_who_knows_more_than_this_process_is_caught_up_and_not_told_to_begin_again(
    cedar: House, watch: Watch, happen: Happen, head: Callable[[House], Cursor], program_orders: Orders
) -> None:
    watch(cedar)
    happen(cedar, 3, wake=False)
    elsewhere = head(cedar)
    board, program = watch(cedar, elsewhere), watch(cedar, elsewhere, channel=program_orders)
    assert (board.snapshots, program.snapshots) == ([], [])
    happen(cedar)
    assert board.seqs == program.seqs == [4]


def test_a_program_that_knows_nothing_begins_at_the_end_of_the_log(
    cedar: House, watch: Watch, happen: Happen, program_orders: Orders
) -> None:
    watch(cedar)
    happen(cedar, 3, wake=False)
    program = watch(cedar, channel=program_orders)
    assert [each.id.seq for each in program.snapshots if each.id] == [3]
