"""What is done to an order besides moving it: written once, logged in the one stream, refused in words."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import psycopg
import pytest
from flask import Flask

from ordertrack.database.session import tenant_context
from ordertrack.orders.log import event_log
from ordertrack.orders.log.entries import ActionRecord, EventRecord
from ordertrack.orders.moving import actions, transitions
from ordertrack.orders.moving.actions import Acted
from ordertrack.orders.moving.transitions import OrderMoved, OrderNotFound
from ordertrack.orders.reading.records import OrderRecord
from ordertrack.rules.order_actions import DetailMissing, IllegalAct, NoSuchLine, OrderAction, RoleMayNotAct
from ordertrack.rules.state_machine import LinesOpen, OrderHeld, OrderStatus
from ordertrack.tenants.principal import Principal
from support.server import wait_for
from support.till import order_of

PENDING, CONFIRMED, PREPARING, READY, DELIVERING, COMPLETED, CANCELLED = OrderStatus


@pytest.fixture
def do(app: Flask) -> Callable[..., Acted]:
    def act(order_id: uuid.UUID, what: OrderAction, *, by: Principal, **rest: Any) -> Acted:
        with tenant_context(app, by.tenant_id):
            return actions.act(order_id, what, by=by, **rest)

    return act


@pytest.fixture
def story(app: Flask) -> Callable[..., list[EventRecord | ActionRecord]]:
    def read(house: Any, order_id: uuid.UUID) -> list[EventRecord | ActionRecord]:
        with tenant_context(app, house.tenant_id):
            return event_log.entries_after(house.tenant_id, 0, 1000, order_id=order_id)

    return read


@pytest.fixture
def stored(app: Flask) -> Callable[..., OrderRecord]:
    return partial(order_of, app)


@pytest.mark.parametrize("typed", ["SAMI", " sami ", "Sami\u00a0", "\uff33\uff41\uff4d\uff49"])
def test_a_rider_who_carries_something_keeps_one_spelling(
    cedar: Any, place: Any, do: Any, story: Any, stored: Any, typed: str
) -> None:
    first, second = place(cedar), place(cedar)
    do(first, OrderAction.ASSIGN, by=cedar.karim.principal, detail="Sami")
    do(second, OrderAction.ASSIGN, by=cedar.karim.principal, detail=typed)
    assert stored(cedar, second).rider == story(cedar, second)[-1].detail == "Sami"
    assert not do(first, OrderAction.ASSIGN, by=cedar.karim.principal, detail=typed).done, "so it was already"


def test_a_riders_name_is_kept_tidy_and_is_the_restaurants_own(
    cedar: Any, place: Any, bring: Any, do: Any, stored: Any
) -> None:
    first, elsewhere, later = place(cedar), place(cedar, restaurant="jounieh"), place(cedar)
    do(first, OrderAction.ASSIGN, by=cedar.program, detail="Abou\u00a0 Sami ")
    do(elsewhere, OrderAction.ASSIGN, by=cedar.program, detail="ABOU SAMI")
    assert [stored(cedar, order).rider for order in (first, elsewhere)] == ["Abou Sami", "ABOU SAMI"]
    bring(cedar, first, CANCELLED)
    do(later, OrderAction.ASSIGN, by=cedar.program, detail="abou sami")
    assert stored(cedar, later).rider == "abou sami", "nobody carries anything under the other spelling"


def test_an_action_stands_in_the_one_log_in_its_place(
    cedar: Any, place: Any, bring: Any, do: Any, story: Any
) -> None:
    order = place(cedar)
    bring(cedar, order, CONFIRMED)
    do(order, OrderAction.STRIKE, by=cedar.nour.principal, line=1)
    bring(cedar, order, PREPARING)
    entries = story(cedar, order)
    assert [type(entry) for entry in entries] == [EventRecord, EventRecord, ActionRecord, EventRecord]
    seqs = [entry.cursor.seq for entry in entries]
    assert seqs == list(range(seqs[0], seqs[0] + 4))
    struck = entries[2]
    assert (struck.act, struck.line, struck.detail, struck.status) == (OrderAction.STRIKE, 1, None, CONFIRMED)
    assert (struck.changed_by, struck.actor) == (cedar.nour.principal.name, cedar.nour.principal.actor)
    assert entries[1].occurred_at <= struck.occurred_at <= entries[3].occurred_at


@pytest.mark.parametrize(
    ("act", "back", "given"),
    [
        (OrderAction.STRIKE, OrderAction.UNSTRIKE, {"line": 1}),
        (OrderAction.RUSH, OrderAction.UNRUSH, {}),
        (OrderAction.HOLD, OrderAction.RELEASE, {"detail": "the guest is late"}),
        (OrderAction.ASSIGN, OrderAction.UNASSIGN, {"detail": "Jad"}),
    ],
)
def test_an_act_and_its_undoing_leave_the_order_as_it_was_and_both_are_logged(
    cedar: Any,
    place: Any,
    bring: Any,
    do: Any,
    stored: Any,
    story: Any,
    act: OrderAction,
    back: OrderAction,
    given: Any,
) -> None:
    order = place(cedar)
    bring(cedar, order, CONFIRMED)
    before = stored(cedar, order)
    done = do(order, act, by=cedar.maya.principal, **given)
    assert done.done and done.order.is_already(act, given.get("line"), given.get("detail"))
    assert stored(cedar, order) == done.order
    line = {"line": 1} if "line" in given else {}
    undone = do(order, back, by=cedar.maya.principal, **line)
    assert undone.done and stored(cedar, order) == undone.order
    assert undone.order.revision == before.revision + 2
    assert [entry.act for entry in story(cedar, order)[2:]] == [act, back]
    same = (undone.order.items, undone.order.is_rush, undone.order.hold_reason, undone.order.rider)
    assert same == (before.items, before.is_rush, before.hold_reason, before.rider)


def test_what_is_so_already_is_not_written_again(cedar: Any, place: Any, do: Any, story: Any) -> None:
    order = place(cedar)
    first, second = (do(order, OrderAction.RUSH, by=cedar.karim.principal) for _ in range(2))
    assert (first.done, second.done) == (True, False)
    assert len(story(cedar, order)) == 2


def test_many_who_strike_the_same_line_at_once_strike_it_once(
    cedar: Any, place: Any, bring: Any, crowd: Any, crowd_app: Flask, story: Any
) -> None:
    order = place(cedar)
    bring(cedar, order, CONFIRMED)

    def strike() -> bool:
        with tenant_context(crowd_app, cedar.tenant_id):
            return actions.act(order, OrderAction.STRIKE, by=cedar.nour.principal, line=1).done

    assert sorted(crowd([strike] * 12)) == [False] * 11 + [True]
    assert len(story(cedar, order)) == 3


@pytest.mark.parametrize(
    ("who", "act", "given", "refusal"),
    [
        ("nour", OrderAction.RUSH, {}, RoleMayNotAct),
        ("karim", OrderAction.STRIKE, {"line": 1}, RoleMayNotAct),
        ("karim", OrderAction.HOLD, {}, DetailMissing),
        ("karim", OrderAction.ASSIGN, {"detail": ""}, DetailMissing),
        ("nour", OrderAction.STRIKE, {}, NoSuchLine),
        ("nour", OrderAction.STRIKE, {"line": 0}, NoSuchLine),
        ("nour", OrderAction.STRIKE, {"line": 99}, NoSuchLine),
        ("nour", OrderAction.ACKNOWLEDGE, {}, IllegalAct),
        ("nour", OrderAction.STRIKE, {"line": 1, "expected_status": PENDING}, OrderMoved),
    ],
)
def test_what_is_refused_leaves_nothing_behind(
    cedar: Any,
    place: Any,
    bring: Any,
    do: Any,
    story: Any,
    who: str,
    act: OrderAction,
    given: Any,
    refusal: Any,
) -> None:
    order = place(cedar)
    bring(cedar, order, CONFIRMED)
    with pytest.raises(refusal):
        do(order, act, by=getattr(cedar, who).principal, **given)
    assert len(story(cedar, order)) == 2


def test_nobody_acts_on_another_tenants_order(cedar: Any, rival: Any, place: Any, do: Any) -> None:
    with pytest.raises(OrderNotFound):
        do(place(rival), OrderAction.RUSH, by=cedar.program)


@pytest.mark.usefixtures("lines_asked")
def test_on_a_board_ready_needs_every_line_struck_off_or_a_word_that_is_logged(
    app: Flask, cedar: Any, place: Any, bring: Any, do: Any, story: Any, stored: Any
) -> None:
    orders = [place(cedar) for _ in range(3)]
    for order in orders:
        bring(cedar, order, CONFIRMED, PREPARING)
    lines = len(stored(cedar, orders[0]).items)
    nour = cedar.nour.principal
    with tenant_context(app, cedar.tenant_id):
        with pytest.raises(LinesOpen) as refused:
            transitions.advance(orders[0], READY, by=nour, on_board=True)
        assert refused.value.open_lines == lines
        transitions.advance(orders[0], READY, by=nour, on_board=True, despite_open_lines=True)
    for line in range(1, lines + 1):
        do(orders[1], OrderAction.STRIKE, by=nour, line=line)
    with tenant_context(app, cedar.tenant_id):
        transitions.advance(orders[1], READY, by=nour, on_board=True)
        transitions.advance(orders[2], READY, by=cedar.program)
    assert [story(cedar, order)[-1].open_lines for order in orders] == [lines, 0, lines]
    assert story(cedar, orders[0])[-2].open_lines is None


def test_a_line_put_back_at_the_same_moment_is_not_overlooked(
    app: Flask, cedar: Any, place: Any, bring: Any, do: Any, stored: Any, operator: psycopg.Connection
) -> None:
    """The database itself counts, whatever was read before."""
    order = place(cedar)
    bring(cedar, order, CONFIRMED, PREPARING)
    for line in range(1, len(stored(cedar, order).items) + 1):
        do(order, OrderAction.STRIKE, by=cedar.nour.principal, line=line)
    do(order, OrderAction.UNSTRIKE, by=cedar.nour.principal, line=1)
    moved = operator.execute(
        "SELECT * FROM advance_order(%s, %s, 'preparing', 'ready', true, true, true, 'Nour', 'staff:1',"
        " '{}')",
        (cedar.tenant_id, order),
    ).fetchall()
    assert moved == []


def test_on_a_board_a_held_order_is_not_moved_but_can_be_cancelled(
    app: Flask, cedar: Any, place: Any, do: Any, stored: Any
) -> None:
    order = place(cedar)
    do(order, OrderAction.HOLD, by=cedar.karim.principal, detail="the guest is late")
    with tenant_context(app, cedar.tenant_id):
        with pytest.raises(OrderHeld, match="the guest is late"):
            transitions.advance(order, CONFIRMED, by=cedar.nour.principal, on_board=True)
        transitions.advance(order, CANCELLED, by=cedar.nour.principal, on_board=True, reason="no guest")
    done = do(order, OrderAction.ACKNOWLEDGE, by=cedar.karim.principal)
    assert done.done and stored(cedar, order).acknowledged_at is not None


def test_a_move_on_a_board_that_waited_for_a_hold_is_refused(
    app: Flask, operator: psycopg.Connection, cedar: Any, place: Any, bring: Any, story: Any
) -> None:
    order = place(cedar)
    bring(cedar, order, CONFIRMED)
    operator.execute(
        "SELECT act_on_order(%s, %s, 'confirmed', 'hold', NULL, 'the guest is late', 'Maya', 'staff:x', '{}',"
        " NULL, NULL)",
        [cedar.tenant_id, order],
    )
    refused: list[OrderHeld] = []

    def start_preparing() -> None:
        with tenant_context(app, cedar.tenant_id), pytest.raises(OrderHeld) as refusal:
            transitions.advance(order, PREPARING, by=cedar.nour.principal, on_board=True)
        refused.append(refusal.value)

    waiting = threading.Thread(target=start_preparing)
    waiting.start()
    blocked = "SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))"
    wait_for(lambda: operator.execute(blocked).fetchone() == (1,), "the move to wait for the hold")
    operator.commit()
    waiting.join(10)
    assert [refusal.reason for refusal in refused] == ["the guest is late"]
    assert [type(entry) for entry in story(cedar, order)] == [EventRecord, EventRecord, ActionRecord]


def test_what_went_out_although_it_was_held_can_be_released(
    app: Flask, cedar: Any, place: Any, bring: Any, do: Any
) -> None:
    order = place(cedar)
    bring(cedar, order, CONFIRMED, PREPARING, READY)
    do(order, OrderAction.HOLD, by=cedar.karim.principal, detail="wait")
    bring(cedar, order, DELIVERING)  # an integrator's word, which no board's rule stops
    karim = cedar.karim.principal
    with tenant_context(app, cedar.tenant_id), pytest.raises(OrderHeld):
        transitions.advance(order, COMPLETED, by=karim, on_board=True)
    assert do(order, OrderAction.RELEASE, by=karim).done
    with tenant_context(app, cedar.tenant_id):
        assert transitions.advance(order, COMPLETED, by=karim, on_board=True).moved


def test_nobody_writes_an_action_beside_the_stream(
    operator: psycopg.Connection, cedar: Any, place: Any
) -> None:
    order = place(cedar)
    with pytest.raises(psycopg.errors.CheckViolation):
        operator.execute(
            "INSERT INTO order_actions (tenant_id, seq, order_id, restaurant_id, act, status, changed_by,"
            " actor, occurred_at) SELECT tenant_id, 999999, id, restaurant_id, 'rush', status, 'x', 'x',"
            " clock_timestamp() FROM orders WHERE id = %s",
            (order,),
        )


def test_the_applications_role_can_neither_change_nor_remove_an_action(confined: psycopg.Connection) -> None:
    for statement in ("UPDATE order_actions SET changed_by = 'x'", "DELETE FROM order_actions"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            confined.execute(statement)
        confined.rollback()
