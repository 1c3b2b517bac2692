"""Taking orders in: once a key, whoever sends it and however many at once."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from orders.placing import TEA, Crowd, events
from ordertrack.database.config import Settings
from ordertrack.orders.placing.intake import IdempotencyKeyReused
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.rules.state_machine import Fulfilment
from support.database import connect

_PLACE_AS_BEFORE = """
    WITH stream AS (
        UPDATE tenant_streams SET seq = seq + 1 RETURNING seq, last_at AS at
    ), placed AS (
        INSERT INTO orders (tenant_id, id, restaurant_id, business_date, number, status, version,
            status_since, fulfilment, placed_at, idempotency_key, idempotency_hash)
        SELECT tenant_id, %(order)s, id, at, 99, 'pending', 1, at, 'pickup', at, %(key)s, %(hash)s
          FROM restaurants, stream WHERE slug = 'hamra' RETURNING *
    )
    INSERT INTO order_status_events (tenant_id, seq, order_id, restaurant_id, version, to_status, changed_by,
        actor, occurred_at)
    SELECT tenant_id, seq, id, restaurant_id, 1, 'pending', 'Till', %(actor)s, at FROM placed, stream
    RETURNING order_id
"""


def test_the_same_key_and_order_again_is_the_same_order(app: Flask, cedar: Any, take_in: Any) -> None:
    first, is_new = take_in(cedar, key="k")
    again, is_new_again = take_in(cedar, key="k")
    assert (first == again, is_new, is_new_again) == (True, True, False)
    assert len(events(app, cedar)) == 1


@pytest.mark.parametrize(
    "other",
    [
        replace(TEA, items=(NewItem("Tea", 2),)),
        replace(TEA, items=(NewItem("Tea", 1, "hot"),)),
        replace(TEA, items=(NewItem("Tea", 1), NewItem("Tea", 1))),
        replace(TEA, restaurant="jounieh"),
        replace(TEA, fulfilment=Fulfilment.DINE_IN),
        replace(TEA, reference="7"),
        replace(TEA, customer={"name": "Rana"}),
        replace(TEA, metadata={"source": "web"}),
    ],
)
def test_the_same_key_for_another_order_is_refused(
    app: Flask, cedar: Any, take_in: Any, other: NewOrder
) -> None:
    take_in(cedar, key="k")
    with pytest.raises(IdempotencyKeyReused):
        take_in(cedar, other, key="k")
    assert len(events(app, cedar)) == 1


def test_tenants_share_no_keys(cedar: Any, rival: Any, take_in: Any) -> None:
    ours, _ = take_in(cedar, key="k")
    theirs, is_new = take_in(rival, replace(TEA, restaurant="verdun"), key="k")
    assert is_new and ours != theirs


def test_senders_of_one_tenant_share_no_keys(app: Flask, cedar: Any, take_in: Any) -> None:
    other = replace(cedar, program=replace(cedar.program, actor=f"key:{uuid.uuid4()}", name="Other till"))
    ours, _ = take_in(cedar, key="k")
    theirs, is_new = take_in(other, replace(TEA, reference="7"), key="k")
    assert is_new and ours != theirs
    assert take_in(cedar, key="k") == (ours, False)
    assert take_in(other, replace(TEA, reference="7"), key="k") == (theirs, False)
    with pytest.raises(IdempotencyKeyReused):
        take_in(other, key="k")
    assert len(events(app, cedar)) == 2


def place_as_before(settings: Settings, house: Any, key: str) -> uuid.UUID:
    """As code did it that knew keys of tenants only."""
    with connect(settings.app_url) as connection:
        connection.execute("SELECT set_config('ordertrack.tenant_id', %s, true)", [str(house.tenant_id)])
        (order_id,) = connection.execute(
            _PLACE_AS_BEFORE,
            {"key": key, "hash": TEA.fingerprint, "actor": house.program.actor, "order": uuid.uuid4()},
        ).fetchone()
    return order_id


def test_a_key_that_code_of_before_was_sent_is_its_senders(
    settings: Settings, cedar: Any, take_in: Any
) -> None:
    order_id = place_as_before(settings, cedar, "k")
    assert take_in(cedar, key="k") == (order_id, False)
    other = replace(cedar, program=replace(cedar.program, actor="key:another"))
    assert take_in(other, key="k")[1]


def test_code_of_before_makes_no_second_order_of_a_key(settings: Settings, cedar: Any, take_in: Any) -> None:
    take_in(cedar, key="k")
    with pytest.raises(psycopg.errors.UniqueViolation, match="idempotency_key"):
        place_as_before(settings, cedar, "k")


def test_orders_without_a_key_are_all_new(cedar: Any, take_in: Any) -> None:
    assert take_in(cedar)[0] != take_in(cedar)[0]


def test_the_same_moment_in_another_zone_is_the_same_order() -> None:
    at = dt.datetime(2026, 7, 1, 12, 0, tzinfo=dt.UTC)
    there = at.astimezone(dt.timezone(dt.timedelta(hours=3)))
    assert replace(TEA, promised_at=at).fingerprint == replace(TEA, promised_at=there).fingerprint


@given(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=5), st.randoms())
def test_the_order_of_keys_does_not_make_another_order(metadata: dict[str, Any], random: Any) -> None:
    shuffled = list(metadata.items())
    random.shuffle(shuffled)
    assert replace(TEA, metadata=metadata).fingerprint == replace(TEA, metadata=dict(shuffled)).fingerprint


def test_twins_with_one_key_at_the_same_moment_place_one_order(
    app: Flask, cedar: Any, take_in: Any, crowd: Crowd, numbers: Any
) -> None:
    for turn in range(5):
        answers = crowd([lambda key=f"twin {turn}": take_in(cedar, key=key)] * 16)
        assert len({order_id for order_id, _ in answers}) == 1
        assert sorted(is_new for _, is_new in answers) == [False] * 15 + [True]
    assert numbers(cedar) == [1, 2, 3, 4, 5]
    assert [entry.cursor.seq for entry in events(app, cedar)] == [1, 2, 3, 4, 5]


def test_different_orders_with_one_key_at_the_same_moment_place_one(
    cedar: Any, take_in: Any, crowd: Crowd, numbers: Any
) -> None:
    orders = [replace(TEA, restaurant=("hamra", "jounieh")[n % 2], reference=str(n)) for n in range(12)]
    answers = crowd([lambda order=order: take_in(cedar, order, key="k") for order in orders])
    assert sorted(type(answer).__name__ for answer in answers) == ["IdempotencyKeyReused"] * 11 + ["tuple"]
    assert numbers(cedar) == [1]
