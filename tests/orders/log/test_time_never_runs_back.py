"""Whatever the clock does, the log's times go the way of its numbers."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from flask import Flask

from ordertrack.database.session import tenant_context
from ordertrack.orders.log import event_log
from ordertrack.orders.moving import actions, transitions
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.orders.reading import records
from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.past.orders import PastOrder, PastStep
from ordertrack.past.writer import History
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import Fulfilment, OrderStatus

NOTHING = dt.timedelta(0)


@pytest.fixture
def set_clock_back(operator: psycopg.Connection, cedar: Any) -> Callable[[], dt.datetime]:
    """As if the clock had been an hour ahead while the house's log was written; when the last entry was."""

    def shift() -> dt.datetime:
        operator.execute("SET session_replication_role = replica")
        for table, moment in (
            ("tenant_streams", "last_at"),
            ("orders", "status_since"),
            ("orders", "placed_at"),
            ("order_status_events", "occurred_at"),
            ("order_actions", "occurred_at"),
            ("order_status_events", "recorded_at"),
            ("order_actions", "recorded_at"),
        ):
            later = f"UPDATE {table} SET {moment} = {moment} + interval '1 hour' WHERE tenant_id = %s"
            operator.execute(later.encode(), [cedar.tenant_id])
        operator.execute("SET session_replication_role = origin")
        row = operator.execute(
            "SELECT last_at FROM tenant_streams WHERE tenant_id = %s", [cedar.tenant_id]
        ).fetchone()
        operator.commit()
        return row[0]

    return shift


@pytest.fixture
def order_of(app: Flask, cedar: Any) -> Callable[[uuid.UUID], OrderRecord]:
    def read(order_id: uuid.UUID) -> OrderRecord:
        with tenant_context(app, cedar.tenant_id):
            order = records.find(cedar.tenant_id, order_id)
        assert order is not None
        return order

    return read


@pytest.fixture
def last(app: Flask, cedar: Any) -> Callable[[], Any]:
    """The newest entry of the log."""

    def read() -> Any:
        with tenant_context(app, cedar.tenant_id):
            return event_log.entries_after(cedar.tenant_id, 0, 100)[-1]

    return read


def test_a_move_is_made_at_the_last_entry_until_the_clock_has_caught_up(
    app: Flask, cedar: Any, place: Any, set_clock_back: Any, order_of: Any, last: Any
) -> None:
    order_id = place(cedar)
    moment = set_clock_back()
    with tenant_context(app, cedar.tenant_id):
        told = transitions.advance(order_id, OrderStatus.CONFIRMED, by=cedar.program).order
    assert (last().occurred_at, last().in_status_for) == (moment, NOTHING)
    assert (told.status_since, order_of(order_id).status_since) == (moment, moment)


def test_an_order_is_placed_at_the_last_entry_until_the_clock_has_caught_up(
    cedar: Any, place: Any, set_clock_back: Any, order_of: Any, last: Any
) -> None:
    place(cedar)
    moment = set_clock_back()
    order = order_of(place(cedar))
    assert (last().order_id, last().occurred_at, last().in_status_for) == (order.id, moment, None)
    assert (order.placed_at, order.status_since) == (moment, moment)


def test_an_action_is_done_at_the_last_entry_until_the_clock_has_caught_up(
    app: Flask, cedar: Any, place: Any, bring: Any, set_clock_back: Any, order_of: Any, last: Any
) -> None:
    order_id = place(cedar)
    bring(cedar, order_id, OrderStatus.CANCELLED)
    moment = set_clock_back()
    with tenant_context(app, cedar.tenant_id):
        told = actions.act(order_id, OrderAction.ACKNOWLEDGE, by=cedar.program).order
    assert last().occurred_at == moment
    assert (told.acknowledged_at, order_of(order_id).acknowledged_at) == (moment, moment)


def test_a_move_after_an_action_is_not_before_it(
    app: Flask, cedar: Any, place: Any, bring: Any, set_clock_back: Any, last: Any
) -> None:
    order_id = place(cedar)
    with tenant_context(app, cedar.tenant_id):
        actions.act(order_id, OrderAction.RUSH, by=cedar.program)
    moment = set_clock_back()
    bring(cedar, order_id, OrderStatus.CONFIRMED)
    assert last().occurred_at == moment


def test_with_a_clock_that_goes_on_an_entry_has_its_time(
    cedar: Any, place: Any, bring: Any, operator: psycopg.Connection, last: Any
) -> None:
    order_id = place(cedar)
    before = operator.execute("SELECT clock_timestamp()").fetchone()[0]
    bring(cedar, order_id, OrderStatus.CONFIRMED)
    after = operator.execute("SELECT clock_timestamp()").fetchone()[0]
    assert before < last().occurred_at < after


def test_an_order_whose_status_began_later_than_now_can_still_be_moved(
    cedar: Any, place: Any, bring: Any, set_clock_back: Any, operator: psycopg.Connection, last: Any
) -> None:
    """As houses have it whose clock was set back when nothing held the moments of the log together."""
    order_id = place(cedar)
    set_clock_back()
    now = "UPDATE tenant_streams SET last_at = clock_timestamp() WHERE tenant_id = %s"
    operator.execute(now, [cedar.tenant_id])
    operator.commit()
    bring(cedar, order_id, OrderStatus.CONFIRMED)
    moved = last()
    assert moved.in_status_for == NOTHING
    # For the log of the suite is to be sound when it has ended.
    begins = """UPDATE order_status_events SET occurred_at = %(at)s, recorded_at = %(at)s
        WHERE order_id = %(order)s AND version = 1"""
    operator.execute(begins, {"at": moved.occurred_at, "order": order_id})
    operator.execute("UPDATE orders SET placed_at = %s WHERE id = %s", [moved.occurred_at, order_id])
    operator.commit()


def test_a_past_is_recorded_after_what_the_log_ends_with_whatever_the_clock_says(
    app: Flask, operator_app: Flask, cedar: Any, place: Any, set_clock_back: Any, last: Any
) -> None:
    order_id = place(cedar)
    with tenant_context(app, cedar.tenant_id):
        actions.act(order_id, OrderAction.RUSH, by=cedar.program)
    now = dt.datetime.now(dt.UTC)
    moment = set_clock_back()
    past = PastOrder(
        NewOrder("hamra", Fulfilment.PICKUP, (NewItem("Tea", 1),)),
        (PastStep(OrderStatus.PENDING, now, cedar.program, {}),),
    )
    with tenant_context(operator_app, cedar.tenant_id):
        list(History(cedar.tenant_id, [past], lambda _, at: at.date()).write())
    assert (last().occurred_at, last().recorded_at, last().is_history) == (now, moment, True)


def test_a_past_keeps_its_own_times_and_what_follows_has_the_clocks(
    operator_app: Flask, cedar: Any, place: Any, last: Any
) -> None:
    noon = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)
    past = PastOrder(
        NewOrder("hamra", Fulfilment.PICKUP, (NewItem("Tea", 1),)),
        (
            PastStep(OrderStatus.PENDING, noon, cedar.program, {}),
            PastStep(OrderStatus.CONFIRMED, noon, cedar.program, {}),
        ),
    )
    with tenant_context(operator_app, cedar.tenant_id):
        assert sum(History(cedar.tenant_id, [past], lambda _, at: at.date()).write()) == 2
    assert (last().occurred_at, last().in_status_for) == (noon, NOTHING)
    began = dt.datetime.now(dt.UTC)
    place(cedar)
    assert last().recorded_at == last().occurred_at > began
    assert not last().is_history
