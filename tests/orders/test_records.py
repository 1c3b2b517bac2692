"""What screens and answers are made of."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

from flask import Flask

from ordertrack.database.session import tenant_context
from ordertrack.orders.moving import transitions
from ordertrack.orders.placing import intake
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.orders.reading import records
from ordertrack.orders.reading.records import ItemRecord
from ordertrack.rules.roles import Role
from ordertrack.rules.state_machine import Fulfilment, OrderStatus

USUALLY = dt.timedelta(minutes=20 + 20 + 5)  # kitchen, road and margin, as every restaurant begins
OPEN = (OrderStatus.PENDING, OrderStatus.CONFIRMED, OrderStatus.PREPARING)


def test_a_record_holds_the_whole_order_in_the_order_of_its_lines(app: Flask, cedar: Any) -> None:
    promised = dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(minutes=40)
    items = tuple(
        NewItem(f"Dish {n}", n + 1, f"note {n}" if n % 2 else None, ("a", "b")[: n % 3]) for n in range(12)
    )
    new = NewOrder(
        "hamra", Fulfilment.DELIVERY, items, "web-7", {"name": "Rana"}, promised, {"source": "web"}
    )
    with tenant_context(app, cedar.tenant_id):
        order_id, _ = intake.place(new, by=cedar.program)
        order = records.find(cedar.tenant_id, order_id)
    assert order is not None
    assert [(item.name, item.quantity, item.notes, item.modifiers) for item in order.items] == [
        (item.name, item.quantity, item.notes, item.modifiers) for item in items
    ]
    assert isinstance(order.items[0], ItemRecord)
    assert (order.reference, order.customer, order.promised_at) == ("web-7", {"name": "Rana"}, promised)
    assert (order.restaurant, order.restaurant_name, order.timezone) == ("hamra", "Hamra", "Asia/Beirut")
    assert (order.number, order.version, order.status) == (1, 1, OrderStatus.PENDING)
    assert order.placed_at == order.status_since == order.steps[0].at
    assert order.placed_at.tzinfo is not None
    assert order.due_at == order.start_by == promised - USUALLY
    assert order.allowed(Role.DISPATCH) == ()
    assert order.allowed() == (OrderStatus.CONFIRMED, OrderStatus.CANCELLED)


def test_what_was_not_given_is_empty(app: Flask, cedar: Any, place: Callable[..., uuid.UUID]) -> None:
    order_id = place(cedar)
    with tenant_context(app, cedar.tenant_id):
        order = records.find(cedar.tenant_id, order_id)
    assert order is not None
    assert (order.customer, order.reference, order.promised_at) == ({}, None, None)
    assert order.due_at == order.placed_at


def test_a_reason_that_is_no_text_is_not_shown_as_one(
    app: Flask, cedar: Any, place: Callable[..., uuid.UUID], bring: Callable[..., None]
) -> None:
    order_id = place(cedar)
    with tenant_context(app, cedar.tenant_id):
        transitions.advance(
            order_id, OrderStatus.CANCELLED, by=cedar.program, metadata={"reason": {"code": 7}}
        )
        order = records.find(cedar.tenant_id, order_id)
    assert order is not None
    assert order.steps[-1].reason is None


def test_a_restaurants_orders_are_sorted_by_when_they_are_due(app: Flask, cedar: Any, place: Any) -> None:
    soon = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)
    late = place(cedar)
    with tenant_context(app, cedar.tenant_id):
        new = NewOrder("hamra", Fulfilment.PICKUP, (NewItem("Tea", 1),), promised_at=soon)
        first, _ = intake.place(new, by=cedar.program)
        place(cedar, restaurant="jounieh")
        restaurant_id = records.find(cedar.tenant_id, late).restaurant_id  # type: ignore[union-attr]
        shown = records.of_restaurant(cedar.tenant_id, restaurant_id, OPEN)
    assert [order.id for order in shown] == [first, late]


def test_what_has_just_ended_is_shown_as_long_as_it_is_new(
    app: Flask, cedar: Any, place: Any, bring: Callable[..., None]
) -> None:
    open_one, ended = place(cedar), place(cedar)
    bring(cedar, ended, OrderStatus.CANCELLED)
    with tenant_context(app, cedar.tenant_id):
        order = records.find(cedar.tenant_id, ended)
        assert order is not None
        moment = dt.timedelta(microseconds=1)
        shown = [
            {entry.id for entry in records.of_restaurant(cedar.tenant_id, order.restaurant_id, OPEN, passing)}
            for passing in (
                {OrderStatus.CANCELLED: order.status_since},
                {OrderStatus.CANCELLED: order.status_since + moment},
                None,
            )
        ]
    assert shown == [{open_one, ended}, {open_one}, {open_one}]


def test_the_newest_come_first_and_page_without_gap_or_repeat(app: Flask, cedar: Any, place: Any) -> None:
    placed = [place(cedar, restaurant=("hamra", "jounieh")[n % 2]) for n in range(7)]
    with tenant_context(app, cedar.tenant_id):
        seen: list[uuid.UUID] = []
        before = None
        while page := records.newest(cedar.tenant_id, 3, before):
            seen += [order.id for order in page]
            before = (page[-1].placed_at, page[-1].id)
        hamra = records.newest(cedar.tenant_id, 10, restaurant="hamra")
        none = records.newest(cedar.tenant_id, 10, status=OrderStatus.READY)
    assert seen == placed[::-1]
    assert [order.id for order in hamra] == placed[::-2]
    assert none == []


def test_another_tenants_order_is_not_found(app: Flask, cedar: Any, rival: Any, place: Any) -> None:
    order_id = place(cedar)
    with tenant_context(app, rival.tenant_id):
        assert records.find(rival.tenant_id, order_id) is None
        assert records.find(cedar.tenant_id, order_id) is None
        assert records.newest(cedar.tenant_id, 10) == []


def test_each_step_knows_how_many_orders_the_kitchen_had_and_a_tap_answers_the_same(
    app: Flask, cedar: Any, place: Callable[..., uuid.UUID], bring: Callable[..., None]
) -> None:
    order_ids = [place(cedar) for _ in range(3)]
    place(cedar, restaurant="jounieh")
    bring(cedar, order_ids[0], OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY)
    with tenant_context(app, cedar.tenant_id):
        loads = []
        for order_id in order_ids:
            order = records.find(cedar.tenant_id, order_id)
            assert order is not None
            loads.append([step.load for step in order.steps])
        answer = transitions.advance(order_ids[1], OrderStatus.CONFIRMED, by=cedar.program)
        assert answer.order == records.find(cedar.tenant_id, order_ids[1])
    assert loads == [[1, 3, 3, 3], [2], [3]]
    assert answer.order.steps[-1].load == 2
