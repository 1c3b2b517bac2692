"""What waits where no screen shows it is an alarm: to the managers of that house, and on its boards."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ordertrack.boards.columns import DISPATCH, KITCHEN
from ordertrack.boards.filters import EVERYTHING, FILTERS, Filter, Told
from ordertrack.database.config import Settings
from ordertrack.database.session import operator_connection, tenant_context
from ordertrack.live.hub import NotAdmitted
from ordertrack.orders.moving import transitions
from ordertrack.presence.channel import CHANNEL
from ordertrack.presence.overview import Floor
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from presence.processes import Process, shown
from support.cast import House
from support.recording import Recorder


def earlier(settings: Settings, house: House, by: str) -> None:
    """Shift since when the orders of a house have their status."""
    with operator_connection(settings.operator_url) as connection:
        connection.execute(text("SET session_replication_role = replica"))
        connection.execute(
            text(
                "UPDATE orders SET status_since = status_since - CAST(:by AS interval)"
                " WHERE tenant_id = :tenant"
            ),
            {"tenant": house.tenant_id, "by": by},
        )


def test_what_waits_for_a_board_that_is_open_nowhere_is_an_alarm(
    app: Flask,
    cedar: House,
    process: Process,
    hamra: uuid.UUID,
    at_hamra: Callable[[], Floor],
    place: Callable[..., uuid.UUID],
) -> None:
    def alarms() -> list[tuple[str, int]]:
        return [(alarm.board, alarm.orders) for alarm in at_hamra().alarms]

    assert alarms() == []
    order_id, _ = place(cedar), place(cedar)
    assert alarms() == [("kitchen", 2)]
    process.open(cedar.nour.principal, KITCHEN.name, hamra)
    process.tick()
    assert alarms() == []
    with tenant_context(app, cedar.tenant_id):
        for to in (OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY):
            transitions.advance(order_id, to, by=cedar.program)
    assert alarms() == [("dispatch", 1)]
    process.open(cedar.karim.principal, DISPATCH.name, hamra)
    process.open(cedar.karim.principal, "pickup", hamra)
    process.tick()
    assert alarms() == []
    assert [board for board, _ in shown(at_hamra())] == ["dispatch", "kitchen", "pickup"]


def test_orders_that_nobody_has_touched_for_hours_are_told_and_wake_nobody(
    cedar: House, at_hamra: Callable[[], Floor], place: Callable[..., uuid.UUID], settings: Settings
) -> None:
    place(cedar)
    earlier(settings, cedar, "9 hours")
    found = at_hamra()
    earlier(settings, cedar, "-9 hours")  # or the log would seem to contradict the order
    assert (found.alarms, found.forgotten, found.waiting["kitchen"]) == ((), 1, 0)


def test_a_screen_that_changes_its_filter_is_the_same_screen_and_what_it_hides_is_an_alarm(
    cedar: House,
    process: Process,
    hamra: uuid.UUID,
    at_hamra: Callable[[], Floor],
    place: Callable[..., uuid.UUID],
) -> None:
    nour = cedar.nour.principal

    def come_with(chosen: Filter, at: float) -> Recorder:
        FILTERS.put(cedar.tenant_id, (hamra, KITCHEN.name, nour.ended_by[-1]), Told(chosen, at))
        return process.open(nour, KITCHEN.name, hamra)

    order_id = place(cedar, Fulfilment.DELIVERY)
    stream = come_with(Filter(fulfilments=frozenset({"delivery"})), 1.0)
    process.tick()
    (before,) = at_hamra().screens
    assert before.is_filtered and at_hamra().hidden == {KITCHEN.name: (order_id,)}
    assert [(alarm.board, alarm.orders, alarm.is_hidden) for alarm in at_hamra().alarms] == [
        (KITCHEN.name, 1, True)
    ]
    assert f"order-{order_id}" in stream.frames[-1].data and "unshown" in stream.frames[-1].data
    stream.close("gone")
    stream = come_with(EVERYTHING, 2.0)
    process.tick()
    (after,) = at_hamra().screens
    assert not after.is_filtered and after.since == before.since and at_hamra().alarms == ()


def test_who_came_while_the_database_failed_is_told_by_the_next_tick(
    cedar: House,
    process: Process,
    hamra: uuid.UUID,
    place: Callable[..., uuid.UUID],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nour = cedar.nour.principal
    order_id = place(cedar, Fulfilment.DELIVERY)
    no_deliveries = Filter(fulfilments=frozenset({"delivery"}))
    FILTERS.put(cedar.tenant_id, (hamra, KITCHEN.name, nour.ended_by[-1]), Told(no_deliveries, 1.0))
    stream = process.open(nour, KITCHEN.name, hamra)
    before = len(stream.frames)
    with monkeypatch.context() as failing:
        failing.setattr("ordertrack.presence.rows._WRITE", text("SELECT 1 / 0"))
        with pytest.raises(DBAPIError):
            process.tick()
    assert len(stream.frames) == before
    process.tick()
    assert f"order-{order_id}" in stream.frames[-1].data and "unshown" in stream.frames[-1].data


def test_only_managers_are_let_in_and_each_is_told_of_their_own_house(
    cedar: House, rival: House, process: Process, place: Callable[..., uuid.UUID]
) -> None:
    topic = CHANNEL.topic(cedar.tenant_id, "en")
    for watcher in (cedar.nour.principal, cedar.karim.principal, rival.maya.principal, cedar.program):
        with pytest.raises(NotAdmitted):
            process.watch(watcher, topic)
    place(cedar)
    told = process.watch(rival.maya.principal, CHANNEL.topic(rival.tenant_id, "en"))
    own = process.watch(cedar.maya.principal, topic)
    assert "Hamra" in own.frames[0].data and "Hamra" not in told.frames[0].data
