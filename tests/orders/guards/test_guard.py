"""What the database itself refuses, typed in by the one who owns it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from itertools import product
from typing import Any

import psycopg
import pytest
from psycopg import errors

from ordertrack.database.config import Settings
from ordertrack.rules.state_machine import TRANSITIONS, Fulfilment, OrderStatus, RuleSet

PAIRS = list(product(OrderStatus, OrderStatus))
WAY_TO: dict[OrderStatus, tuple[OrderStatus, ...]] = {
    OrderStatus.PENDING: (),
    OrderStatus.CONFIRMED: (OrderStatus.CONFIRMED,),
    OrderStatus.PREPARING: (OrderStatus.CONFIRMED, OrderStatus.PREPARING),
    OrderStatus.READY: (OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY),
    OrderStatus.DELIVERING: (
        OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY, OrderStatus.DELIVERING
    ),
    OrderStatus.COMPLETED: (
        OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY, OrderStatus.COMPLETED
    ),
    OrderStatus.CANCELLED: (OrderStatus.CANCELLED,),
}  # fmt: skip

Stands = Callable[[OrderStatus], uuid.UUID]


@pytest.fixture(scope="module")
def kitchen_of_all_statuses(make_house: Callable[..., Any]) -> Any:
    return make_house("Guarded", ("hamra",))


@pytest.fixture
def order_in(
    kitchen_of_all_statuses: Any, place: Callable[..., uuid.UUID], bring: Callable[..., None]
) -> Stands:
    """A new delivery order that stands in the status."""

    def make(status: OrderStatus) -> uuid.UUID:
        order_id = place(kitchen_of_all_statuses)
        bring(kitchen_of_all_statuses, order_id, *WAY_TO[status])
        return order_id

    return make


def status_of(operator: psycopg.Connection, order_id: uuid.UUID) -> str:
    return operator.execute("SELECT status FROM orders WHERE id = %s", [order_id]).fetchone()[0]


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_a_bare_update_of_the_owner_never_changes_a_status(
    operator: psycopg.Connection, order_in: Stands, before: OrderStatus, after: OrderStatus
) -> None:
    """Illegal pairs fail at once, legal ones at commit, for want of their event."""
    order_id = order_in(before)
    version = "version" if before == after else "version + 1"
    update = f"UPDATE orders SET status = %s, version = {version} WHERE id = %s"
    if before == after:
        operator.execute(update, [after, order_id])
        operator.commit()
    elif after in TRANSITIONS[RuleSet.STRICT][before]:
        operator.execute(update, [after, order_id])
        with pytest.raises(errors.ForeignKeyViolation, match="orders_status_is_last_event"):
            operator.commit()
    else:
        with pytest.raises(errors.CheckViolation, match=f"an order that is {before} cannot become {after}"):
            operator.execute(update, [after, order_id])
    operator.rollback()
    assert status_of(operator, order_id) == before


@pytest.mark.parametrize("status", OrderStatus)
def test_a_move_to_the_same_status_is_refused(
    operator: psycopg.Connection, order_in: Stands, status: OrderStatus
) -> None:
    with pytest.raises(errors.CheckViolation):
        operator.execute("UPDATE orders SET version = version + 1 WHERE id = %s", [order_in(status)])


@pytest.mark.parametrize("version", ["version", "version + 2", "version - 1", "1000"])
def test_a_legal_move_that_does_not_count_up_its_version_is_refused(
    operator: psycopg.Connection, order_in: Stands, version: str
) -> None:
    update = f"UPDATE orders SET status = 'preparing', version = {version} WHERE id = %s"
    with pytest.raises(errors.CheckViolation):
        operator.execute(update, [order_in(OrderStatus.CONFIRMED)])


_FORGED = """
    WITH stream AS (
        UPDATE tenant_streams SET seq = seq + 1 FROM orders
         WHERE orders.id = %(order)s AND tenant_streams.tenant_id = orders.tenant_id
        RETURNING tenant_streams.seq, last_at AS at
    ), moved AS (
        UPDATE orders SET status = 'confirmed', version = 2, status_since = at FROM stream
         WHERE id = %(order)s AND %(moves)s
    )
    INSERT INTO order_status_events (tenant_id, seq, order_id, restaurant_id, version, from_status,
        to_status, changed_by, actor, occurred_at, in_status_for)
    SELECT tenant_id, stream.seq + %(ahead)s, id, restaurant_id, 2, 'pending', %(to)s, 'x', 'x', at,
        at - status_since
      FROM orders, stream WHERE id = %(order)s
"""


@pytest.mark.parametrize(
    "forged",
    [
        {"moves": True, "to": "cancelled", "ahead": 0},
        {"moves": False, "to": "confirmed", "ahead": 0},
        {"moves": True, "to": "confirmed", "ahead": 1},
    ],
    ids=["of another status", "of a move that was not made", "ahead of the stream"],
)
def test_an_event_cannot_be_written(
    operator: psycopg.Connection, order_in: Stands, forged: dict[str, Any]
) -> None:
    with pytest.raises(errors.CheckViolation, match="together with its order's move"):
        operator.execute(_FORGED, {"order": order_in(OrderStatus.PENDING), **forged})


def test_a_move_with_its_event_may_be_typed_in(operator: psycopg.Connection, order_in: Stands) -> None:
    whole = {"order": order_in(OrderStatus.PENDING), "moves": True, "to": "confirmed", "ahead": 0}
    operator.execute(_FORGED, whole)
    operator.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("change", ["seq - 1", "seq + 2", "0"])
def test_a_stream_cannot_be_set_back_or_ahead(operator: psycopg.Connection, change: str) -> None:
    with pytest.raises(errors.CheckViolation, match="one event at a time"):
        operator.execute(f"UPDATE tenant_streams SET seq = {change} WHERE seq > 1".encode())


@pytest.mark.parametrize("before", [status for status in OrderStatus if status != OrderStatus.PENDING])
def test_an_event_of_a_pair_that_is_not_in_the_map_cannot_be_written(
    operator: psycopg.Connection, order_in: Stands, before: OrderStatus
) -> None:
    with pytest.raises(errors.ForeignKeyViolation):
        operator.execute(
            """INSERT INTO order_status_events (tenant_id, seq, order_id, restaurant_id, version, from_status,
                   to_status, changed_by, actor, occurred_at)
               SELECT tenant_id, 100000, id, restaurant_id, version + 1, %s, 'pending', 'x', 'x', now()
                 FROM orders WHERE id = %s""",
            [before, order_in(before)],
        )


@pytest.mark.parametrize("status", [status for status in OrderStatus if status != OrderStatus.PENDING])
def test_an_order_cannot_be_inserted_in_a_later_status(
    operator: psycopg.Connection, order_in: Stands, status: OrderStatus
) -> None:
    with pytest.raises(errors.CheckViolation, match="an order begins as pending"):
        operator.execute(
            """INSERT INTO orders (tenant_id, id, restaurant_id, business_date, number, status, version,
                   status_since, fulfilment, placed_at)
               SELECT tenant_id, gen_random_uuid(), restaurant_id, business_date, 99999, %s, 1, now(),
                   fulfilment, now() FROM orders WHERE id = %s""",
            [status, order_in(OrderStatus.PENDING)],
        )


def test_an_order_cannot_be_inserted_without_its_first_event(
    operator: psycopg.Connection, order_in: Stands
) -> None:
    operator.execute(
        """INSERT INTO orders (tenant_id, id, restaurant_id, business_date, number, status, version,
               status_since, fulfilment, placed_at)
           SELECT tenant_id, gen_random_uuid(), restaurant_id, business_date, 99999, status, 1, now(),
               fulfilment, now() FROM orders WHERE id = %s""",
        [order_in(OrderStatus.PENDING)],
    )
    with pytest.raises(errors.ForeignKeyViolation, match="orders_status_is_last_event"):
        operator.commit()


@pytest.mark.parametrize("fulfilment", [Fulfilment.PICKUP, Fulfilment.DINE_IN])
def test_what_nobody_carries_is_never_on_its_way(
    operator: psycopg.Connection,
    kitchen_of_all_statuses: Any,
    place: Callable[..., uuid.UUID],
    bring: Callable[..., None],
    fulfilment: Fulfilment,
) -> None:
    order_id = place(kitchen_of_all_statuses, fulfilment)
    bring(kitchen_of_all_statuses, order_id, *WAY_TO[OrderStatus.READY])
    with pytest.raises(errors.CheckViolation, match="an order that is ready cannot become delivering"):
        operator.execute(
            "UPDATE orders SET status = 'delivering', version = version + 1 WHERE id = %s", [order_id]
        )


def test_no_order_can_be_deleted_under_its_log(operator: psycopg.Connection, order_in: Stands) -> None:
    with pytest.raises(errors.ForeignKeyViolation):
        operator.execute("DELETE FROM orders WHERE id = %s", [order_in(OrderStatus.PENDING)])


def test_a_temporary_table_of_the_same_name_does_not_loosen_the_rules(
    operator: psycopg.Connection, order_in: Stands
) -> None:
    """PostgreSQL looks into a session's temporary schema first, where anybody may make a table."""
    order_id = order_in(OrderStatus.CANCELLED)
    operator.execute(
        "CREATE TEMP TABLE rule_set_transitions AS"
        " SELECT 'strict' rule_set, 'cancelled' from_status, 'preparing' to_status, false asks_reason"
    )
    with pytest.raises(errors.CheckViolation):
        operator.execute(
            "UPDATE orders SET status = 'preparing', version = version + 1 WHERE id = %s", [order_id]
        )


def test_what_is_typed_into_the_console_is_refused_in_words(
    settings: Settings, operator: psycopg.Connection, order_in: Stands
) -> None:
    """The console sends one simple statement in autocommit, not a prepared one in a transaction."""
    order_id = order_in(OrderStatus.CANCELLED)
    operator.commit()
    operator.autocommit = True
    typed = f"UPDATE orders SET status = 'preparing' WHERE id = '{order_id}'; COMMIT"
    answer = operator.pgconn.exec_(typed.encode())
    assert answer.status == psycopg.pq.ExecStatus.FATAL_ERROR
    assert b"an order that is cancelled cannot become preparing" in answer.error_message
    assert status_of(operator, order_id) == OrderStatus.CANCELLED
