"""A tap whose answer got lost comes again: it is answered as done, neither done nor refused once more."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from boards.tap_steps import do, log_of
from ordertrack.database.session import db, tenant_context
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import OrderStatus
from support.cast import House, Person
from support.till import move

Place = Callable[..., uuid.UUID]
TAP = {"to": "confirmed", "seen": "pending", "board": "kitchen", "tap": "a1b2c3"}
STRIKE = {"act": "strike", "line": "1", "seen": "confirmed", "board": "kitchen", "tap": "d4e5f6"}


@pytest.fixture
def nour(cedar: House, sign_in: Callable[[Person], FlaskClient]) -> FlaskClient:
    return sign_in(cedar.nour)


def test_what_was_done_and_went_on_meanwhile_is_no_refusal(
    app: Flask, cedar: House, place: Place, nour: FlaskClient
) -> None:
    order_id = place(cedar)
    assert nour.post(f"/orders/{order_id}/transitions", data=TAP).status_code == 200
    move(app, cedar, order_id, OrderStatus.PREPARING)
    answer = nour.post(f"/orders/{order_id}/transitions", data=TAP | {"again": "1"})
    assert answer.status_code == 200
    assert "by now" not in answer.text and 'data-status="preparing"' in answer.text
    assert log_of(app, cedar, order_id) == ["confirmed Nour", "preparing Till"]


def test_what_somebody_took_back_meanwhile_stays_taken_back(
    app: Flask, cedar: House, place: Place, nour: FlaskClient
) -> None:
    order_id = place(cedar)
    move(app, cedar, order_id, OrderStatus.CONFIRMED)
    assert nour.post(f"/orders/{order_id}/actions", data=STRIKE).status_code == 200
    do(app, cedar, order_id, OrderAction.UNSTRIKE, line=1)
    assert nour.post(f"/orders/{order_id}/actions", data=STRIKE | {"again": "1"}).status_code == 200
    assert log_of(app, cedar, order_id)[1:] == ["strike 1 Nour", "unstrike 1 Till"]


def test_a_tap_that_says_again_and_never_came_is_done_or_refused_like_any(
    app: Flask, cedar: House, place: Place, nour: FlaskClient
) -> None:
    order_id, other = place(cedar), place(cedar)
    assert nour.post(f"/orders/{other}/transitions", data=TAP).status_code == 200
    move(app, cedar, order_id, OrderStatus.CONFIRMED, OrderStatus.PREPARING)
    # The id of another order's tap proves nothing.
    assert nour.post(f"/orders/{order_id}/transitions", data=TAP | {"again": "1"}).status_code == 409


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"waited": "312"}, {"tap": "a1b2c3", "waited": 312}),
        ({"tap": "<b>", "waited": "-1"}, {}),
        ({"tap": "x" * 41, "waited": "9" * 9}, {}),
        ({"tap": "", "waited": "soon"}, {}),
    ],
)
def test_the_log_keeps_which_tap_it_was_and_how_long_it_waited_if_that_can_be_meant(
    app: Flask, cedar: House, place: Place, nour: FlaskClient, sent: dict[str, str], kept: dict[str, object]
) -> None:
    order_id = place(cedar)
    assert nour.post(f"/orders/{order_id}/transitions", data=TAP | sent).status_code == 200
    with tenant_context(app, cedar.tenant_id):
        query = "SELECT metadata FROM order_status_events WHERE order_id = :order AND version = 2"
        assert db.session.scalar(text(query), {"order": order_id}) == kept
