"""A company goes by one of two rule sets: in Python, in psql, in the log, and while somebody changes it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import psycopg
import pytest
from flask import Flask
from psycopg import errors
from sqlalchemy import select

from ordertrack.database.session import db, tenant_context
from ordertrack.orders.imported import IMPORTER
from ordertrack.orders.models import StatusEvent
from ordertrack.orders.moving import transitions
from ordertrack.orders.moving.transitions import OrderMoved
from ordertrack.orders.reading import records
from ordertrack.restaurants import operations, rule_sets
from ordertrack.restaurants.save import save_operations
from ordertrack.restaurants.versioned import UnusableSettings
from ordertrack.rules.state_machine import (
    ADDED,
    TRANSITIONS,
    IllegalTransition,
    OrderStatus,
    ReasonMissing,
    RecalledTooLate,
    RoleMayNot,
    RuleSet,
)
from ordertrack.tenants.principal import Principal
from support.cast import House

P, C, K, R, D, E, X = OrderStatus
WAY_TO = {P: (), C: (C,), K: (C, K), R: (C, K, R), D: (C, K, R, D), E: (C, K, R, E), X: (X,)}
Choose = Callable[[House, RuleSet], bool]
Move = Callable[..., None]


@pytest.fixture
def choose(app: Flask) -> Choose:
    def chosen(house: House, rule_set: RuleSet) -> bool:
        with tenant_context(app, house.tenant_id):
            return rule_sets.choose(rule_set, by=house.maya.principal)

    return chosen


@pytest.fixture
def move(app: Flask) -> Move:
    def made(
        house: House,
        order_id: uuid.UUID,
        *steps: OrderStatus,
        by: Principal | None = None,
        reason: str | None = "No gas",
    ) -> None:
        for step in steps:
            with tenant_context(app, house.tenant_id):
                transitions.advance(order_id, step, by=by or house.program, reason=reason)

    return made


def sets_of(app: Flask, house: House, order_id: uuid.UUID) -> list[tuple[OrderStatus, RuleSet]]:
    """Of each event of an order where it led to, and the rule set that it keeps."""
    with tenant_context(app, house.tenant_id):
        rows = db.session.execute(
            select(StatusEvent.to_status, StatusEvent.rule_set)
            .where(StatusEvent.tenant_id == house.tenant_id, StatusEvent.order_id == order_id)
            .order_by(StatusEvent.seq)
        )
        return [tuple(row) for row in rows]


# A whole move as somebody would type it, who knows everything that the guards ask.
_TYPED = """
    WITH held AS (
        SELECT orders.*, occurred_at AS since FROM orders JOIN order_status_events AS event
            ON event.tenant_id = orders.tenant_id AND order_id = id AND event.version = orders.version
         WHERE id = %(order)s
    ), stream AS (
        UPDATE tenant_streams SET seq = seq + 1 FROM held WHERE tenant_streams.tenant_id = held.tenant_id
        RETURNING tenant_streams.seq, last_at AS at
    ), moved AS (
        UPDATE orders SET status = %(to)s, version = held.version + 1, status_since = at FROM stream, held
         WHERE orders.id = held.id
    )
    INSERT INTO order_status_events (tenant_id, seq, order_id, restaurant_id, version, from_status, to_status,
        changed_by, actor, occurred_at, in_status_for, metadata, rule_set)
    SELECT tenant_id, stream.seq, id, restaurant_id, held.version + 1, status, %(to)s, 'x', %(actor)s, at,
        at - since, %(metadata)s, %(rule_set)s
      FROM held, stream
"""


def type_in(operator: psycopg.Connection[Any], order_id: uuid.UUID, to: OrderStatus, **changes: str) -> None:
    said = {"actor": "x", "metadata": '{"reason": "No gas"}', "rule_set": "extended"} | changes
    operator.execute(_TYPED, {"order": order_id, "to": to.value, **said})
    operator.commit()


@pytest.mark.parametrize(("before", "after"), list(product(OrderStatus, OrderStatus)))
def test_psql_makes_the_moves_of_the_tenants_own_rule_set_and_no_others(
    operator: psycopg.Connection[Any],
    app: Flask,
    cedar: House,
    place: Callable[..., uuid.UUID],
    move: Move,
    choose: Choose,
    before: OrderStatus,
    after: OrderStatus,
) -> None:
    for rule_set in (RuleSet.EXTENDED, RuleSet.STRICT):
        order_id = place(cedar)
        move(cedar, order_id, *WAY_TO[before])
        choose(cedar, rule_set)
        if after in TRANSITIONS[rule_set][before]:
            type_in(operator, order_id, after)
            assert sets_of(app, cedar, order_id)[-1] == (after, rule_set)
        else:
            with pytest.raises(errors.CheckViolation):
                type_in(operator, order_id, after)
            operator.rollback()


@pytest.mark.parametrize("move_asked", ADDED)
@pytest.mark.parametrize(
    "metadata",
    [
        *("{}", '{"reason": ""}', '{"reason": "  "}', '{"reason": null}', '{"reason": "\\t\\n"}'),
        *('{"reason": "\\u00a0\\u200b"}', '{"reason": 5}', '{"reason": []}', '{"reason": {}}', "[]"),
    ],
)
def test_psql_makes_no_added_move_without_its_reason(
    operator: psycopg.Connection[Any],
    cedar: House,
    place: Callable[..., uuid.UUID],
    move: Move,
    choose: Choose,
    move_asked: tuple[OrderStatus, OrderStatus],
    metadata: str,
) -> None:
    choose(cedar, RuleSet.EXTENDED)
    before, after = move_asked
    order_id = place(cedar)
    move(cedar, order_id, *WAY_TO[before])
    with pytest.raises(errors.CheckViolation, match="says its reason"):
        type_in(operator, order_id, after, metadata=metadata)


@pytest.mark.parametrize("move_asked", ADDED)
def test_an_added_move_wants_a_reason_and_the_right_hands(
    app: Flask,
    cedar: House,
    place: Callable[..., uuid.UUID],
    move: Move,
    choose: Choose,
    move_asked: tuple[OrderStatus, OrderStatus],
) -> None:
    before, after = move_asked
    order_id = place(cedar)
    move(cedar, order_id, *WAY_TO[before])
    with pytest.raises(IllegalTransition) as strict:
        move(cedar, order_id, after)
    assert after not in strict.value.allowed
    choose(cedar, RuleSet.EXTENDED)
    with pytest.raises(ReasonMissing):
        move(cedar, order_id, after, reason=None)
    for person in (cedar.nour, cedar.karim):
        if person.principal.role not in ADDED[move_asked]:
            with pytest.raises(RoleMayNot):
                move(cedar, order_id, after, by=person.principal)
    allowed_one = next(
        person
        for person in (cedar.nour, cedar.karim, cedar.maya)
        if person.principal.role in ADDED[move_asked]
    )
    move(cedar, order_id, after, by=allowed_one.principal)
    assert sets_of(app, cedar, order_id)[-1] == (after, RuleSet.EXTENDED)


def test_each_event_keeps_the_rule_set_that_it_was_made_under(
    app: Flask, cedar: House, place: Callable[..., uuid.UUID], move: Move, choose: Choose
) -> None:
    order_id = place(cedar)
    move(cedar, order_id, C, K, R)
    choose(cedar, RuleSet.EXTENDED)
    move(cedar, order_id, K)
    choose(cedar, RuleSet.STRICT)
    move(cedar, order_id, R, E)
    strict, extended = RuleSet.STRICT, RuleSet.EXTENDED
    assert sets_of(app, cedar, order_id) == [
        *((each, strict) for each in (P, C, K, R)),
        (K, extended),
        (R, strict),
        (E, strict),
    ]


def test_the_kitchen_recalls_within_the_restaurants_minutes_and_managers_always(
    app: Flask, cedar: House, hamra: uuid.UUID, place: Callable[..., uuid.UUID], move: Move, choose: Choose
) -> None:
    choose(cedar, RuleSet.EXTENDED)
    with tenant_context(app, cedar.tenant_id):
        held = operations.of_restaurant(cedar.tenant_id, hamra)
        assert held.recall_within == 600
        save_operations(replace(held, recall_within=0), by=cedar.maya.principal)
    order_id = place(cedar)
    move(cedar, order_id, C, K, R)
    with pytest.raises(RecalledTooLate):
        move(cedar, order_id, K, by=cedar.nour.principal)
    move(cedar, order_id, K, by=cedar.maya.principal)
    move(cedar, order_id, R)
    with tenant_context(app, cedar.tenant_id):
        save_operations(replace(held, recall_within=60), by=cedar.maya.principal)
    move(cedar, order_id, K, by=cedar.nour.principal)
    with tenant_context(app, cedar.tenant_id):
        order = records.find(cedar.tenant_id, order_id)
    assert order is not None and order.status == K and order.steps[-1].reason == "No gas"


def test_a_tap_from_before_an_order_came_back_to_a_status_is_refused(
    app: Flask, cedar: House, place: Callable[..., uuid.UUID], move: Move, choose: Choose
) -> None:
    choose(cedar, RuleSet.EXTENDED)
    order_id = place(cedar)
    move(cedar, order_id, C, K, R, K)

    def tap(to: OrderStatus, seen: OrderStatus, waited: int, ago: int) -> None:
        with tenant_context(app, cedar.tenant_id):
            transitions.advance(
                order_id,
                to,
                by=cedar.nour.principal if to == R else cedar.karim.principal,
                expected_status=seen,
                waited=waited,
                metadata={"waited": ago},
            )

    with pytest.raises(OrderMoved, match="came back to preparing since you saw it"):
        tap(R, K, 60, 60)
    assert [status for status, _ in sets_of(app, cedar, order_id)] == [P, C, K, R, K]
    tap(R, K, 0, 100)  # and this one says that it was made long ago: so what was tapped after it may follow
    tap(E, R, 50, 50)
    assert [status for status, _ in sets_of(app, cedar, order_id)] == [P, C, K, R, K, R, E]


def test_the_importer_alone_writes_another_rule_set_and_for_its_own_orders_only(
    operator: psycopg.Connection[Any], app: Flask, cedar: House, place: Callable[..., uuid.UUID], move: Move
) -> None:
    importer = replace(cedar.program, actor=IMPORTER)
    order_id = place(replace(cedar, program=importer))
    move(cedar, order_id, C, K, by=importer)
    type_in(operator, order_id, X, actor=IMPORTER)
    assert sets_of(app, cedar, order_id)[-1] == (X, RuleSet.EXTENDED)
    theirs = place(cedar)
    move(cedar, theirs, C, K)
    with pytest.raises(errors.CheckViolation):
        type_in(operator, theirs, X, actor=IMPORTER)
    operator.rollback()
    with pytest.raises(IllegalTransition):  # the application is no importer, whatever it calls itself
        move(cedar, theirs, X, by=importer)


def test_an_order_goes_by_the_set_that_is_chosen_while_it_moves(
    crowd_app: Flask,
    cedar: House,
    place: Callable[..., uuid.UUID],
    move: Move,
    crowd: Callable[[list[Callable[[], Any]]], list[Any]],
) -> None:
    orders = [place(cedar) for _ in range(20)]
    for order_id in orders:
        move(cedar, order_id, C, K)

    def cancel(order_id: uuid.UUID) -> RuleSet:
        with tenant_context(crowd_app, cedar.tenant_id):
            transitions.advance(order_id, X, by=cedar.program, reason="No gas")
        return RuleSet.EXTENDED

    def choose(rule_set: RuleSet) -> None:
        with tenant_context(crowd_app, cedar.tenant_id):
            rule_sets.choose(rule_set, by=cedar.maya.principal)

    jobs: list[Callable[[], Any]] = []
    for number, order_id in enumerate(orders):
        jobs.append(lambda order_id=order_id: cancel(order_id))  # type: ignore[misc]
        if number % 2:
            rule_set = RuleSet.EXTENDED if number % 4 == 1 else RuleSet.STRICT
            jobs.append(lambda rule_set=rule_set: choose(rule_set))  # type: ignore[misc]
    results = crowd(jobs)
    assert all(each is None or isinstance(each, RuleSet | IllegalTransition) for each in results), results
    moved = sum(each == RuleSet.EXTENDED for each in results if not isinstance(each, Exception))
    told = [sets_of(crowd_app, cedar, order_id)[-1] for order_id in orders]
    assert told.count((X, RuleSet.EXTENDED)) == moved
    assert {each for each, _ in told} <= {X, K}


def test_rules_that_are_switched_twice_while_an_order_moves_are_read_again(
    crowd_app: Flask,
    cedar: House,
    place: Callable[..., uuid.UUID],
    move: Move,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def choose(rule_set: RuleSet) -> None:
        with tenant_context(crowd_app, cedar.tenant_id):
            rule_sets.choose(rule_set, by=cedar.maya.principal)

    write = transitions._write

    def write_meanwhile(order: Any, asked: Any) -> Any:
        monkeypatch.setattr(transitions, "_write", write)
        choose(RuleSet.STRICT)
        try:
            return write(order, asked)
        finally:
            choose(RuleSet.EXTENDED)

    choose(RuleSet.EXTENDED)
    order_id = place(cedar)
    move(cedar, order_id, C, K)
    monkeypatch.setattr(transitions, "_write", write_meanwhile)
    with tenant_context(crowd_app, cedar.tenant_id):
        assert transitions.advance(order_id, X, by=cedar.program, reason="No gas").moved


def test_a_choice_is_kept_with_who_made_it_and_one_from_an_old_page_is_refused(
    app: Flask, cedar: House
) -> None:
    with tenant_context(app, cedar.tenant_id):
        assert rule_sets.of_tenant(cedar.tenant_id).version == 0
        assert not rule_sets.choose(RuleSet.STRICT, by=cedar.maya.principal, seen=0)
        assert rule_sets.choose(RuleSet.EXTENDED, by=cedar.maya.principal, seen=0)
        with pytest.raises(UnusableSettings, match="Somebody else"):
            rule_sets.choose(RuleSet.STRICT, by=cedar.maya.principal, seen=0)
        assert rule_sets.of_tenant(cedar.tenant_id) == (rule_sets.Choice(RuleSet.EXTENDED, 1))
        (saved,) = rule_sets.history(cedar.tenant_id)
    assert (saved.before, saved.value, saved.saved_by) == (None, RuleSet.EXTENDED, "Maya")
    assert dt.datetime.now(dt.UTC) - saved.saved_at < dt.timedelta(minutes=5)
