"""Statements of their own: confined like everything else, and nothing of them stays behind."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Integer, select, text
from sqlalchemy.exc import DBAPIError

from ordertrack.database import session as database
from ordertrack.database.app import make_bare_app
from ordertrack.database.config import Settings
from ordertrack.database.session import db, tenant_context
from ordertrack.database.statements import EachInItsTenant, Statement, TenantQuery
from ordertrack.orders.models import Order, StatusEvent
from ordertrack.tenants.stream import TenantStream
from support.cast import House

_ORDERS = TenantQuery(select(Order.id, Order.tenant_id))


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
    head = TenantQuery(
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


# Of the tenant nothing is said but by the schema.
_EACH = EachInItsTenant(
    {"number": Integer()}, lambda _tenant_id, number: select(Order.id).where(Order.number >= number)
)


def _orders_of(*houses: House, number: int = 1) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """Each with its tenant before it."""
    return _EACH.rows(tenant_id=[house.tenant_id for house in houses], number=[number] * len(houses))


_PLANS = Statement("SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE name = %(name)s")
_SET = Statement(
    "SELECT current_setting('plan_cache_mode') AS mode, current_setting('enable_seqscan') AS scans,"
    " current_setting('jit') AS jit"
)


@pytest.fixture
def one_connection(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    monkeypatch.setattr(database, "POOL_SIZE", 1)
    made = make_bare_app(settings)
    yield made
    with made.app_context():
        db.engine.dispose()


def test_a_statement_that_is_planned_once_is_never_planned_for_its_values(
    one_connection: Flask, cedar: House, place: Any
) -> None:
    order = place(cedar)
    with tenant_context(one_connection, cedar.tenant_id):
        for _ in range(20):
            assert _orders_of(cedar) == [(cedar.tenant_id, order)]
        assert _PLANS.rows(name=_EACH.name) == [(20, 0)]


_SIZED = EachInItsTenant(
    {"number": Integer()},
    lambda _tenant_id, number: select(Order.id).where(Order.number <= number),
    size="number",
)


def test_a_plan_is_made_anew_for_a_tenant_that_has_much_more_and_not_for_one_that_has_less(
    one_connection: Flask, cedar: House, place: Any
) -> None:
    order = place(cedar)
    with tenant_context(one_connection, cedar.tenant_id):
        for number, runs in ((1, 1), (8, 2), (9, 1), (1, 2), (40, 3), (41, 1)):
            asked = _SIZED.rows(tenant_id=[cedar.tenant_id], number=[number])
            assert asked == [(cedar.tenant_id, order)]
            assert _PLANS.rows(name=_SIZED.name) == [(runs, 0)], number


def test_what_has_it_planned_once_holds_for_it_alone(one_connection: Flask, cedar: House, place: Any) -> None:
    order = place(cedar)
    with tenant_context(one_connection, cedar.tenant_id):
        before = _SET.rows()
        assert before[0].mode == "auto"
        _orders_of(cedar)
        assert _SET.rows() == before
        assert db.session.scalar(select(Order.number)) == 1
        assert _orders_of(cedar) == [(cedar.tenant_id, order)], "also inside a transaction"
        assert _SET.rows() == before


@pytest.mark.parametrize("avoided", ["nestloop", "hashjoin", "mergejoin", "material", "memoize", "indexscan"])
def test_each_of_many_tenants_sees_its_own_rows_whatever_plan_is_chosen(
    one_connection: Flask, cedar: House, rival: House, place: Any, avoided: str
) -> None:
    orders = {house.tenant_id: {place(house), place(house)} for house in (cedar, rival)}
    with one_connection.app_context():
        db.session.execute(text(f"SET enable_{avoided} = off"))
        db.session.commit()
        found: dict[uuid.UUID, set[uuid.UUID]] = {}
        for tenant_id, order in _orders_of(rival, cedar):
            found.setdefault(tenant_id, set()).add(order)
        assert found == orders
        assert _ORDERS.rows() == [], "and nobody's are seen afterwards"


def test_who_has_entered_a_tenant_reads_of_no_other(
    one_connection: Flask, cedar: House, rival: House, place: Any
) -> None:
    ours, _theirs = place(cedar), place(rival)
    with tenant_context(one_connection, cedar.tenant_id):
        assert _orders_of(rival, cedar) == [(cedar.tenant_id, ours)]
        assert _orders_of(rival) == []


def test_a_transaction_outside_every_tenant_stays_outside_after_a_read_of_many(
    one_connection: Flask, cedar: House, place: Any
) -> None:
    ours = place(cedar)
    with one_connection.app_context():
        assert db.session.scalars(select(Order.id)).all() == []
        assert _orders_of(cedar) == [(cedar.tenant_id, ours)]
        assert db.session.scalars(select(Order.id)).all() == []


def test_a_statement_that_is_planned_once_is_planned_again_where_its_plan_was_let_go(
    one_connection: Flask, cedar: House, place: Any
) -> None:
    order = place(cedar)
    with tenant_context(one_connection, cedar.tenant_id):
        for _ in range(3):
            assert _orders_of(cedar) == [(cedar.tenant_id, order)]
            with pytest.raises(DBAPIError):
                Statement("SELECT 1 / 0").rows()
            with db.engine.connect() as connection:
                connection.execute(text("DEALLOCATE ALL"))
