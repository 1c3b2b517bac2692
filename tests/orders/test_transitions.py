"""Moving an order: who may, what is written, and what a tap means that comes late."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Thread
from typing import Any

import pytest
from flask import Flask

from ordertrack.database.session import tenant_context
from ordertrack.orders.log import event_log
from ordertrack.orders.log.entries import EventRecord
from ordertrack.orders.moving import transitions
from ordertrack.orders.moving.transitions import Advance, OrderMoved, OrderNotFound
from ordertrack.orders.reading import records
from ordertrack.orders.reading.records import OrderRecord
from ordertrack.rules.state_machine import (
    Fulfilment,
    IllegalTransition,
    OrderStatus,
    ReasonMissing,
    RoleMayNot,
)
from ordertrack.tenants.principal import Principal

PENDING, CONFIRMED, PREPARING, READY, DELIVERING, COMPLETED, CANCELLED = OrderStatus


@pytest.fixture
def tap(app: Flask) -> Callable[..., Advance]:
    """Advance an order as `by`, in a request's context of its own."""

    def advance(order_id: uuid.UUID, to: OrderStatus, *, by: Principal, **rest: Any) -> Advance:
        with tenant_context(app, by.tenant_id):
            return transitions.advance(order_id, to, by=by, **rest)

    return advance


@pytest.fixture
def look(app: Flask) -> Callable[..., tuple[OrderRecord, list[EventRecord]]]:
    """An order and its events, as they are stored now."""

    def read(house: Any, order_id: uuid.UUID) -> tuple[OrderRecord, list[EventRecord]]:
        with tenant_context(app, house.tenant_id):
            order = records.find(house.tenant_id, order_id)
            assert order is not None
            return order, event_log.events_after(house.tenant_id, 0, 1000, order_id=order_id)

    return read


def test_a_move_is_written_with_who_when_from_to_and_how_long(
    cedar: Any, place: Any, tap: Any, look: Any
) -> None:
    order_id = place(cedar)
    made = tap(order_id, CONFIRMED, by=cedar.nour.principal, expected_status=PENDING, metadata={"tablet": 3})
    order, (created, moved) = look(cedar, order_id)
    assert (made.moved, made.changed_by) == (True, "Nour")
    assert (order.status, order.version, order.status_since) == (CONFIRMED, 2, moved.occurred_at)
    assert made.order == order, "the answer shows the order exactly as it is now stored"
    assert (moved.from_status, moved.to_status) == (PENDING, CONFIRMED)
    assert (moved.changed_by, moved.actor) == ("Nour", cedar.nour.principal.actor)
    assert moved.metadata == {"tablet": 3}
    assert moved.in_status_for == moved.occurred_at - created.occurred_at > dt.timedelta(0)
    assert moved.cursor == (created.cursor.epoch, created.cursor.seq + 1)


def test_an_order_is_taken_from_placing_to_completed_by_the_hands_of_two(
    cedar: Any, place: Any, tap: Any, look: Any
) -> None:
    order_id = place(cedar)
    for to in (CONFIRMED, PREPARING, READY):
        tap(order_id, to, by=cedar.nour.principal)
    for to in (DELIVERING, COMPLETED):
        tap(order_id, to, by=cedar.karim.principal)
    order, events = look(cedar, order_id)
    assert order.status == COMPLETED
    assert [(step.status, step.changed_by) for step in order.steps] == [
        (PENDING, "Till"),
        (CONFIRMED, "Nour"),
        (PREPARING, "Nour"),
        (READY, "Nour"),
        (DELIVERING, "Karim"),
        (COMPLETED, "Karim"),
    ]
    assert [step.at for step in order.steps] == [entry.occurred_at for entry in events]


def test_a_double_tap_is_one_tap_and_says_who_made_the_move(
    cedar: Any, place: Any, tap: Any, look: Any
) -> None:
    order_id = place(cedar)
    first = tap(order_id, CONFIRMED, by=cedar.nour.principal, expected_status=PENDING)
    second = tap(order_id, CONFIRMED, by=cedar.maya.principal, expected_status=PENDING)
    assert (second.moved, second.changed_by, second.order) == (False, "Nour", first.order)
    assert len(look(cedar, order_id)[1]) == 2


def test_a_tap_on_an_order_that_has_moved_on_elsewhere_is_a_conflict(
    cedar: Any, place: Any, tap: Any, look: Any
) -> None:
    order_id = place(cedar)
    tap(order_id, CANCELLED, by=cedar.maya.principal, reason="closed")
    with pytest.raises(OrderMoved) as conflict:
        tap(order_id, CONFIRMED, by=cedar.nour.principal, expected_status=PENDING)
    assert (conflict.value.expected_status, conflict.value.current) == (PENDING, CANCELLED)
    assert conflict.value.changed_by == "Maya"
    assert len(look(cedar, order_id)[1]) == 2


def test_a_conflict_is_told_before_any_rule(cedar: Any, place: Any, tap: Any) -> None:
    """What was legal when seen must not be answered as if the person had asked for nonsense."""
    order_id = place(cedar)
    for to in (CONFIRMED, PREPARING):
        tap(order_id, to, by=cedar.nour.principal)
    with pytest.raises(OrderMoved):
        tap(order_id, CANCELLED, by=cedar.nour.principal, expected_status=CONFIRMED)


def test_asking_for_the_status_it_has_writes_nothing(cedar: Any, place: Any, tap: Any, look: Any) -> None:
    order_id = place(cedar)
    tap(order_id, CONFIRMED, by=cedar.nour.principal)
    again = tap(order_id, CONFIRMED, by=cedar.program)
    assert (again.moved, again.changed_by) == (False, "Nour")
    assert len(look(cedar, order_id)[1]) == 2


def test_seeing_the_status_that_one_asks_for_is_no_double_tap(cedar: Any, place: Any, tap: Any) -> None:
    with pytest.raises(IllegalTransition):
        tap(place(cedar), PENDING, by=cedar.program, expected_status=PENDING)


def test_cancelling_asks_staff_for_a_reason_and_keeps_it(cedar: Any, place: Any, tap: Any, look: Any) -> None:
    order_id = place(cedar)
    for reason in (None, ""):
        with pytest.raises(ReasonMissing) as refusal:
            tap(order_id, CANCELLED, by=cedar.nour.principal, reason=reason)
        assert (refusal.value.from_status, refusal.value.to_status) == (PENDING, CANCELLED)
        assert set(refusal.value.allowed) == {CONFIRMED, CANCELLED}
    assert look(cedar, order_id)[0].status == PENDING
    made = tap(order_id, CANCELLED, by=cedar.nour.principal, reason="no more lamb", metadata={"tablet": 1})
    order, events = look(cedar, order_id)
    assert order.steps[-1].reason == "no more lamb" and made.order == order
    assert events[-1].metadata == {"reason": "no more lamb", "tablet": 1}


def test_a_program_cancels_without_a_reason(cedar: Any, place: Any, tap: Any) -> None:
    assert tap(place(cedar), CANCELLED, by=cedar.program).moved


def test_a_role_is_refused_what_is_not_its_own_and_nothing_is_written(
    cedar: Any, place: Any, tap: Any, look: Any
) -> None:
    order_id = place(cedar)
    with pytest.raises(RoleMayNot) as refusal:
        tap(order_id, CONFIRMED, by=cedar.karim.principal)
    assert refusal.value.allowed == ()
    for to in (CONFIRMED, PREPARING, READY):
        tap(order_id, to, by=cedar.nour.principal)
    with pytest.raises(RoleMayNot):
        tap(order_id, DELIVERING, by=cedar.nour.principal)
    assert len(look(cedar, order_id)[1]) == 4


def test_an_illegal_move_says_what_is_allowed_and_writes_nothing(
    cedar: Any, place: Any, tap: Any, look: Any
) -> None:
    order_id = place(cedar, Fulfilment.PICKUP)
    for to in (CONFIRMED, PREPARING, READY):
        tap(order_id, to, by=cedar.program)
    with pytest.raises(IllegalTransition) as refusal:
        tap(order_id, DELIVERING, by=cedar.program)
    assert refusal.value.allowed == (COMPLETED,)
    assert len(look(cedar, order_id)[1]) == 4


def test_another_tenants_order_does_not_exist(
    cedar: Any, rival: Any, place: Any, tap: Any, look: Any
) -> None:
    order_id = place(cedar)
    with pytest.raises(OrderNotFound):
        tap(order_id, CONFIRMED, by=rival.maya.principal)
    with pytest.raises(OrderNotFound):
        tap(uuid.uuid4(), CONFIRMED, by=cedar.program)
    assert look(cedar, order_id)[0].status == PENDING


def test_a_forged_principal_is_held_by_the_database(
    app: Flask, cedar: Any, rival: Any, place: Any, look: Any
) -> None:
    """A view that confused two tenants still could not move the order: the database shows no such row."""
    order_id = place(cedar)
    forged = replace(rival.program, tenant_id=cedar.tenant_id)
    with tenant_context(app, rival.tenant_id), pytest.raises(OrderNotFound):
        transitions.advance(order_id, CONFIRMED, by=forged)
    assert look(cedar, order_id)[0].status == PENDING


def test_a_refusal_leaves_the_session_usable(app: Flask, cedar: Any, place: Any) -> None:
    order_id = place(cedar)
    with tenant_context(app, cedar.tenant_id):
        with pytest.raises(IllegalTransition):
            transitions.advance(order_id, READY, by=cedar.program)
        assert transitions.advance(order_id, CONFIRMED, by=cedar.program).moved


@contextmanager
def just_before_writing(then: Callable[[], Any]) -> Iterator[None]:
    """Do `then` once, in a thread of its own, at the moment before a move is written."""
    left = [then]
    statement = transitions._ADVANCE

    def interrupt(**values: Any) -> list[Any]:
        if left:
            other = Thread(target=left.pop())
            other.start()
            other.join()
        return type(statement).rows(statement, **values)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(statement, "rows", interrupt)
        yield
    assert not left, "nothing was written"


def test_a_move_that_comes_between_looking_and_writing_is_noticed(
    cedar: Any, place: Any, tap: Any, look: Any
) -> None:
    order_id = place(cedar)

    def nour() -> None:
        tap(order_id, CONFIRMED, by=cedar.nour.principal)

    with just_before_writing(nour), pytest.raises(OrderMoved) as conflict:
        tap(order_id, CANCELLED, by=cedar.maya.principal, expected_status=PENDING, reason="late")
    assert (conflict.value.current, conflict.value.changed_by) == (CONFIRMED, "Nour")
    with just_before_writing(lambda: tap(order_id, PREPARING, by=cedar.nour.principal)):
        twin = tap(order_id, PREPARING, by=cedar.maya.principal, expected_status=CONFIRMED)
    assert (twin.moved, twin.changed_by) == (False, "Nour")
    assert [entry.to_status for entry in look(cedar, order_id)[1]] == [PENDING, CONFIRMED, PREPARING]


def test_without_an_expected_status_a_move_that_comes_between_is_followed(
    cedar: Any, place: Any, tap: Any, look: Any
) -> None:
    order_id = place(cedar)
    with just_before_writing(lambda: tap(order_id, CONFIRMED, by=cedar.nour.principal)):
        assert tap(order_id, CANCELLED, by=cedar.program).moved
    assert [entry.from_status for entry in look(cedar, order_id)[1]] == [None, PENDING, CONFIRMED]
