"""A tap is decided on the order as this process knows it, and never on one that has changed since."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from flask import Flask

from ordertrack.database.session import tenant_context
from ordertrack.orders.moving import actions, transitions
from ordertrack.orders.moving.transitions import OrderMoved
from ordertrack.orders.reading import known_orders, records
from ordertrack.orders.reading.known_orders import KnownOrders
from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.restaurants import rule_sets
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import Fulfilment, IllegalTransition, LinesOpen, OrderStatus, RuleSet
from support.cast import House

Place = Callable[..., uuid.UUID]


@pytest.fixture
def known(app: Flask) -> Iterator[KnownOrders]:
    """As in a process that serves."""
    made = app.extensions["known_orders"] = KnownOrders()
    yield made
    del app.extensions["known_orders"]


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[uuid.UUID]:
    """The orders that were read, each time."""
    made: list[uuid.UUID] = []
    find = records.find

    def counted(tenant_id: uuid.UUID, order_id: uuid.UUID) -> OrderRecord | None:
        made.append(order_id)
        return find(tenant_id, order_id)

    monkeypatch.setattr(records, "find", counted)
    return made


def elsewhere(app: Flask, house: House, known: KnownOrders, do: Callable[[], object]) -> None:
    """Another process does something, which this one has not heard of."""
    before, app.extensions["known_orders"] = known, KnownOrders()
    with tenant_context(app, house.tenant_id):
        do()
    app.extensions["known_orders"] = before


def move(
    house: House, order_id: uuid.UUID, to: OrderStatus, seen: OrderStatus, **more: object
) -> OrderRecord:
    by = house.maya.principal
    return transitions.advance(order_id, to, by=by, expected_status=seen, **more).order  # type: ignore[arg-type]


@pytest.fixture
def confirmed(app: Flask, cedar: House, place: Place, known: KnownOrders) -> uuid.UUID:
    """An order that was confirmed here, and is known so."""
    order_id = place(cedar)
    with tenant_context(app, cedar.tenant_id):
        move(cedar, order_id, OrderStatus.CONFIRMED, OrderStatus.PENDING)
    return order_id


def test_a_life_is_moved_on_what_is_known_and_ends_as_the_database_has_it(
    app: Flask, cedar: House, confirmed: uuid.UUID, known: KnownOrders, reads: list[uuid.UUID]
) -> None:
    by = cedar.maya.principal
    with tenant_context(app, cedar.tenant_id):
        reads.clear()
        move(cedar, confirmed, OrderStatus.PREPARING, OrderStatus.CONFIRMED)
        struck = actions.act(
            confirmed, OrderAction.STRIKE, by=by, line=1, expected_status=OrderStatus.PREPARING
        )
        assert reads == []
        assert struck.order == records.find(cedar.tenant_id, confirmed)
        ready = move(cedar, confirmed, OrderStatus.READY, OrderStatus.PREPARING, despite_open_lines=True)
        assert ready == records.find(cedar.tenant_id, confirmed)


def test_what_happened_elsewhere_is_in_the_answer(
    app: Flask, cedar: House, confirmed: uuid.UUID, known: KnownOrders
) -> None:
    by = cedar.maya.principal
    elsewhere(app, cedar, known, lambda: actions.act(confirmed, OrderAction.RUSH, by=by))
    with tenant_context(app, cedar.tenant_id):
        moved = move(cedar, confirmed, OrderStatus.PREPARING, OrderStatus.CONFIRMED)
        assert moved.is_rush and moved == records.find(cedar.tenant_id, confirmed)


def test_who_is_behind_is_told_who_moved_it(
    app: Flask, cedar: House, confirmed: uuid.UUID, known: KnownOrders
) -> None:
    elsewhere(app, cedar, known, lambda: move(cedar, confirmed, OrderStatus.PREPARING, OrderStatus.CONFIRMED))
    with tenant_context(app, cedar.tenant_id), pytest.raises(OrderMoved) as refused:
        move(cedar, confirmed, OrderStatus.CANCELLED, OrderStatus.CONFIRMED, reason="sold out")
    assert refused.value.current == OrderStatus.PREPARING


@pytest.mark.usefixtures("lines_asked")
def test_a_line_that_was_struck_elsewhere_is_not_called_open(
    app: Flask, cedar: House, confirmed: uuid.UUID, known: KnownOrders
) -> None:
    by = cedar.maya.principal
    with tenant_context(app, cedar.tenant_id):
        order = move(cedar, confirmed, OrderStatus.PREPARING, OrderStatus.CONFIRMED)
        with pytest.raises(LinesOpen):
            move(cedar, confirmed, OrderStatus.READY, OrderStatus.PREPARING, on_board=True)

    def strike_all() -> None:
        for line in order.lines:
            actions.act(confirmed, OrderAction.STRIKE, by=by, line=line.position)

    known.put(order)
    elsewhere(app, cedar, known, strike_all)
    with tenant_context(app, cedar.tenant_id):
        ready = move(cedar, confirmed, OrderStatus.READY, OrderStatus.PREPARING, on_board=True)
        assert ready == records.find(cedar.tenant_id, confirmed)


def test_what_left_and_came_again_elsewhere_is_not_moved_by_an_old_tap(
    app: Flask, cedar: House, place: Place, known: KnownOrders
) -> None:
    order_id = place(cedar, fulfilment=Fulfilment.DELIVERY)
    way = (OrderStatus.PENDING, OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY)
    with tenant_context(app, cedar.tenant_id):
        rule_sets.choose(RuleSet.EXTENDED, by=cedar.maya.principal)
        for seen, to in pairwise(way):
            move(cedar, order_id, to, seen)

    def go_and_come_back() -> None:
        move(cedar, order_id, OrderStatus.DELIVERING, OrderStatus.READY)
        move(cedar, order_id, OrderStatus.READY, OrderStatus.DELIVERING, reason="nobody was there")

    elsewhere(app, cedar, known, go_and_come_back)
    with tenant_context(app, cedar.tenant_id), pytest.raises(OrderMoved):
        move(cedar, order_id, OrderStatus.DELIVERING, OrderStatus.READY, waited=60)


def test_the_rules_that_hold_now_decide(
    app: Flask, cedar: House, confirmed: uuid.UUID, known: KnownOrders
) -> None:
    with tenant_context(app, cedar.tenant_id):
        move(cedar, confirmed, OrderStatus.PREPARING, OrderStatus.CONFIRMED)
        with pytest.raises(IllegalTransition):
            move(cedar, confirmed, OrderStatus.CANCELLED, OrderStatus.PREPARING, reason="the guest called")
        rule_sets.choose(RuleSet.EXTENDED, by=cedar.maya.principal)
        called_off = move(
            cedar, confirmed, OrderStatus.CANCELLED, OrderStatus.PREPARING, reason="the guest called"
        )
        assert called_off.status == OrderStatus.CANCELLED


def test_what_is_older_does_not_replace_what_is_known(
    known: KnownOrders, app: Flask, cedar: House, place: Place
) -> None:
    order_id = place(cedar)
    with tenant_context(app, cedar.tenant_id):
        older = records.find(cedar.tenant_id, order_id)
        assert older is not None
        newer = move(cedar, order_id, OrderStatus.CONFIRMED, OrderStatus.PENDING)
        known.put(older)
        assert known_orders.find(cedar.tenant_id, order_id) == newer


def test_only_so_many_are_known_and_none_of_tenants_that_others_own(
    known: KnownOrders, app: Flask, cedar: House, rival: House, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_orders, "MOST_KNOWN", 2)
    orders = []
    for _ in range(3):
        order_id = place(cedar)
        with tenant_context(app, cedar.tenant_id):
            orders.append(move(cedar, order_id, OrderStatus.CONFIRMED, OrderStatus.PENDING))
    assert [known.find(each.tenant_id, each.id) for each in orders] == [None, *orders[1:]]
    others = KnownOrders(lambda tenant_id: tenant_id == cedar.tenant_id)
    others.put(orders[0])
    assert others.find(cedar.tenant_id, orders[0].id) is None
