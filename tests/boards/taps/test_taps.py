"""What a tap answers: in words and with the true card, or with nothing changed."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ordertrack.boards.fragments import card_id
from ordertrack.database.session import tenant_context
from ordertrack.orders.moving import transitions
from ordertrack.orders.reading import records
from ordertrack.rules.state_machine import OrderStatus
from support.cast import House, Person

SignIn = Callable[[Person], FlaskClient]
Place = Callable[..., uuid.UUID]
StatusOf = Callable[[House, uuid.UUID], OrderStatus]
HTMX = {"HX-Request": "true"}


def tap(client: FlaskClient, order_id: uuid.UUID, **form: str) -> TestResponse:
    return client.post(f"/orders/{order_id}/transitions", data=form, headers=HTMX)


def test_a_tap_answers_with_the_card_in_its_new_column(
    status_of: StatusOf, cedar: House, place: Place, sign_in: SignIn
) -> None:
    order_id = place(cedar)
    answer = tap(sign_in(cedar.nour), order_id, to="confirmed", seen="pending", board="kitchen")
    assert answer.status_code == 200
    assert 'hx-target="#column-confirmed"' in answer.text
    assert f'id="{card_id(order_id)}"' in answer.text
    assert status_of(cedar, order_id) == OrderStatus.CONFIRMED


def test_a_double_tap_is_one_tap_and_says_who_made_it(
    app: Flask, cedar: House, place: Place, sign_in: SignIn
) -> None:
    order_id = place(cedar)
    assert tap(sign_in(cedar.maya), order_id, to="confirmed", seen="pending").status_code == 200
    answer = tap(sign_in(cedar.nour), order_id, to="confirmed", seen="pending")
    assert answer.status_code == 200
    assert "Maya had done that already." in answer.text
    with tenant_context(app, cedar.tenant_id):
        order = records.find(cedar.tenant_id, order_id)
    assert order is not None and [step.changed_by for step in order.steps] == ["Till", "Maya"]


def test_an_overtaken_tap_is_409_with_the_fresh_card(
    app: Flask, cedar: House, place: Place, sign_in: SignIn
) -> None:
    order_id = place(cedar)
    with tenant_context(app, cedar.tenant_id):
        for status in (OrderStatus.CONFIRMED, OrderStatus.PREPARING):
            transitions.advance(order_id, status, by=cedar.program)
    answer = tap(sign_in(cedar.nour), order_id, to="confirmed", seen="pending", board="kitchen")
    assert answer.status_code == 409
    assert "preparing by now, moved by Till" in answer.text
    assert 'hx-target="#column-preparing"' in answer.text


def test_cancelled_to_preparing_is_422_in_words_and_shows_the_true_card(
    status_of: StatusOf, cedar: House, place: Place, sign_in: SignIn
) -> None:
    order_id = place(cedar)
    client = sign_in(cedar.nour)
    assert tap(client, order_id, to="cancelled", seen="pending", reason="No gas").status_code == 200
    answer = tap(client, order_id, to="preparing", seen="cancelled", board="kitchen")
    assert answer.status_code == 422
    assert "An order that is cancelled cannot become preparing." in answer.text
    assert 'hx-target="#column-cancelled"' in answer.text
    assert status_of(cedar, order_id) == OrderStatus.CANCELLED


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, "which status the order is to have"),
        ({"to": "eaten"}, "is not a status"),
        ({"to": "confirmed", "seen": "eaten"}, "is not a status"),
        ({"to": "cancelled", "seen": "pending"}, "give a reason"),
        ({"to": "cancelled", "seen": "pending", "reason": "   "}, "give a reason"),
        ({"to": "cancelled", "seen": "pending", "reason": "x" * 501}, "500 characters at most"),
        ({"to": "cancelled", "seen": "pending", "reason": "a\x00b"}, "control characters"),
        ({"to": "cancelled", "seen": "pending", "reason": "a\u202eb"}, "direction marks"),
        ({"to": "ready", "seen": "pending"}, "it can become confirmed or cancelled"),
        ({"to": "pending", "seen": "pending"}, "cannot become pending"),
    ],
)
def test_a_tap_that_cannot_be_meant_is_422_in_words(
    status_of: StatusOf,
    cedar: House,
    place: Place,
    sign_in: SignIn,
    form: dict[str, str],
    words: str,
) -> None:
    order_id = place(cedar)
    answer = tap(sign_in(cedar.nour), order_id, **form)
    assert answer.status_code == 422
    assert words in answer.text
    assert status_of(cedar, order_id) == OrderStatus.PENDING


def test_a_reason_of_a_megabyte_is_413(
    status_of: StatusOf, cedar: House, place: Place, sign_in: SignIn
) -> None:
    order_id = place(cedar)
    answer = tap(sign_in(cedar.nour), order_id, to="cancelled", reason="x" * 1_000_000)
    assert answer.status_code == 413
    assert status_of(cedar, order_id) == OrderStatus.PENDING


def test_the_dispatch_role_cannot_confirm(
    status_of: StatusOf, cedar: House, place: Place, sign_in: SignIn
) -> None:
    order_id = place(cedar)
    answer = tap(sign_in(cedar.karim), order_id, to="confirmed", seen="pending")
    assert answer.status_code == 422
    assert "The dispatch role does not move an order from pending to confirmed." in answer.text
    assert status_of(cedar, order_id) == OrderStatus.PENDING


def test_an_expired_session_is_told_to_sign_in_and_nothing_changes(
    status_of: StatusOf, app: Flask, cedar: House, place: Place
) -> None:
    order_id = place(cedar)
    client = app.test_client()
    client.set_cookie("session", "eyJfdXNlcl9pZCI6IngifQ.aaaaaa.bbbbbbbb")
    answer = tap(client, order_id, to="confirmed", seen="pending")
    assert answer.status_code == 401
    assert "You are signed out" in answer.text and "/login" in answer.text
    assert status_of(cedar, order_id) == OrderStatus.PENDING


def test_a_tap_that_another_site_sends_is_refused(
    status_of: StatusOf, cedar: House, place: Place, sign_in: SignIn
) -> None:
    order_id = place(cedar)
    client = sign_in(cedar.nour)
    form = {"to": "confirmed", "seen": "pending"}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}):
        answer = client.post(f"/orders/{order_id}/transitions", data=form, headers=headers)
        assert answer.status_code == 403
    assert status_of(cedar, order_id) == OrderStatus.PENDING


@pytest.mark.parametrize("order_id", ["7", "x" * 300, "00000000-0000-0000-0000-000000000000", "%00"])
def test_an_order_that_does_not_exist_is_404(cedar: House, sign_in: SignIn, order_id: str) -> None:
    client = sign_in(cedar.nour)
    assert client.post(f"/orders/{order_id}/transitions", data={"to": "confirmed"}).status_code == 404
    assert client.get(f"/orders/{order_id}").status_code == 404


def test_who_may_see_which_board(cedar: House, sign_in: SignIn) -> None:
    seen = {
        (person.principal.name, board): client.get(f"/r/hamra/{board}").status_code
        for person in (cedar.nour, cedar.karim, cedar.maya)
        for client in [sign_in(person)]
        for board in ("kitchen", "dispatch", "dispatch/stream", "kitchen/stream")
        if not (board.endswith("stream") and person.principal.is_manager)
        and not (board.endswith("stream") and board.startswith(str(person.principal.role)))
    }
    assert seen == {
        ("Nour", "kitchen"): 200,
        ("Nour", "dispatch"): 403,
        ("Nour", "dispatch/stream"): 403,
        ("Karim", "kitchen"): 403,
        ("Karim", "dispatch"): 200,
        ("Karim", "kitchen/stream"): 403,
        ("Maya", "kitchen"): 200,
        ("Maya", "dispatch"): 200,
    }


def test_a_stream_never_redirects_to_the_sign_in_page(app: Flask, cedar: House) -> None:
    assert app.test_client().get("/r/hamra/kitchen/stream").status_code == 401
    assert app.test_client().get("/r/hamra/kitchen").status_code == 302


def test_one_is_led_to_the_board_that_one_had_open_last(cedar: House, sign_in: SignIn) -> None:
    client = sign_in(cedar.karim)
    assert client.get("/").location == "/boards"  # two restaurants: a choice
    client.get("/r/jounieh/dispatch")
    assert client.get("/").location == "/r/jounieh/dispatch"


def test_the_story_of_an_order_names_who_moved_it_when_and_why(
    cedar: House, place: Place, sign_in: SignIn
) -> None:
    order_id = place(cedar)
    client = sign_in(cedar.nour)
    tap(client, order_id, to="confirmed", seen="pending")
    tap(client, order_id, to="cancelled", seen="confirmed", reason="Out of <b>chicken</b>")
    page = client.get(f"/orders/{order_id}").text
    for told in ("Till", "Nour", "Pending", "Confirmed", "Cancelled", "Asia/Beirut"):
        assert told in page
    assert "Out of &lt;b&gt;chicken&lt;/b&gt;" in page


@pytest.mark.parametrize(
    "path", ["/r/%00/kitchen", "/orders?day=soon", "/orders?number=-1", "/orders?restaurant=no"]
)
def test_an_address_that_cannot_be_meant_is_refused_in_words(
    cedar: House, sign_in: SignIn, path: str
) -> None:
    assert sign_in(cedar.maya).get(path).status_code in (400, 404)


def test_pages_with_customers_names_are_not_kept(cedar: House, place: Place, sign_in: SignIn) -> None:
    client = sign_in(cedar.maya)
    for path in ("/r/hamra/kitchen", "/orders", f"/orders/{place(cedar)}"):
        assert client.get(path).headers["Cache-Control"] == "no-store"
