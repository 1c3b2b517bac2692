"""The feed: every event of the tenant once, in order, from any cursor on."""

from __future__ import annotations

import pytest

from api.api_caller import assert_problem
from ordertrack.server import consistency


def test_reading_on_from_next_brings_every_event_once_and_in_order(cedars):
    order = cedars.place()
    other = cedars.place(restaurant="jounieh")
    cedars.move(order["id"], "confirmed", "preparing")
    cedars.move(other["id"], "cancelled")
    read, after = [], ""
    while items := (answer := cedars.get(f"/events?limit=2&after={after}").json)["items"]:
        read += items
        after = answer["next"]
    assert [(event["order_id"], event["to"]) for event in read] == [
        (order["id"], "pending"),
        (other["id"], "pending"),
        (order["id"], "confirmed"),
        (order["id"], "preparing"),
        (other["id"], "cancelled"),
    ]
    assert [int(event["cursor"].split("-")[1]) for event in read] == [1, 2, 3, 4, 5]
    assert read[0]["number"] == 1 and read[1]["restaurant"] == "jounieh"


def test_a_poller_can_go_on_when_nothing_is_new(cedars):
    start = cedars.get("/events").json
    assert start["items"] == [] and start["next"].endswith("-0")
    assert cedars.get(f"/events?after={start['next']}").json == start
    order = cedars.place()
    news = cedars.get(f"/events?after={start['next']}").json
    assert [event["order_id"] for event in news["items"]] == [order["id"]]
    assert news["next"] == news["items"][-1]["cursor"]
    assert cedars.get(f"/events?after={news['next']}").json == {"items": [], "next": news["next"]}


def test_an_event_is_the_same_in_feed_and_story(cedars):
    order = cedars.place(metadata={"a": [1, {"b": None}], "c": -0.25})
    cedars.move(order["id"], "confirmed")
    assert cedars.get("/events").json["items"] == cedars.get(f"/orders/{order['id']}/events").json["items"]


@pytest.mark.parametrize("cursor", ["7", "-", "1-", "a-b", "1-2-3", "1-" + "9" * 30, "%00", "1-%D9%A2"])
def test_a_malformed_cursor_is_400(cedars, cursor):
    assert "cursor" in assert_problem(cedars.get(f"/events?after={cursor}"), 400)["detail"]


def test_a_cursor_ahead_of_the_stream_is_409_with_the_current_one(cedars):
    cedars.place()
    head = cedars.get("/events").json["next"]
    epoch, seq = head.split("-")
    said = assert_problem(cedars.get(f"/events?after={epoch}-{int(seq) + 1}"), 409)
    assert said["current"] == head


def test_a_cursor_of_another_epoch_is_409_with_the_current_one(cedars, operator_app):
    cedars.place()
    old = cedars.get("/events").json["next"]
    with operator_app.app_context():
        consistency.begin_new_epoch(cedars.house.slug)
    current = assert_problem(cedars.get(f"/events?after={old}"), 409)["current"]
    assert current != old
    assert cedars.get(f"/events?after={current}").json == {"items": [], "next": current}


@pytest.mark.parametrize("limit", ["0", "201", "-5", "1.5", "many"])
def test_a_limit_out_of_bounds_is_400(cedars, limit):
    assert_problem(cedars.get(f"/events?limit={limit}"), 400)
