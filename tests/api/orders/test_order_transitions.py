"""Programs move orders by the rules, and are told in words and fields when they cannot."""

from __future__ import annotations

import uuid

import pytest

from api.api_caller import assert_problem


def test_an_order_goes_its_whole_way(cedars):
    order = cedars.place()
    last = cedars.move(order["id"], "confirmed", "preparing", "ready", "delivering", "completed")
    assert (last["status"], last["allowed"]) == ("completed", [])
    assert last["updated_at"] > last["placed_at"]
    story = cedars.get(f"/orders/{order['id']}/events").json
    assert story["next"] is None
    assert [(event["from"], event["to"]) for event in story["items"]] == [
        (None, "pending"),
        ("pending", "confirmed"),
        ("confirmed", "preparing"),
        ("preparing", "ready"),
        ("ready", "delivering"),
        ("delivering", "completed"),
    ]
    assert all(event["in_status_for"] > 0 for event in story["items"][1:])


def test_pickup_orders_are_completed_without_being_delivered(cedars):
    order = cedars.place(fulfilment="pickup")
    ready = cedars.move(order["id"], "confirmed", "preparing", "ready")
    assert ready["allowed"] == ["completed"]
    refused = assert_problem(cedars.post(f"/orders/{order['id']}/transitions", {"to": "delivering"}), 422)
    assert refused["allowed"] == ["completed"]


def test_an_illegal_move_says_from_to_and_what_is_allowed(cedars):
    order = cedars.place()
    cedars.move(order["id"], "cancelled")
    answer = cedars.post(f"/orders/{order['id']}/transitions", {"to": "preparing"})
    said = assert_problem(answer, 422)
    assert (said["from"], said["to"], said["allowed"]) == ("cancelled", "preparing", [])
    assert cedars.written() == (1, 2)


def test_an_order_that_moved_on_says_seen_and_current(cedars):
    order = cedars.place()
    cedars.move(order["id"], "confirmed", "preparing")
    move = {"to": "cancelled", "seen": "confirmed"}
    said = assert_problem(cedars.post(f"/orders/{order['id']}/transitions", move), 409)
    assert (said["seen"], said["current"]) == ("confirmed", "preparing")
    assert cedars.written() == (1, 3)


def test_a_double_tap_is_one_tap(cedars):
    order = cedars.place()
    move = {"to": "confirmed", "seen": "pending"}
    answers = [cedars.post(f"/orders/{order['id']}/transitions", move) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json == answers[1].json
    assert cedars.written() == (1, 2)


def test_reason_and_metadata_stand_in_the_event(cedars):
    order = cedars.place()
    move = {"to": "cancelled", "reason": "no more lamb", "metadata": {"screen": 4}}
    assert cedars.post(f"/orders/{order['id']}/transitions", move).status_code == 200
    event = cedars.get(f"/orders/{order['id']}/events").json["items"][-1]
    assert event["metadata"] == {"screen": 4, "reason": "no more lamb"}


@pytest.mark.parametrize("order_id", [str(uuid.UUID(int=7)), "7", "nonsense", "00000000", "%00", "'"])
def test_an_order_that_is_not_there_is_404(cedars, order_id):
    assert_problem(cedars.get(f"/orders/{order_id}"), 404)
    assert_problem(cedars.get(f"/orders/{order_id}/events"), 404)
    assert_problem(cedars.post(f"/orders/{order_id}/transitions", {"to": "confirmed"}), 404)
