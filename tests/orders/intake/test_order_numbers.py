"""Numbers of orders: without gap on a restaurant's business day, and never twice among the open ones."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from flask import Flask

from orders.placing import TEA, Crowd
from ordertrack.database.session import tenant_context
from ordertrack.orders.moving import transitions
from ordertrack.orders.placing.intake import RestaurantNotFound
from ordertrack.orders.placing.new_order import PromiseOutOfRange
from ordertrack.orders.reading import records
from ordertrack.rules.state_machine import OrderStatus
from support.server import wait_for


@pytest.fixture
def close(crowd_app: Flask) -> Callable[..., None]:
    """Cancel the open orders with these numbers, or all that are open."""

    def cancel(house: Any, *numbers: int) -> None:
        with tenant_context(crowd_app, house.tenant_id):
            for order in records.newest(house.tenant_id, 1000, status=OrderStatus.PENDING):
                if not numbers or order.number in numbers:
                    transitions.advance(order.id, OrderStatus.CANCELLED, by=house.program)

    return cancel


def yesterday(operator: psycopg.Connection, house: Any) -> None:
    """What was placed today was placed yesterday."""
    moved = "UPDATE {} SET {column} = {column} - 1 WHERE tenant_id = %s"
    for table, column in (("restaurants", "numbered_on"), ("orders", "business_date")):
        operator.execute(moved.format(table, column=column), [house.tenant_id])
    operator.commit()


def test_numbers_count_up_by_restaurant_without_gap_under_a_crowd(
    crowd_app: Flask, cedar: Any, take_in: Any, crowd: Crowd
) -> None:
    orders = [replace(TEA, restaurant=("hamra", "jounieh")[n % 2]) for n in range(32)]
    jobs = [lambda order=order: [take_in(cedar, order) for _ in range(3)] for order in orders]
    assert not [answer for answer in crowd(jobs) if isinstance(answer, Exception)]
    with tenant_context(crowd_app, cedar.tenant_id):
        for restaurant in ("hamra", "jounieh"):
            placed = records.newest(cedar.tenant_id, 1000, restaurant=restaurant)
            assert [order.number for order in placed][::-1] == list(range(1, 49))


def test_a_refused_order_takes_no_number(cedar: Any, take_in: Any, numbers: Any) -> None:
    take_in(cedar)
    with pytest.raises(PromiseOutOfRange):
        take_in(cedar, replace(TEA, promised_at=dt.datetime(9999, 12, 31, tzinfo=dt.UTC)))
    with pytest.raises(RestaurantNotFound):
        take_in(cedar, replace(TEA, restaurant="verdun"))
    take_in(cedar)
    assert numbers(cedar) == [1, 2]


def test_numbers_start_again_on_a_new_business_day(
    operator: psycopg.Connection, cedar: Any, take_in: Any, numbers: Any, close: Any
) -> None:
    take_in(cedar)
    take_in(cedar)
    close(cedar)
    yesterday(operator, cedar)
    take_in(cedar)
    take_in(cedar)
    assert numbers(cedar) == [1, 2, 1, 2]


def test_a_number_that_an_open_order_still_has_is_not_given_again(
    operator: psycopg.Connection, cedar: Any, take_in: Any, numbers: Any, close: Any
) -> None:
    for _ in range(4):
        take_in(cedar)
    close(cedar, 2)
    yesterday(operator, cedar)
    for _ in range(3):
        take_in(cedar)
    assert numbers(cedar) == [1, 2, 3, 4, 2, 5, 6]
    take_in(cedar, replace(TEA, restaurant="jounieh"))
    assert numbers(cedar)[-1] == 1, "another restaurant's numbers are its own"


def test_numbers_in_use_are_not_given_to_a_crowd_on_a_new_day(
    operator: psycopg.Connection, cedar: Any, take_in: Any, crowd: Crowd, numbers: Any, close: Any
) -> None:
    for _ in range(8):
        take_in(cedar)
    close(cedar, 1, 3)
    yesterday(operator, cedar)
    assert not [answer for answer in crowd([lambda: take_in(cedar)] * 16) if isinstance(answer, Exception)]
    assert sorted(numbers(cedar)[8:]) == [1, 3, *range(9, 23)]


_PLACED_YESTERDAY = """
    WITH restaurant AS (
        UPDATE restaurants SET numbered_on = current_date - 2, last_number = 1
         WHERE tenant_id = %(tenant)s AND slug = 'hamra' RETURNING tenant_id, id, numbered_on
    ), stream AS (
        UPDATE tenant_streams SET seq = seq + 1 WHERE tenant_id = %(tenant)s RETURNING seq
    ), placed AS (
        INSERT INTO orders (tenant_id, id, restaurant_id, business_date, number, status, version,
            status_since, fulfilment, placed_at)
        SELECT tenant_id, %(order)s, id, numbered_on, 1, 'pending', 1, now(), 'pickup',
            now() FROM restaurant
    )
    INSERT INTO order_status_events (tenant_id, seq, order_id, restaurant_id, version, to_status, changed_by,
        actor, occurred_at)
    SELECT tenant_id, seq, %(order)s, id, 1, 'pending', 'Operator', 'psql', now()
      FROM restaurant, stream
"""


def test_the_first_order_of_a_day_does_not_repeat_the_number_of_one_that_it_had_to_wait_for(
    operator: psycopg.Connection, cedar: Any, take_in: Any
) -> None:
    """The last order of the day before is number 1, and is not written yet when the next one comes."""
    operator.execute(_PLACED_YESTERDAY, {"tenant": cedar.tenant_id, "order": uuid.uuid4()})
    waiting = threading.Thread(target=take_in, args=[cedar])
    waiting.start()
    blocked = "SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))"
    wait_for(lambda: operator.execute(blocked).fetchone() == (1,), "the second order to wait for the first")
    operator.commit()
    waiting.join(10)
    placed = "SELECT number FROM orders WHERE tenant_id = %s ORDER BY number"
    assert operator.execute(placed, [cedar.tenant_id]).fetchall() == [(1,), (2,)]


@pytest.mark.parametrize("days", [4, 400])
def test_a_clock_that_ran_far_ahead_and_was_set_back_leaves_the_numbers_of_days_right(
    operator: psycopg.Connection, cedar: Any, take_in: Any, close: Any, days: int
) -> None:
    """What it numbered on a day to come keeps its numbers, and today's go on from today's last."""
    take_in(cedar)
    take_in(cedar)
    moved = "UPDATE {} SET {column} = {column} + %s WHERE tenant_id = %s"
    operator.execute(moved.format("orders", column="business_date"), [days, cedar.tenant_id])
    operator.execute(moved.format("restaurants", column="numbered_on"), [days, cedar.tenant_id])
    operator.commit()
    close(cedar)
    take_in(cedar)
    take_in(cedar)
    close(cedar)
    numbered = operator.execute(
        "SELECT business_date - min(business_date) OVER (), number FROM orders WHERE tenant_id = %s"
        " ORDER BY placed_at",
        [cedar.tenant_id],
    ).fetchall()
    assert numbered == [(days, 1), (days, 2), (0, 1), (0, 2)]


def test_a_day_that_had_numbers_before_goes_on_after_the_last_of_them(
    operator: psycopg.Connection, cedar: Any, take_in: Any, numbers: Any, close: Any
) -> None:
    """As after a clock that ran ahead: the restaurant numbers another day, and today has two orders."""
    take_in(cedar)
    take_in(cedar)
    close(cedar)
    operator.execute(
        "UPDATE restaurants SET numbered_on = numbered_on - 1, last_number = 40 WHERE tenant_id = %s",
        [cedar.tenant_id],
    )
    operator.commit()
    take_in(cedar)
    assert numbers(cedar) == [1, 2, 3]


def test_a_day_whose_start_is_put_off_is_not_taken_back_and_no_number_comes_twice(
    operator: psycopg.Connection, cedar: Any, take_in: Any, numbers: Any, close: Any
) -> None:
    take_in(cedar)
    close(cedar)
    moved = "UPDATE restaurants SET timezone = %s, numbered_on = numbered_on WHERE tenant_id = %s"
    for zone in ("Pacific/Kiritimati", "Pacific/Niue", "Pacific/Kiritimati"):
        operator.execute(moved, [zone, cedar.tenant_id])
        operator.commit()
        take_in(cedar)
        close(cedar)
    days = operator.execute(
        "SELECT business_date, number FROM orders WHERE tenant_id = %s ORDER BY placed_at", [cedar.tenant_id]
    ).fetchall()
    assert len(set(days)) == 4 and [day for day, _ in days] == sorted(day for day, _ in days)


def test_the_business_day_is_the_restaurants_own(
    operator: psycopg.Connection, cedar: Any, take_in: Any
) -> None:
    """At every moment, a restaurant east of the date line is a day ahead of one west of it."""
    for slug, zone in (("hamra", "Pacific/Kiritimati"), ("jounieh", "Pacific/Niue")):
        operator.execute(
            "UPDATE restaurants SET timezone = %s WHERE tenant_id = %s AND slug = %s",
            [zone, cedar.tenant_id, slug],
        )
    operator.commit()
    here, _ = take_in(cedar)
    there, _ = take_in(cedar, replace(TEA, restaurant="jounieh"))
    days = operator.execute(
        """SELECT (SELECT business_date FROM orders WHERE id = %s)
                - (SELECT business_date FROM orders WHERE id = %s)""",
        [here, there],
    ).fetchone()
    assert days in [(1,), (2,)]


def test_a_day_that_begins_while_an_order_waits_for_its_number_is_not_taken_back(
    operator: psycopg.Connection, cedar: Any, take_in: Any, numbers: Any
) -> None:
    """Who read the clock before the day began and got the lock after it must not repeat a number."""
    take_in(cedar)
    operator.execute(
        "UPDATE restaurants SET numbered_on = numbered_on + 1, last_number = 5 WHERE tenant_id = %s",
        [cedar.tenant_id],
    )
    answer: list[Any] = []
    waiting = threading.Thread(target=lambda: answer.append(take_in(cedar)))
    waiting.start()
    blocked = "SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))"
    wait_for(lambda: operator.execute(blocked).fetchone() == (1,), "the second order to wait for the first")
    operator.commit()
    waiting.join(10)
    assert len(answer) == 1
    assert numbers(cedar) == [1, 6]
    days = operator.execute(
        "SELECT business_date FROM orders WHERE tenant_id = %s ORDER BY placed_at", [cedar.tenant_id]
    ).fetchall()
    assert days[0] < days[1]
