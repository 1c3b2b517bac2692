"""The log: written once, read in the order of its commits."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from flask import Flask
from psycopg import errors
from psycopg.sql import SQL, Identifier, Literal

from ordertrack.database.session import db, tenant_context
from ordertrack.orders.log import event_log
from ordertrack.orders.log.entries import EventRecord
from ordertrack.rules.state_machine import OrderStatus
from support.houses.town import ORDERS, Town

Reader = Callable[..., list[EventRecord]]


@pytest.fixture
def read(app: Flask) -> Reader:
    def events(house: Any, after: int = 0, limit: int = 1000, **which: Any) -> list[EventRecord]:
        with tenant_context(app, house.tenant_id):
            return event_log.events_after(house.tenant_id, after, limit, **which)

    return events


@pytest.mark.parametrize(
    "rewriting",
    [
        "UPDATE order_status_events SET changed_by = 'nobody'",
        "UPDATE order_status_events SET metadata = '{}'",
        "DELETE FROM order_status_events",
        "TRUNCATE order_status_events",
        "TRUNCATE order_status_events CASCADE",
        "DROP TABLE order_status_events",
        "ALTER TABLE order_status_events DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE order_status_events DISABLE TRIGGER ALL",
        "DELETE FROM orders",
        "UPDATE orders SET id = id",
        "UPDATE orders SET fulfilment = 'pickup'",
        "UPDATE tenant_streams SET epoch = 0",
        "DELETE FROM tenant_streams",
        "DELETE FROM status_transitions",
        "INSERT INTO status_transitions VALUES ('cancelled', 'preparing')",
        "ALTER TABLE orders DISABLE TRIGGER guard_order_status",
        "DROP FUNCTION guard_order_status CASCADE",
        "SET session_replication_role = replica",
    ],
)
def test_the_applications_role_may_not(
    confined: psycopg.Connection, cedar: Any, place: Any, rewriting: str
) -> None:
    place(cedar)
    confined.execute("SELECT set_config('ordertrack.tenant_id', %s, true)", [str(cedar.tenant_id)])
    with pytest.raises(errors.InsufficientPrivilege):
        confined.execute(rewriting)


def test_the_creation_of_an_order_is_its_first_event(cedar: Any, place: Any, read: Reader) -> None:
    order_id = place(cedar)
    (created,) = read(cedar)
    assert (created.order_id, created.from_status, created.to_status) == (order_id, None, OrderStatus.PENDING)
    assert (created.changed_by, created.actor) == (cedar.program.name, cedar.program.actor)
    assert created.in_status_for is None
    assert (created.cursor.seq, created.number, created.restaurant) == (1, 1, "hamra")


def test_events_are_read_after_a_cursor_page_by_page(
    cedar: Any, place: Any, bring: Callable[..., None], read: Reader
) -> None:
    orders = [place(cedar) for _ in range(4)]
    for order_id in orders:
        bring(cedar, order_id, OrderStatus.CONFIRMED)
    assert [entry.cursor.seq for entry in read(cedar)] == list(range(1, 9))
    pages, after = [], 0
    while page := read(cedar, after, 3):
        pages.append(len(page))
        after = page[-1].cursor.seq
    assert (pages, after) == ([3, 3, 2], 8)
    assert read(cedar, 8) == []


def test_events_can_be_those_of_one_restaurant_or_one_order(
    cedar: Any, place: Any, bring: Callable[..., None], read: Reader
) -> None:
    here, there = place(cedar), place(cedar, restaurant="jounieh")
    bring(cedar, there, OrderStatus.CONFIRMED)
    assert {entry.order_id for entry in read(cedar, restaurant="jounieh")} == {there}
    assert [entry.cursor.seq for entry in read(cedar, restaurant="jounieh")] == [2, 3]
    assert [entry.cursor.seq for entry in read(cedar, order_id=here)] == [1]
    assert read(cedar, restaurant="verdun") == []
    assert read(cedar, order_id=uuid.uuid4()) == []


def test_no_tenant_reads_anothers_events(
    app: Flask, cedar: Any, rival: Any, place: Any, read: Reader
) -> None:
    order_id = place(cedar)
    assert read(rival) == []
    with tenant_context(app, rival.tenant_id):
        assert event_log.events_after(cedar.tenant_id, 0, 10) == []
        assert event_log.changes_after(cedar.tenant_id, 0, 10) == []
        assert event_log.events_after(rival.tenant_id, 0, 10, order_id=order_id) == []


def test_a_change_carries_its_order_as_it_is_now(
    app: Flask, cedar: Any, place: Any, bring: Callable[..., None]
) -> None:
    order_id = place(cedar)
    bring(cedar, order_id, OrderStatus.CONFIRMED)
    with tenant_context(app, cedar.tenant_id):
        first, second = event_log.changes_after(cedar.tenant_id, 0, 10)
        head = event_log.head(cedar.tenant_id)
    assert (first.event.to_status, first.order.status) == (OrderStatus.PENDING, OrderStatus.CONFIRMED)
    assert first.order == second.order
    assert [item.name for item in first.order.items] == ["Kebab", "Fattoush"]
    assert second.cursor == head


def test_a_notification_is_delivered_exactly_if_the_move_commits(
    app: Flask, confined: psycopg.Connection, cedar: Any, place: Any, bring: Callable[..., None]
) -> None:
    order_id = place(cedar)
    confined.autocommit = True
    confined.execute("LISTEN ordertrack_events")
    with pytest.raises(Exception, match="cannot become"):
        bring(cedar, order_id, OrderStatus.READY)
    bring(cedar, order_id, OrderStatus.CONFIRMED)
    heard = [
        note.payload
        for note in confined.notifies(timeout=5, stop_after=1)
        if note.payload.startswith(str(cedar.tenant_id))
    ]
    assert heard == [f"{cedar.tenant_id}:2"]


def test_the_log_is_read_on_by_one_plan_whatever_position_is_asked_for(town: Town) -> None:
    """Kept by the connection, made for a log that has grown, and of indexes alone."""
    with tenant_context(town.app, town.first):
        for seq in (ORDERS - 1, ORDERS - 20, ORDERS, 0, ORDERS - 1):
            read = event_log.changes_after(town.first, seq, 32)
            assert [change.cursor.seq for change in read] == list(range(seq + 1, min(seq + 32, ORDERS) + 1))
        assert [change.cursor.seq for change in event_log.changes_after(town.first, 100, 3)] == [
            101,
            102,
            103,
        ]
        connection = db.engine.raw_connection()
        driver: Any = connection.driver_connection
        plans = driver.execute(
            "SELECT name, generic_plans, custom_plans FROM pg_prepared_statements"
            " WHERE name LIKE 'planned%' AND statement LIKE '%tracking_links%'"
        ).fetchall()
        ((name, generic, custom),) = plans
        assert (generic, custom) == (6, 0)
        driver.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        asked = {"tenant_id": [town.first], "seq": [0], **event_log._CHANGES[event_log.FEW]._fixed}
        values = [asked[each] for each in event_log._CHANGES[event_log.FEW]._names]
        execute = SQL("EXPLAIN EXECUTE {} ({})").format(
            Identifier(name), SQL(", ").join(map(Literal, values))
        )
        plan = "\n".join(line for (line,) in driver.execute(execute))
        connection.close()
    assert "Index" in plan and "Seq Scan" not in plan and "Hash" not in plan, plan
    # Not by walking through all that the tenant has: the plan is made inside it, for what it has.
    assert "orders_pkey" in plan and "Join Filter: (page.order_id = orders.id)" not in plan, plan
    assert "Join Filter: (orders.id = tracking_links.order_id)" not in plan, plan
