"""What is not written: what the log has already, what contradicts it, what is no order's story."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from ordertrack.database.config import Settings
from ordertrack.database.session import tenant_context
from ordertrack.orders.moving import transitions
from ordertrack.orders.placing.intake import IdempotencyKeyReused, RestaurantNotFound
from ordertrack.past.orders import NotYetPast, PastOrder
from ordertrack.past.writer import History
from ordertrack.rules.state_machine import IllegalTransition, OrderStatus
from ordertrack.server import consistency
from past.histories import NOON, Write, orders, past
from support.cast import House


def test_nothing_is_written_that_is_still_to_come(cedar: House, write: Write, log) -> None:
    ahead = (dt.datetime.now(dt.UTC) - NOON).total_seconds() / 60 + 5
    with pytest.raises(NotYetPast, match="still to come"):
        write(past(cedar, 0, ahead))
    assert log() == []


def test_an_unknown_restaurant_leaves_nothing_written(cedar: House, write: Write, log) -> None:
    with pytest.raises(RestaurantNotFound):
        write(past(cedar, 0), past(cedar, 1, restaurant="verdun"))
    assert log() == []


def test_one_writing_is_whole_or_not_at_all(cedar: House, write: Write, log) -> None:
    with pytest.raises(IntegrityError):
        write(past(cedar, 0, 1, key="twice"), past(cedar, 9, 10, key="twice"))
    assert log() == []


def test_written_twice_nothing_is_doubled(cedar: House, write: Write, log) -> None:
    told = [past(cedar, 0, 3, 4, 20, key="a"), past(cedar, 1, 2, key="b")]
    assert (write(*told), write(*told)) == (6, 0)
    assert len(log()) == 6


def test_what_was_broken_off_is_taken_up_where_it_stopped(
    app: Flask, cedar: House, write: Write, log, settings: Settings
) -> None:
    told = [past(cedar, *(start + step for step in (0, 3, 4, 20)), key=f"{start}") for start in range(5)]
    assert write(*told, at_once=7, pieces=1) == 8, "two orders, each of them whole"
    assert len(log()) == 8
    assert write(*told, at_once=7) == 12
    assert Counter(order.status for order in orders(app, cedar)) == {OrderStatus.READY: 5}
    assert [order.number for order in orders(app, cedar)] == [1, 2, 3, 4, 5]
    assert [found.claim for found in consistency.check(settings, [cedar.tenant_id]) if not found.holds] == []


def test_an_order_that_was_open_goes_on_when_its_log_has_grown(
    app: Flask, cedar: House, write: Write, log
) -> None:
    assert [write(past(cedar, *(0, 3, 4, 20)[:steps], key="a")) for steps in (1, 1, 3, 4)] == [1, 0, 2, 1]
    assert [(event.version, event.kitchen_load) for event in log()] == [(1, 1), (2, 1), (3, 1), (4, 1)]


def test_an_order_that_somebody_led_elsewhere_is_left_to_them(
    app: Flask, cedar: House, write: Write, log
) -> None:
    told = past(cedar, 0, 3, 4, 20, key="a")
    write(past(cedar, 0, 3, key="a"))
    (order,) = orders(app, cedar)
    with tenant_context(app, cedar.tenant_id):
        transitions.advance(order.id, OrderStatus.CANCELLED, by=cedar.maya.principal, reason="Fire")
    assert write(told) == 0
    assert [event.to_status for event in log()][-1] == OrderStatus.CANCELLED


def test_an_order_that_somebody_moves_while_the_rest_is_written_is_left_to_them_too(
    app: Flask, operator_app: Flask, cedar: House, write: Write, log
) -> None:
    write(past(cedar, 1, key="a"))
    told = [past(cedar, 0, 1, 2, 3, 4, key="b"), past(cedar, 1, 2, 3, 4, 5, key="a")]
    with tenant_context(operator_app, cedar.tenant_id):
        writing = History(cedar.tenant_id, told, lambda *_: NOON.date()).write(1)
        assert next(writing) == 5
        (order,) = (each for each in orders(app, cedar) if each.idempotency_key == "a")
        with tenant_context(app, cedar.tenant_id):
            transitions.advance(order.id, OrderStatus.CONFIRMED, by=cedar.maya.principal)
    with tenant_context(operator_app, cedar.tenant_id):
        assert list(writing) == [0]
    assert [event.to_status for event in log()][-1] == OrderStatus.CONFIRMED


def test_a_key_of_another_order_is_refused(cedar: House, write: Write, log) -> None:
    write(past(cedar, 0, key="a"))
    with pytest.raises(IdempotencyKeyReused):
        write(past(cedar, 1, key="a", restaurant="jounieh"))
    assert len(log()) == 1


def test_a_story_that_no_order_has_cannot_even_be_told(cedar: House) -> None:
    told = past(cedar, 0, 1, 2, 3)
    with pytest.raises(IllegalTransition):
        PastOrder(told.order, (told.steps[0], told.steps[2]))
    with pytest.raises(ValueError, match="begins as pending"):
        PastOrder(told.order, told.steps[1:])
    with pytest.raises(ValueError, match="confirmed comes before pending"):
        PastOrder(told.order, (told.steps[0], told.steps[1]._replace(at=NOON - dt.timedelta(seconds=1))))
