"""A log is played once, in the order of its times, and what was not in it is marked as drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from demo.simulation import ScriptedClock, events_of, orders_of
from importing.logs import logged
from ordertrack.database.session import tenant_context
from ordertrack.demo.replay import story
from ordertrack.demo.replay.replaying import Part, Replay
from ordertrack.orders.moving import transitions
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.tenants.principal import Principal

if TYPE_CHECKING:
    from support.cast import House

FULL = {
    "placed": "0",
    "confirmed": "60",
    "preparing": "120",
    "ready": "600",
    "delivering": "700",
    "completed": "900",
}


def part(order_id: str, leave_open: bool = False, restaurant: str = "hamra", **cells: str) -> Part:
    order = logged(order_id, cells)
    return Part(order, restaurant, story.told(order, "log", leave_open=leave_open))


@pytest.fixture
def play(app: Flask, cedar: House) -> Callable[..., Replay]:
    """Play parts on Cedar, by default as fast as it goes."""

    def play_all(
        *parts: Part, clock: ScriptedClock | None = None, speed: float = 0, log: str = "log"
    ) -> Replay:
        by = Principal(cedar.tenant_id, "program:replay", "Replay")
        with tenant_context(app, cedar.tenant_id):
            replay = Replay(log, by, speed, clock or ScriptedClock(), print)
            for _ in replay.play(list(parts)):
                pass
        return replay

    return play_all


def events(app: Flask, house: House) -> list:
    with tenant_context(app, house.tenant_id):
        return events_of(house.tenant_id)


def statuses(app: Flask, house: House) -> Counter[OrderStatus]:
    with tenant_context(app, house.tenant_id):
        return Counter(orders_of(house.tenant_id).values())


def test_each_event_carries_the_logs_name_and_its_own_time(app: Flask, cedar: House, play) -> None:
    play(part("1", **FULL))
    log = events(app, cedar)
    assert [event.to_status for event in log] == [
        OrderStatus.PENDING,
        OrderStatus.CONFIRMED,
        OrderStatus.PREPARING,
        OrderStatus.READY,
        OrderStatus.DELIVERING,
        OrderStatus.COMPLETED,
    ]
    assert [event.event_metadata for event in log] == [
        {"replayed_from": "log", "logged_at": at} for at in FULL.values()
    ]
    assert {(event.changed_by, event.actor) for event in log} == {("Replay", "program:replay")}


def test_events_of_many_orders_come_in_the_order_of_their_times(app: Flask, cedar: House, play) -> None:
    early = part("1", placed="0", confirmed="5", preparing="6", ready="50", completed="51")
    late = part("2", placed="3", confirmed="5.5", preparing="40", ready="41", completed="42")
    play(late, early)
    logged = [float(event.event_metadata["logged_at"]) for event in events(app, cedar)]
    assert logged == sorted(logged)


def test_what_the_log_lacks_is_drawn_marked_and_counted(app: Flask, cedar: House, play) -> None:
    tally = play(part("1", placed="0", completed="900")).tally
    log = events(app, cedar)
    assert log[-1].to_status == OrderStatus.COMPLETED
    assert [event.event_metadata.get("drawn", False) for event in log] == [False, True, True, True, False]
    assert tally.drawn == {OrderStatus.CONFIRMED: 1, OrderStatus.PREPARING: 1, OrderStatus.READY: 1}
    assert tally.without_delivering == 1
    assert "Times that the log lacks were drawn: confirmed 1, preparing 1, ready 1." in tally.sentences


def test_an_order_without_an_end_is_brought_to_one_unless_left_open(app: Flask, cedar: House, play) -> None:
    tally = play(part("1", placed="0", ready="9"), part("2", placed="0", ready="9", leave_open=True)).tally
    assert statuses(app, cedar) == {OrderStatus.COMPLETED: 1, OrderStatus.READY: 1}
    assert (tally.completed, tally.left_open) == (1, 1)


def test_a_cancelled_order_says_why(app: Flask, cedar: House, play) -> None:
    play(
        part("1", placed="0", confirmed="3", cancelled="9", reason="Closed early"),
        part("2", placed="0", cancelled="1"),
    )
    assert statuses(app, cedar) == {OrderStatus.CANCELLED: 2}
    assert [
        e.event_metadata.get("reason") for e in events(app, cedar) if e.to_status == OrderStatus.CANCELLED
    ] == [
        None,
        "Closed early",
    ]


def test_played_twice_nothing_is_doubled(app: Flask, cedar: House, play) -> None:
    play(part("1", **FULL), part("2", **FULL))
    before = len(events(app, cedar))
    tally = play(part("1", **FULL), part("2", **FULL)).tally
    assert (tally.placed, tally.known, tally.moved) == (0, 2, 0)
    assert len(events(app, cedar)) == before
    assert play(part("1", **FULL), log="another name").tally.placed == 1


def test_stopped_in_the_middle_it_goes_on_from_there(app: Flask, cedar: House, play) -> None:
    whole = [part(str(number), **FULL) for number in range(1, 4)]
    first = play(*whole, clock=ScriptedClock(stops_at=130), speed=1).tally
    assert first.stopped
    assert statuses(app, cedar) == {OrderStatus.PREPARING: 3}
    again = [part(str(number), **FULL) for number in range(1, 4)]
    second = play(*again).tally
    assert (second.known, second.placed, second.moved) == (3, 0, 9)
    assert statuses(app, cedar) == {OrderStatus.COMPLETED: 3}
    assert not second.stopped


def test_another_order_under_the_same_id_is_refused_and_named_by_line(app: Flask, cedar: House, play) -> None:
    play(part("5", **FULL))
    replay = play(part("5", **{**FULL, "items": "Soup"}), part("6", **FULL))
    assert [(bad.line, str(bad.fault)) for bad in replay.refused] == [(5, "refused")]
    assert statuses(app, cedar) == {OrderStatus.COMPLETED: 2}, "the rest is played"


@pytest.mark.parametrize(("speed", "seconds"), [(1, 900), (60, 15), (0, 0)])
def test_it_takes_as_long_as_its_speed_says(play, speed: float, seconds: float) -> None:
    clock = ScriptedClock()
    play(part("1", **FULL), clock=clock, speed=speed)
    assert clock.now() == pytest.approx(seconds)


def test_a_person_who_moves_an_order_is_right(app: Flask, cedar: House, play) -> None:
    def people_act() -> None:
        with tenant_context(app, cedar.tenant_id):
            ahead, gone = sorted(orders_of(cedar.tenant_id))
            transitions.advance(ahead, OrderStatus.PREPARING, by=cedar.maya.principal)
            transitions.advance(gone, OrderStatus.CANCELLED, by=cedar.maya.principal, reason="Fire")

    clock = ScriptedClock()
    clock.at(61, people_act)
    tally = play(part("1", **FULL), part("2", **FULL), clock=clock, speed=1).tally
    assert statuses(app, cedar) == {OrderStatus.COMPLETED: 1, OrderStatus.CANCELLED: 1}
    assert tally.moved_by_others == 2
