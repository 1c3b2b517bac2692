"""Programs ask which restaurants take orders, and what a guest would be told; a paused one takes none."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from api.api_caller import Caller, an_order, assert_problem
from ordertrack.database.session import tenant_context
from ordertrack.restaurants import operations, pace
from ordertrack.restaurants.pace import PaceState
from ordertrack.restaurants.save import save_operations, save_pace
from ordertrack.restaurants.versioned import UnusableSettings
from ordertrack.tenants.restaurants import find_restaurant


@pytest.fixture
def say(app, cedar):
    """Say how Hamra stands: `say(PaceState.BUSY, minutes=15)`."""

    def said(state, minutes=0, until=None):
        with tenant_context(app, cedar.tenant_id):
            held = pace.of_restaurant(cedar.tenant_id, find_restaurant(cedar.tenant_id, "hamra").id)
            wanted = replace(held, state=state, minutes=minutes, until=until)
            return save_pace(wanted, by=cedar.karim.principal)

    return said


def ahead(**times):
    return dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(**times)


def stands(cedars):
    found = {each["slug"]: each for each in cedars.get("/restaurants").json["items"]}
    return found["hamra"]["state"], found["hamra"]["minutes"], found["hamra"]["until"]


def quoted(cedars, fulfilment="delivery"):
    answer = cedars.get(f"/restaurants/hamra/quote?fulfilment={fulfilment}")
    assert answer.status_code == 200, answer.text
    return answer.json


def minutes_from_now(moment):
    return (dt.datetime.fromisoformat(moment) - dt.datetime.now(dt.UTC)).total_seconds() / 60


def test_every_restaurant_is_open_at_first(cedars):
    answer = cedars.get("/restaurants").json
    assert [each["slug"] for each in answer["items"]] == ["hamra", "jounieh"]
    assert stands(cedars) == ("open", 0, None)


def test_a_quote_is_a_range_of_the_restaurants_own_minutes_until_enough_was_learned(cedars):
    delivery, pickup = quoted(cedars), quoted(cedars, "pickup")
    assert not delivery["learned"]
    assert 39 < minutes_from_now(delivery["from"]) <= 40
    assert 44 < minutes_from_now(delivery["to"]) <= 45
    assert 19 < minutes_from_now(pickup["from"]) <= 20


def test_a_busy_restaurant_quotes_later_until_it_is_not(cedars, say):
    until = ahead(hours=1)
    say(PaceState.BUSY, 30, until)
    assert stands(cedars) == ("busy", 30, until.isoformat().replace("+00:00", "Z"))
    assert 69 < minutes_from_now(quoted(cedars)["from"]) <= 70
    assert cedars.place()["status"] == "pending"
    say(PaceState.OPEN)
    assert stands(cedars) == ("open", 0, None)


def test_more_open_orders_than_it_takes_easily_make_it_busy(app, cedars, cedar):
    with tenant_context(app, cedar.tenant_id):
        held = operations.of_restaurant(cedar.tenant_id, find_restaurant(cedar.tenant_id, "hamra").id)
        wanted = replace(held, orders=replace(held.orders, busy_over=2, busy_minutes=20))
        save_operations(wanted, by=cedar.maya.principal)
    for _ in range(2):
        cedars.place()
    assert stands(cedars)[0] == "open"
    order = cedars.place()
    assert stands(cedars) == ("busy", 20, None)
    cedars.move(order["id"], "cancelled")
    assert stands(cedars)[0] == "open"


def test_a_paused_restaurant_refuses_orders_and_says_until_when(cedars, say):
    key = {"Idempotency-Key": "before"}
    before = cedars.post("/orders", an_order(cedars.house), headers=key)
    until = ahead(minutes=30)
    say(PaceState.PAUSED, until=until)
    problem = assert_problem(cedars.post("/orders", an_order(cedars.house)), 409)
    assert problem["paused"] is True
    assert dt.datetime.fromisoformat(problem["until"]) == until
    assert quoted(cedars)["from"] is None
    assert cedars.written() == (1, 1)
    again = cedars.post("/orders", an_order(cedars.house), headers=key)
    assert (again.status_code, again.json) == (200, before.json)
    assert cedars.place(restaurant="jounieh")["status"] == "pending"


def test_what_was_said_until_a_moment_is_over_then(cedars, say):
    said = say(PaceState.PAUSED, until=ahead(seconds=60))
    assert said.at(said.until - dt.timedelta(seconds=1)).state == PaceState.PAUSED
    assert said.at(said.until).state == PaceState.OPEN


@pytest.mark.parametrize(
    ("state", "minutes", "until"),
    [
        (PaceState.BUSY, 0, None),
        (PaceState.BUSY, 241, None),
        (PaceState.PAUSED, 0, dt.timedelta(minutes=-1)),
        (PaceState.PAUSED, 0, dt.timedelta(days=8)),
    ],
)
def test_what_makes_no_sense_is_refused(cedars, say, state, minutes, until):
    with pytest.raises(UnusableSettings):
        say(state, minutes, until and dt.datetime.now(dt.UTC) + until)
    assert stands(cedars) == ("open", 0, None)


def test_another_tenants_restaurant_is_not_there(cedars, app, rival):
    assert_problem(cedars.get(f"/restaurants/{rival.restaurants[0]}/quote?fulfilment=pickup"), 404)
    assert [each["slug"] for each in Caller(app, rival).get("/restaurants").json["items"]] == sorted(
        rival.restaurants
    )


@pytest.mark.parametrize("query", ["", "?fulfilment=", "?fulfilment=drone", "?fulfilment=pickup&more=1"])
def test_a_quote_says_what_it_is_asked_for(cedars, query):
    assert_problem(cedars.get(f"/restaurants/hamra/quote{query}"), 400)
