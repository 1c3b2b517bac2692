"""The shop's webhooks with their habits: each order once, whatever comes twice, late, or in another order."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from channels.conftest import Connected, form_for
from channels.shop import an_order, later
from ordertrack.database.session import db, tenant_context
from ordertrack.orders.changing import changes
from ordertrack.orders.changing.change_draft import SetFields, VoidLine
from ordertrack.orders.models import StatusEvent
from ordertrack.orders.moving import actions, transitions
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import OrderStatus
from support.cast import House

Connect = Callable[..., Connected]
pytestmark = pytest.mark.usefixtures("alone")
S = OrderStatus


def test_the_form_that_tries_the_address_is_answered(connect: Connect) -> None:
    connected = connect()
    answer = connected.app.test_client().post(connected.path, data={"webhook_id": "4"})
    assert answer.status_code == 200
    assert connected.became() == ["nothing: The shop tried whether this address answers: it does."]


def test_what_comes_twice_or_at_once_is_one_order(connect: Connect) -> None:
    connected = connect()
    order = an_order()
    both = [threading.Thread(target=connected.deliver, args=(order,)) for _ in range(4)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert connected.deliver(order).status_code == 200
    assert len(connected.orders()) == 1
    assert sorted(connected.became())[0] == "done" and len(connected.payloads()) == 5


def test_one_delivery_id_of_two_orders_is_two_orders(connect: Connect) -> None:
    connected = connect()
    connected.deliver(an_order(1001))
    connected.deliver(an_order(1002))
    assert {order.reference for order in connected.orders()} == {"1001", "1002"}


def test_an_update_that_comes_first_is_the_order_and_the_late_one_changes_nothing(connect: Connect) -> None:
    connected = connect()
    first = an_order()
    connected.deliver(later(first, customer_note="No onion"), "order.updated")
    connected.deliver(first)
    [order] = connected.orders()
    assert order.note == "No onion"
    assert connected.became() == ["done", "nothing: A newer state of this order came before."]


def test_states_that_come_at_once_end_in_the_newest(connect: Connect) -> None:
    connected = connect()
    for number in range(1001, 1007):
        states = [an_order(number, customer_note="State 0")]
        states += [later(states[0], seconds, customer_note=f"State {seconds}") for seconds in (1, 2, 3)]
        at_once = [threading.Thread(target=connected.deliver, args=(state,)) for state in states[::-1]]
        for each in at_once:
            each.start()
        for each in at_once:
            each.join()
    assert [order.note for order in connected.orders()] == ["State 3"] * 6
    assert not any(each.startswith(("refused", "received")) for each in connected.became())


def test_an_update_changes_what_is_another_and_leaves_what_people_changed(
    connect: Connect, cedar: House, app: Flask
) -> None:
    connected = connect()
    first = an_order()
    connected.deliver(first)
    [order] = connected.orders()
    with tenant_context(app, cedar.tenant_id):
        wanted = [SetFields({"note": "Asked by telephone"}), VoidLine(2)]
        changes.change(order.id, wanted, by=cedar.maya.principal, expected_revision=order.revision)
    lines = [first["line_items"][0] | {"quantity": 3}, first["line_items"][1]]
    billing = first["billing"] | {"phone": "+961 3 000 000"}
    connected.deliver(later(first, line_items=lines, billing=billing, total="80"), "order.updated")
    [order] = connected.orders()
    assert [(item.name, item.quantity) for item in order.lines] == [("Mixed grill", 3)]
    assert order.note == "Asked by telephone"
    assert (order.customer["phone"], order.total) == ("+961 3 000 000", 8000)


def test_a_wrong_signature_makes_no_order_until_the_secret_is_mended(
    connect: Connect, maya: FlaskClient
) -> None:
    connected = connect()
    body = json.dumps(an_order()).encode()
    wrong = {"X-WC-Webhook-Signature": "bm90IGl0"}
    assert connected.deliver(body, **wrong).status_code == 200
    assert connected.app.test_client().post(connected.path, data=body).status_code == 200
    assert connected.orders() == []
    assert all("The signature does not go with the secret" in each for each in connected.became())
    connected.deliver(body.replace(b"1001", b"1003"), **wrong)
    other = connect(name="Other", secret="of before")
    assert other.deliver(an_order(1004)).status_code == 200 and other.orders() == []
    settings = maya.get(f"{other.page}/settings").text
    assert "of before" not in settings
    form = form_for(connected.app, connected.house, "https://shop.example.com", {"hamra": ""}, name="Other")
    assert maya.post(f"{other.page}/settings", data=form | {"seen": "1"}).status_code == 303
    [kept] = other.payloads()
    maya.post(f"{other.page}/payloads/{kept.id}/again")
    assert [order.reference for order in other.orders()] == ["1004"]


def test_no_more_than_a_hundred_unsigned_ones_are_kept_and_signed_ones_still_are(connect: Connect) -> None:
    connected = connect()
    client = connected.app.test_client()
    answers = [client.post(connected.path, data=b"{}").status_code for _ in range(102)]
    assert answers == [200] * 100 + [429] * 2
    connected.deliver(an_order())
    assert len(connected.orders()) == 1 and len(connected.payloads()) == 101


def test_what_is_no_order_is_kept_and_does_nothing(connect: Connect) -> None:
    connected = connect()
    assert connected.deliver({"id": 7, "name": "Kebab"}, "product.updated").status_code == 200
    assert connected.became() == ["nothing: It is about “product.updated”, and only orders are taken in."]


def test_what_ends_an_order_there_ends_it_here(connect: Connect) -> None:
    connected = connect()
    for number, status in enumerate(("cancelled", "refunded", "failed", "trash"), 1001):
        first = an_order(number)
        connected.deliver(first)
        connected.deliver(later(first, status=status), "order.updated")
    connected.deliver(an_order(1005))
    connected.deliver({"id": 1005}, "order.deleted")
    assert [order.status for order in connected.orders()] == [S.CANCELLED] * 5
    reasons = {order.steps[-1].reason for order in connected.orders()}
    assert reasons == {
        *("Cancelled in the shop", "Refunded in the shop", "Deleted in the shop"),
        "The payment failed in the shop",
    }


def test_an_order_that_was_deleted_first_does_not_come_back_by_a_late_word(connect: Connect) -> None:
    connected = connect()
    connected.deliver({"id": 1001}, "order.deleted")
    past = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)
    connected.deliver(an_order(date_modified_gmt=past.strftime("%Y-%m-%dT%H:%M:%S")))
    assert connected.orders() == []
    connected.deliver(later(an_order(), 300), "order.restored")
    assert len(connected.orders()) == 1


def test_completed_there_is_walked_to_and_every_move_says_so(connect: Connect) -> None:
    connected = connect()
    first = an_order()
    connected.deliver(first)
    connected.deliver(later(first, status="completed"), "order.updated")
    [order] = connected.orders()
    assert order.status == S.COMPLETED
    with tenant_context(connected.app, connected.house.tenant_id):
        events = db.session.scalars(select(StatusEvent).order_by(StatusEvent.seq)).all()
    assert [each.to_status for each in events] == [S.PENDING, S.CONFIRMED, S.PREPARING, S.READY, S.COMPLETED]
    for event in events:
        said = event.event_metadata
        assert (said["source"], said["connection"], said["external_id"]) == (
            "channel",
            str(connected.id),
            "1001",
        )
        assert ("walked" in said) == (event.from_status is not None)
        assert event.actor == f"channel:{connected.id}" and event.changed_by == "Web shop"


def test_what_cannot_be_cancelled_any_more_is_held_and_says_why(
    connect: Connect, cedar: House, app: Flask
) -> None:
    connected = connect()
    first = an_order()
    connected.deliver(first)
    [order] = connected.orders()
    with tenant_context(app, cedar.tenant_id):
        for step in (S.CONFIRMED, S.PREPARING):
            transitions.advance(order.id, step, by=cedar.program)
    connected.deliver(later(first, status="cancelled"), "order.updated")
    [order] = connected.orders()
    assert (order.status, order.hold_reason) == (S.PREPARING, "Cancelled in the shop")
    assert connected.became()[1].startswith("refused: It was cancelled there, and cannot be cancelled here")
    assert connected.payloads()[1].order_id == order.id


def test_what_is_cancelled_here_does_not_come_back(connect: Connect, cedar: House, app: Flask) -> None:
    connected = connect()
    first = an_order()
    connected.deliver(first)
    [order] = connected.orders()
    with tenant_context(app, cedar.tenant_id):
        transitions.advance(order.id, S.CANCELLED, by=cedar.program, reason="No more")
    connected.deliver(later(first, customer_note="Hurry"), "order.updated")
    connected.deliver(later(first, 120, status="completed"), "order.updated")
    assert connected.orders()[0].status == S.CANCELLED
    assert connected.became()[2].startswith("refused: The order is cancelled here")


def test_what_a_paused_restaurant_refused_is_taken_in_when_it_is_played_again(
    connect: Connect, maya: FlaskClient
) -> None:
    connected = connect()
    assert maya.post("/r/hamra/pace", data={"state": "paused", "seen": "0"}).status_code == 303
    assert connected.deliver(an_order()).status_code == 200
    assert connected.orders() == [] and connected.became()[0].startswith("refused: ")
    assert maya.post("/r/hamra/pace", data={"state": "open", "seen": "1"}).status_code == 303
    [kept] = connected.payloads()
    said = maya.post(f"{connected.page}/payloads/{kept.id}/again", follow_redirects=True)
    assert "Played again: Taken in." in said.text
    [order] = connected.orders()
    assert connected.payloads()[0].order_id == order.id


def test_more_for_a_packed_order_is_refused_once_with_the_order_it_is_of(
    connect: Connect, cedar: House, app: Flask
) -> None:
    connected = connect()
    first = an_order()
    connected.deliver(first)
    [order] = connected.orders()
    with tenant_context(app, cedar.tenant_id):
        for step in (S.CONFIRMED, S.PREPARING, S.READY):
            transitions.advance(order.id, step, by=cedar.program)
        actions.act(order.id, OrderAction.RUSH, by=cedar.program)
    more = [*first["line_items"], {"name": "Tea", "quantity": 1, "meta_data": []}]
    connected.deliver(later(first, line_items=more), "order.updated")
    connected.deliver(later(first, 90, line_items=more, customer_note="Last"), "order.updated")
    refused, said_before = connected.became()[1:]
    assert refused.startswith("refused: An order that is ready takes no more lines.")
    assert said_before == "done"
    assert all(kept.order_id == order.id for kept in connected.payloads()[1:])
