"""An order is changed between a look at it and what is done upon that look: nobody is told what never was."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from flask import Flask

from ordertrack.database.session import tenant_context
from ordertrack.orders.changing import changes
from ordertrack.orders.changing.change_draft import SetFields, VoidLine
from ordertrack.orders.moving import actions, transitions
from ordertrack.orders.reading import records
from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import OrderStatus
from support.cast import House

Change = Callable[..., OrderRecord]
COOKING = (OrderStatus.CONFIRMED, OrderStatus.PREPARING)


@pytest.fixture
def change(app: Flask, cedar: House) -> Change:
    def changed(order_id: uuid.UUID, *wanted: changes.Change) -> OrderRecord:
        with tenant_context(app, cedar.tenant_id):
            order = records.find(cedar.tenant_id, order_id)
            assert order is not None
            return changes.change(order_id, wanted, by=cedar.program, expected_revision=order.revision).order

    return changed


@pytest.mark.parametrize(
    "do",
    [
        lambda order_id, by: transitions.advance(order_id, OrderStatus.CONFIRMED, by=by).order,
        lambda order_id, by: actions.act(order_id, OrderAction.RUSH, by=by).order,
    ],
    ids=["move", "action"],
)
def test_what_is_done_answers_with_the_change_that_came_in_between(
    app: Flask, cedar: House, place: Any, change: Change, monkeypatch: pytest.MonkeyPatch, do: Any
) -> None:
    order_id, find = place(cedar), records.find

    def find_before_a_change(*which: uuid.UUID) -> OrderRecord | None:
        monkeypatch.undo()
        order = find(*which)
        with ThreadPoolExecutor(1) as other:
            other.submit(change, order_id, VoidLine(1)).result()
        return order

    with tenant_context(app, cedar.tenant_id):
        monkeypatch.setattr(records, "find", find_before_a_change)
        answer = do(order_id, cedar.program)
        assert answer.revision == 3
        assert answer == records.find(cedar.tenant_id, order_id)


def test_a_change_at_the_same_moment_is_not_overlooked_when_an_order_is_called_ready(
    cedar: House, place: Any, bring: Any, change: Change, app: Flask, operator: psycopg.Connection
) -> None:
    """The database itself asks, whatever was read before."""
    order_id = place(cedar)
    bring(cedar, order_id, *COOKING)
    with tenant_context(app, cedar.tenant_id):
        for line in (1, 2):
            actions.act(order_id, OrderAction.STRIKE, by=cedar.nour.principal, line=line)
    change(order_id, SetFields({"note": "hot"}))
    moved = operator.execute(
        "SELECT * FROM advance_order(%s, %s, 'preparing', 'ready', true, true, true, 'Nour', 'staff:1',"
        " '{}')",
        (cedar.tenant_id, order_id),
    ).fetchall()
    assert moved == []
