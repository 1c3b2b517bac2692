"""Statements of their own: confined like everything else, and nothing of them stays behind."""

from __future__ import annotations

from typing import Any

import pytest
from cast import House
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from ordertrack.database import db, tenant_context
from ordertrack.orders.models import Order, StatusEvent, TenantStream
from ordertrack.statements import Confined, Statement

_ORDERS = Confined(select(Order.id, Order.tenant_id))


def test_a_read_in_one_round_trip_sees_the_entered_tenants_rows_and_no_others(
    app: Flask, cedar: House, rival: House, place: Any
) -> None:
    ours, _theirs = place(cedar), place(rival)
    with tenant_context(app, cedar.tenant_id):
        assert _ORDERS.rows() == [(ours, cedar.tenant_id)]
    with app.app_context():
        assert _ORDERS.rows() == [], "no tenant, no rows"


@pytest.mark.parametrize("avoided", ["nestloop", "hashjoin", "mergejoin", "indexscan", "seqscan"])
def test_a_read_in_one_round_trip_finds_its_rows_whatever_plan_is_chosen(
    app: Flask, cedar: House, place: Any, avoided: str
) -> None:
    order_id = place(cedar)
    head = Confined(
        select(Order.id)
        .join(StatusEvent, StatusEvent.order_id == Order.id)
        .join(TenantStream, TenantStream.tenant_id == StatusEvent.tenant_id)
    )
    with tenant_context(app, cedar.tenant_id):
        db.session.execute(text(f"SET LOCAL enable_{avoided} = off"))
        db.session.execute(text("SET LOCAL ordertrack.tenant_id = ''"))
        assert head.rows() == [(order_id,)], "in the session's own transaction"


def test_a_read_in_one_round_trip_leaves_no_tenant_behind_on_its_connection(
    app: Flask, cedar: House, place: Any
) -> None:
    place(cedar)
    with tenant_context(app, cedar.tenant_id):
        assert _ORDERS.rows()
        with db.engine.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM orders")).scalar() == 0


@pytest.mark.parametrize("broken", ["SELECT 1 / 0", "SELECT nothing", "SELECT pg_sleep(60)"])
def test_a_statement_that_fails_leaves_the_pool_as_it_was(app: Flask, cedar: House, broken: str) -> None:
    with tenant_context(app, cedar.tenant_id):
        with pytest.raises(DBAPIError):
            Statement(f"SET LOCAL statement_timeout = 100; {broken}").rows()
        for _ in range(30):  # more than the pool holds
            db.session.execute(text("UPDATE restaurants SET last_number = 99"))
            db.session.rollback()
        assert set(db.session.scalars(text("SELECT last_number FROM restaurants"))) == {0}


def test_inside_a_sessions_transaction_a_statement_is_part_of_it(app: Flask, cedar: House) -> None:
    count = Statement("UPDATE restaurants SET last_number = %(number)s RETURNING last_number")
    with tenant_context(app, cedar.tenant_id):
        db.session.execute(text("SELECT 1"))
        assert [row.last_number for row in count.rows(number=99)] == [99, 99]
        db.session.rollback()
        assert set(db.session.scalars(text("SELECT last_number FROM restaurants"))) == {0}
