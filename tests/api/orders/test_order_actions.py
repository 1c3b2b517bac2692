"""Programs strike lines, rush, hold and assign, and are told of all that if they ask to be."""

from __future__ import annotations

import pytest

from api.api_caller import A_KEBAB, Caller, assert_problem
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.rules.state_machine import Fulfilment


def acted(cedars, order, **body):
    answer = cedars.post(f"/orders/{order['id']}/actions", body)
    assert answer.status_code == 200, answer.text
    return answer.json


def test_an_order_shows_what_was_done_to_it(cedars):
    order = cedars.place(items=[{**A_KEBAB, "station": "Grill"}])
    assert (order["rush"], order["hold"], order["rider"]) == (False, None, None)
    assert order["lines"] == [{"line": 1, "station": "Grill", "done": False, "voided": False}]
    cedars.move(order["id"], "confirmed")
    assert acted(cedars, order, act="strike", line=1)["lines"][0]["done"] is True
    assert acted(cedars, order, act="rush", seen="confirmed")["rush"] is True
    assert acted(cedars, order, act="hold", reason="the guest is late")["hold"] == "the guest is late"
    last = acted(cedars, order, act="assign", rider="سامي")
    assert last["rider"] == "سامي"
    assert last == cedars.get(f"/orders/{order['id']}").json


def test_a_cancelled_order_shows_when_its_cancellation_was_seen(cedars):
    order = cedars.place()
    cedars.move(order["id"], "cancelled")
    assert cedars.get(f"/orders/{order['id']}").json["acknowledged_at"] is None
    seen = acted(cedars, order, act="acknowledge")["acknowledged_at"]
    assert seen is not None
    told = cedars.get(f"/orders/{order['id']}/events?include=actions").json["items"][-1]
    assert told["occurred_at"] == seen


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"act": "cook"},
        {"act": "strike"},
        {"act": "strike", "line": 0},
        {"act": "strike", "line": "1"},
        {"act": "strike", "line": 7},
        {"act": "rush", "line": 1},
        {"act": "hold"},
        {"act": "hold", "reason": ""},
        {"act": "hold", "reason": "x" * 201},
        {"act": "hold", "reason": "a\nb"},
        {"act": "assign", "reason": "Jad"},
        {"act": "assign", "rider": "\u202eJad"},
        {"act": "acknowledge"},
        {"act": "rush", "seen": "burnt"},
        {"act": "rush", "metadata": [1]},
        {"act": "rush", "more": 1},
    ],
)
def test_a_bad_act_is_422_and_nothing_is_written(cedars, body):
    order = cedars.place()
    assert_problem(cedars.post(f"/orders/{order['id']}/actions", body), 422)
    story = cedars.get(f"/orders/{order['id']}/events?include=actions").json["items"]
    assert len(story) == 1


def test_an_act_on_an_order_that_moved_on_says_seen_and_current(cedars):
    order = cedars.place()
    cedars.move(order["id"], "confirmed")
    said = assert_problem(
        cedars.post(f"/orders/{order['id']}/actions", {"act": "rush", "seen": "pending"}), 409
    )
    assert (said["seen"], said["current"]) == ("pending", "confirmed")


def test_a_refused_act_says_what_is_allowed(cedars):
    order = cedars.place(fulfilment="pickup")
    said = assert_problem(
        cedars.post(f"/orders/{order['id']}/actions", {"act": "assign", "rider": "Jad"}), 422
    )
    assert (said["act"], said["current"]) == ("assign", "pending")
    assert said["allowed_acts"] == ["rush", "unrush", "hold", "release", "delay"]


def test_lists_of_events_tell_of_actions_only_to_who_asks(cedars):
    order = cedars.place()
    cedars.move(order["id"], "confirmed")
    acted(cedars, order, act="rush", metadata={"till": 3})
    cedars.move(order["id"], "preparing", "ready")
    for path in (f"/orders/{order['id']}/events", "/events"):
        quiet = cedars.get(path).json["items"]
        assert [event["to"] for event in quiet] == ["pending", "confirmed", "preparing", "ready"]
        everything = cedars.get(f"{path}?include=actions").json["items"]
        assert [entry.get("act") for entry in everything] == [None, None, "rush", None, None]
        assert everything[2]["metadata"] == {"till": 3} and everything[2]["changed_by"] == "Till"
        assert [int(entry["cursor"].split("-")[1]) for entry in everything] == [1, 2, 3, 4, 5]
        assert quiet[-1]["open_lines"] == 1 and quiet[-2]["open_lines"] is None
    assert_problem(cedars.get("/events?include=everything"), 400)


def test_nobody_acts_on_an_order_that_is_not_there_or_not_theirs(app, cedars, rival):
    theirs = Caller(app, rival).place()
    assert_problem(cedars.post(f"/orders/{theirs['id']}/actions", {"act": "rush"}), 404)
    assert_problem(cedars.post("/orders/7/actions", {"act": "rush"}), 404)


def test_an_order_from_before_there_were_stations_is_known_again():
    """A key that was used for it before must bring the same order, not a refusal."""
    plain = NewOrder("hamra", Fulfilment.PICKUP, (NewItem("Kebab", 2),))
    assert plain.fingerprint == "b880b968d57b17c53269ab1ba6b4fb5eccc4d414d0b53c9c482d7ca88e1e539e"
    routed = NewOrder("hamra", Fulfilment.PICKUP, (NewItem("Kebab", 2, station="Grill"),))
    assert routed.fingerprint != plain.fingerprint
