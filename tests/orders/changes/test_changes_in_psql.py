"""What the database itself makes of somebody who types a change of an order into it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from flask import Flask
from psycopg import errors

from ordertrack.database.session import tenant_context
from ordertrack.orders.changing import changes
from ordertrack.orders.changing.change_draft import AddLine, VoidLine
from ordertrack.orders.moving import transitions
from ordertrack.orders.placing.new_order import NewItem
from ordertrack.rules.state_machine import OrderStatus
from support.cast import House

Place = Callable[..., uuid.UUID]
P, C, K, R, D, E, X = OrderStatus

# A whole change as somebody would type it, who knows everything that the guards ask.
_STREAM = "UPDATE tenant_streams SET seq = seq + 1 WHERE tenant_id = %(tenant)s"
_ADD = """INSERT INTO order_items (tenant_id, order_id, position, name, quantity, added_in)
    VALUES (%(tenant)s, %(order)s, 9, 'Soup', 1, %(revision)s)"""
_VOID = "UPDATE order_items SET voided_in = %(revision)s WHERE order_id = %(order)s AND position = 1"
_COUNT = "UPDATE orders SET acts = acts + 1, changed_in = %(revision)s WHERE id = %(order)s"
_LOG = """INSERT INTO order_actions (tenant_id, seq, order_id, restaurant_id, act, status, changed_by, actor,
        occurred_at, changes)
    SELECT orders.tenant_id, seq, id, restaurant_id, 'change', status, 'x', 'x', last_at, %(changes)s
      FROM orders JOIN tenant_streams USING (tenant_id) WHERE id = %(order)s"""
WHOLE = (_STREAM, _ADD, _VOID, _COUNT, _LOG)


def type_in(
    operator: psycopg.Connection[Any], house: House, order_id: uuid.UUID, steps: tuple[str, ...], **said: Any
) -> None:
    operator.execute("SELECT set_config('ordertrack.tenant_id', %s, false)", [str(house.tenant_id)])
    found = operator.execute("SELECT version + acts + 1 FROM orders WHERE id = %s", [order_id]).fetchone()
    assert found is not None
    log = {"revision": found[0], "added": [9], "voided": [1], "fields": []} | said
    values = {"tenant": house.tenant_id, "order": order_id, "revision": found[0], "changes": json.dumps(log)}
    for step in steps:
        operator.execute(step, values)
    operator.commit()


def test_a_change_that_says_all_it_does_is_made(
    operator: psycopg.Connection[Any], cedar: House, place: Place
) -> None:
    order_id = place(cedar)
    type_in(operator, cedar, order_id, WHOLE)
    lines = operator.execute(
        "SELECT position, added_in, voided_in FROM order_items WHERE order_id = %s", [order_id]
    )
    assert set(lines.fetchall()) >= {(1, None, 2), (9, 2, None)}


@pytest.mark.parametrize(
    "said",
    [{"added": []}, {"voided": []}, {"added": [8]}, {"voided": [1, 2]}, {"revision": 7}, {"revision": None}],
)
def test_a_change_that_says_something_else_is_refused(
    operator: psycopg.Connection[Any], cedar: House, place: Place, said: dict[str, Any]
) -> None:
    order_id = place(cedar)
    with pytest.raises(errors.CheckViolation, match="says which lines"):
        type_in(operator, cedar, order_id, WHOLE, **said)


@pytest.mark.parametrize("steps", [(_ADD,), (_VOID,), (_ADD, _COUNT), (_VOID, _COUNT)])
def test_lines_that_come_and_go_without_a_log_are_refused(
    operator: psycopg.Connection[Any], cedar: House, place: Place, steps: tuple[str, ...]
) -> None:
    order_id = place(cedar)
    with pytest.raises(errors.CheckViolation, match="a change that stands in the log"):
        type_in(operator, cedar, order_id, steps)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE order_items SET quantity = 9 WHERE order_id = %(order)s",
        "UPDATE order_items SET name = 'Air' WHERE order_id = %(order)s",
        "UPDATE order_items SET notes = 'more salt' WHERE order_id = %(order)s",
        "UPDATE order_items SET modifiers = '[1]' WHERE order_id = %(order)s",
        "UPDATE order_items SET added_in = 2 WHERE order_id = %(order)s",
        "UPDATE order_items SET voided_in = NULL WHERE order_id = %(order)s AND voided_in IS NOT NULL",
        "INSERT INTO order_items (tenant_id, order_id, position, name, quantity)"
        " VALUES (%(tenant)s, %(order)s, 9, 'Soup', 1)",
        "UPDATE orders SET promised_at = now() WHERE id = %(order)s",
        "UPDATE orders SET table_name = '4' WHERE id = %(order)s",
        "UPDATE orders SET changes_seen_in = changed_in WHERE id = %(order)s",
        "UPDATE orders SET currency = 'LBP', to_collect = 5 WHERE id = %(order)s",
    ],
)
def test_what_stands_in_an_order_is_not_rewritten(
    app: Flask, operator: psycopg.Connection[Any], cedar: House, place: Place, statement: str
) -> None:
    order_id = place(cedar)
    with tenant_context(app, cedar.tenant_id):
        made = [AddLine(NewItem("Cake", 1)), VoidLine(1)]
        changes.change(order_id, made, by=cedar.program, expected_revision=1)
    with pytest.raises(errors.CheckViolation):
        type_in(operator, cedar, order_id, (statement,))


def test_its_owner_may_erase_what_is_said_of_the_guest(
    operator: psycopg.Connection[Any], cedar: House, place: Place
) -> None:
    order_id = place(cedar)
    type_in(
        operator, cedar, order_id, ("UPDATE orders SET customer = NULL, note = NULL WHERE id = %(order)s",)
    )
    type_in(operator, cedar, order_id, ("UPDATE order_items SET notes = NULL WHERE order_id = %(order)s",))


@pytest.mark.parametrize(
    ("way", "adds", "is_made"),
    [
        ((), True, True),
        ((C, K), True, True),
        ((C, K, R), True, False),
        ((C, K, R), False, True),
        ((C, K, R, D), False, True),
        ((C, K, R, E), False, False),
        ((X,), False, False),
    ],
)
def test_until_when_an_order_is_changed(
    app: Flask,
    operator: psycopg.Connection[Any],
    cedar: House,
    place: Place,
    way: tuple[OrderStatus, ...],
    adds: bool,
    is_made: bool,
) -> None:
    order_id = place(cedar)
    for step in way:
        with tenant_context(app, cedar.tenant_id):
            transitions.advance(order_id, step, by=cedar.program, reason="No gas")
    steps = WHOLE if adds else (_STREAM, _VOID, _COUNT, _LOG)
    said = {} if adds else {"added": []}
    if is_made:
        type_in(operator, cedar, order_id, steps, **said)
        return
    with pytest.raises(errors.CheckViolation):
        type_in(operator, cedar, order_id, steps, **said)


def test_nothing_is_acknowledged_that_was_not_changed(
    operator: psycopg.Connection[Any], cedar: House, place: Place
) -> None:
    order_id = place(cedar)
    log = _LOG.replace("'change'", "'acknowledge'").replace("%(changes)s", "NULL")
    with pytest.raises(errors.CheckViolation):
        type_in(
            operator,
            cedar,
            order_id,
            (_STREAM, "UPDATE orders SET acts = acts + 1 WHERE id = %(order)s", log),
        )
