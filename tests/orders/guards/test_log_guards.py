"""What the schema refuses the application's own role, so that the log has no gap and contradicts no order."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from flask import Flask
from psycopg import errors, sql

from ordertrack.database.config import Settings
from ordertrack.database.session import tenant_context
from ordertrack.orders.log import event_log
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import OrderStatus
from support.database import connect

# A move from confirmed to cancelled, as true as what stands in it.
_MOVE = """
    WITH stream AS (
        UPDATE tenant_streams SET seq = seq + 1 RETURNING seq, last_at AS at
    ), moved AS (
        UPDATE orders SET status = 'cancelled', version = orders.version + 1, status_since = {since}
          FROM stream WHERE id = %(order)s
    )
    INSERT INTO order_status_events (tenant_id, seq, order_id, restaurant_id, version, from_status,
        to_status, changed_by, actor, occurred_at, in_status_for)
    SELECT tenant_id, seq, id, {restaurant}, version + 1, {before}, 'cancelled', 'x', 'x', {at}, {stood}
      FROM orders, stream WHERE id = %(order)s
"""
_TRUE = {
    "since": "at",
    "restaurant": "restaurant_id",
    "before": "status",
    "at": "at",
    "stood": "at - status_since",
}
_ELSEWHERE = "(SELECT restaurants.id FROM restaurants WHERE slug = 'jounieh')"
_HOUR = "interval '1 hour'"

_ACT = """
    WITH stream AS (
        UPDATE tenant_streams SET seq = seq + {taken} RETURNING seq, last_at AS at
    ), done AS (
        UPDATE orders SET acts = acts + 1, is_rush = true WHERE id = %(order)s
    )
    INSERT INTO order_actions (tenant_id, seq, order_id, restaurant_id, act, status, line, changed_by, actor,
        occurred_at)
    SELECT tenant_id, seq, id, {restaurant}, {act}, {status}, {line}, 'x', 'x', {at}
      FROM orders, stream WHERE id = %(order)s
"""
_DONE = {
    "taken": "1",
    "restaurant": "restaurant_id",
    "act": "'rush'",
    "status": "status",
    "line": "NULL",
    "at": "at",
}

_PLACE = """
    WITH stream AS (
        UPDATE tenant_streams SET seq = seq + {taken} RETURNING seq, coalesce(last_at, now()) AS at
    ), placed AS (
        INSERT INTO orders (tenant_id, id, restaurant_id, business_date, number, status, version,
            status_since, fulfilment, placed_at)
        SELECT tenant_id, gen_random_uuid(), id, at, 99, 'pending', 1, at, 'pickup', {placed_at}
          FROM restaurants, stream WHERE slug = 'hamra' RETURNING *
    )
    INSERT INTO order_status_events (tenant_id, seq, order_id, restaurant_id, version, to_status, changed_by,
        actor, occurred_at)
    SELECT tenant_id, seq, id, restaurant_id, 1, 'pending', 'x', 'x', at FROM placed, stream
"""


@pytest.fixture
def order_id(cedar: Any, place: Callable[..., uuid.UUID], bring: Callable[..., None]) -> uuid.UUID:
    """Confirmed, and the only one of its tenant: a log of two entries."""
    order_id = place(cedar)
    bring(cedar, order_id, OrderStatus.CONFIRMED)
    return order_id


@pytest.fixture
def typed(settings: Settings, cedar: Any, order_id: uuid.UUID) -> Iterator[Callable[..., None]]:
    """Type statements in one transaction of the application's role inside the tenant, and commit."""
    with connect(settings.app_url) as connection:

        def run(*statements: str, **values: str) -> None:
            try:
                enter(connection, cedar)
                for statement in statements:
                    connection.execute(
                        sql.SQL(statement).format(**{name: sql.SQL(said) for name, said in values.items()}),
                        {"order": order_id, "tenant": cedar.tenant_id},
                    )
                connection.commit()
            finally:
                connection.rollback()

        yield run


@pytest.fixture
def log(app: Flask, cedar: Any) -> Callable[[], list[tuple[int, Any]]]:
    """The log's numbers, each with what was done, and behind them its head."""

    def read() -> list[tuple[int, Any]]:
        with tenant_context(app, cedar.tenant_id):
            entries = event_log.entries_after(cedar.tenant_id, 0, 100)
            head = event_log.head(cedar.tenant_id)
        said = [(each.cursor.seq, each.act if hasattr(each, "act") else each.to_status) for each in entries]
        return [*said, (head.seq, "head")]

    return read


def enter(connection: psycopg.Connection[Any], house: Any) -> None:
    connection.execute("SELECT set_config('ordertrack.tenant_id', %s, true)", [str(house.tenant_id)])


BEFORE = [(1, OrderStatus.PENDING), (2, OrderStatus.CONFIRMED), (2, "head")]


def test_what_says_the_truth_may_be_typed_in(typed: Any, log: Any) -> None:
    typed(_MOVE, **_TRUE)
    typed(_ACT, **_DONE)
    assert log() == [*BEFORE[:2], (3, OrderStatus.CANCELLED), (4, OrderAction.RUSH), (4, "head")]


@pytest.mark.parametrize("by", ["+ 1", "+ 2", "- 1"])
def test_a_number_of_the_stream_is_never_taken_alone(typed: Any, log: Any, by: str) -> None:
    with pytest.raises(errors.CheckViolation, match="an event stream goes on"):
        typed(f"UPDATE tenant_streams SET seq = seq {by}")
    assert log() == BEFORE


def test_a_number_is_not_taken_alone_beside_one_that_has_its_entry(typed: Any, log: Any) -> None:
    alone = "UPDATE tenant_streams SET seq = seq + 1"
    with pytest.raises(errors.CheckViolation, match="number 4 has none"):
        typed(_MOVE, alone, **_TRUE)
    with pytest.raises(errors.CheckViolation, match="number 3 has none"):
        typed(alone, _MOVE, **_TRUE)
    assert log() == BEFORE


def test_leaving_the_tenant_before_the_commit_lets_no_gap_through(typed: Any, rival: Any, log: Any) -> None:
    leave = f"SELECT set_config('ordertrack.tenant_id', '{rival.tenant_id}', true)"
    with pytest.raises(errors.CheckViolation, match="number 3 has none"):
        typed("UPDATE tenant_streams SET seq = seq + 1", leave)
    assert log() == BEFORE


def test_a_number_has_one_entry_whichever_table_it_stands_in(typed: Any, log: Any) -> None:
    with pytest.raises(errors.CheckViolation, match="at the head of the stream"):
        typed(_MOVE, _ACT, **_TRUE | _DONE | {"taken": "0"})
    with pytest.raises(errors.CheckViolation, match="at the head of the stream"):
        typed(_ACT, _MOVE.replace("seq + 1", "seq"), **_TRUE | _DONE)
    assert log() == BEFORE


@pytest.mark.parametrize(
    ("type_of_its_own", "false"),
    [
        (
            "CREATE TYPE pg_temp.record AS (restaurant_id uuid, placed_at timestamptz,"
            " status_since timestamptz, nothing timestamptz, last_at timestamptz)",
            {"at": f"at - {_HOUR}", "since": f"at - {_HOUR}", "stood": "interval '0'"},
        ),
        (
            "CREATE TYPE pg_temp.record AS (nothing uuid, placed_at timestamptz, status_since timestamptz,"
            " last_at timestamptz, restaurant_id uuid)",
            {"restaurant": _ELSEWHERE},
        ),
        ("CREATE DOMAIN pg_temp.timestamptz AS date", {"stood": "at - status_since::date"}),
    ],
)
def test_a_session_with_types_of_its_own_writes_nothing_false(
    typed: Any, log: Any, type_of_its_own: str, false: dict[str, str]
) -> None:
    with pytest.raises(errors.CheckViolation):
        typed(type_of_its_own, _MOVE, **_TRUE | false)
    assert log() == BEFORE


def test_a_second_transaction_adds_nothing_to_a_number_that_is_taken(typed: Any, log: Any) -> None:
    with pytest.raises(errors.CheckViolation, match="at the head of the stream"):
        typed(_ACT, **_DONE | {"taken": "0"})  # where an event stands
    typed(_ACT, **_DONE)
    with pytest.raises(errors.CheckViolation, match="at the head of the stream"):
        typed(_MOVE.replace("seq + 1", "seq"), **_TRUE)  # where an action stands
    assert log() == [*BEFORE[:2], (3, OrderAction.RUSH), (3, "head")]


def test_a_number_that_another_transaction_is_taking_is_nobody_elses(
    settings: Settings, cedar: Any, order_id: uuid.UUID, typed: Any, log: Any
) -> None:
    ahead = "SELECT tenant_id, 3, id, restaurant_id, 'rush', status, 'x', 'x', clock_timestamp() FROM orders"
    columns = "tenant_id, seq, order_id, restaurant_id, act, status, changed_by, actor, occurred_at"
    with connect(settings.app_url) as first:
        enter(first, cedar)
        first.execute(
            sql.SQL(_MOVE).format(**{name: sql.SQL(said) for name, said in _TRUE.items()}),
            {"order": order_id},
        )
        with pytest.raises(errors.CheckViolation, match="at the head of the stream"):
            typed(f"INSERT INTO order_actions ({columns}) {ahead}")
        first.commit()
    assert log() == [*BEFORE[:2], (3, OrderStatus.CANCELLED), (3, "head")]


def test_no_entry_stands_before_the_first(settings: Settings, cedar: Any) -> None:
    at_zero = {"taken": sql.SQL("0"), "placed_at": sql.SQL("at")}
    with connect(settings.app_url) as connection:
        enter(connection, cedar)
        with pytest.raises(errors.CheckViolation, match="at the head of the stream"):
            connection.execute(sql.SQL(_PLACE).format(**at_zero))


EVENT_LIES = {
    "it was confirmed, not pending": {"before": "'pending'"},
    "it is of another restaurant": {"restaurant": _ELSEWHERE},
    "it moved at another time": {"at": "at - interval '1 us'"},
    "it stood there for another time": {"stood": "interval '1 s'"},
    "it stood there for no known time": {"stood": "NULL::interval"},
}


@pytest.mark.parametrize("lie", EVENT_LIES)
def test_an_event_says_the_same_as_its_order(typed: Any, log: Any, lie: str) -> None:
    with pytest.raises(errors.CheckViolation, match="says the same as its order"):
        typed(_MOVE, **_TRUE | EVENT_LIES[lie])
    assert log() == BEFORE


@pytest.mark.parametrize(
    ("moment", "stood"),
    [(f"at - {_HOUR}", "interval '0'"), (f"at + {_HOUR}", f"at + {_HOUR} - status_since")],
    ids=["before the last entry", "still to come"],
)
def test_an_event_has_no_time_of_its_own(typed: Any, log: Any, moment: str, stood: str) -> None:
    with pytest.raises(errors.CheckViolation, match="never runs against"):
        typed(_MOVE, **_TRUE | {"since": moment, "at": moment, "stood": stood})
    assert log() == BEFORE


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_order_has_its_status_since_its_event(typed: Any, log: Any, when: str) -> None:
    shift = f"UPDATE orders SET status_since = status_since - {_HOUR} WHERE id = %(order)s"
    with pytest.raises(errors.CheckViolation, match="since the event that gave it"):
        typed(*((shift, _MOVE) if when == "before" else (_MOVE, shift)), **_TRUE)
    assert log() == BEFORE


def test_an_order_is_placed_when_its_first_event_says(typed: Any, log: Any) -> None:
    with pytest.raises(errors.CheckViolation, match="says the same as its order"):
        typed(_PLACE, taken="1", placed_at=f"at - {_HOUR}")
    assert log() == BEFORE
    typed(_PLACE, taken="1", placed_at="at")
    assert log() == [*BEFORE[:2], (3, OrderStatus.PENDING), (3, "head")]


ACTION_LIES = {
    "it is of another restaurant": {"restaurant": _ELSEWHERE},
    "it was confirmed, not pending": {"status": "'pending'"},
    "it has no such line": {"act": "'strike'", "line": "3"},
    "the line is not struck off": {"act": "'strike'", "line": "1"},
    "it is rushed": {"act": "'unrush'"},
    "nobody has acknowledged it": {"act": "'acknowledge'"},
}


@pytest.mark.parametrize("lie", ACTION_LIES)
def test_an_action_says_the_same_as_its_order(typed: Any, log: Any, lie: str) -> None:
    with pytest.raises(errors.CheckViolation, match="says the same as its order"):
        typed(_ACT, **_DONE | ACTION_LIES[lie])
    assert log() == BEFORE


@pytest.mark.parametrize("moment", [f"at - {_HOUR}", f"at + {_HOUR}"])
def test_an_action_has_no_time_of_its_own(typed: Any, log: Any, moment: str) -> None:
    with pytest.raises(errors.CheckViolation, match="never runs against"):
        typed(_ACT, **_DONE | {"at": moment})
    assert log() == BEFORE
