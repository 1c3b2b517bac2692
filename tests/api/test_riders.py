"""Programs keep the roster, and an order given to a rider spells the name as the roster does."""

from __future__ import annotations

import pytest

from api.api_caller import Caller, assert_problem

RIDERS = "/restaurants/hamra/riders"


def test_a_rider_is_put_on_the_roster_and_changed_by_the_same_name(cedars):
    assert cedars.get(RIDERS).json == {"items": [], "next": None}
    first = {"name": "Ali M.", "phone": "+961 3 1", "here": True}
    assert cedars.post(RIDERS, first).json["items"] == [first]
    for said, kept in (
        ({}, {}),
        ({"here": False}, {"here": False}),
        ({"phone": "70 1"}, {"here": False, "phone": "70 1"}),
        ({"here": True, "phone": None}, {"here": True, "phone": None}),
    ):
        answer = cedars.post(RIDERS, {"name": "ali  m.", **said})
        assert answer.status_code == 200, answer.text
        assert answer.json["items"] == cedars.get(RIDERS).json["items"] == [first | kept]


def test_an_order_is_carried_by_the_rider_of_the_roster_however_the_name_is_typed(cedars):
    cedars.post(RIDERS, {"name": "Ali M."})
    order = cedars.place()
    answer = cedars.post(f"/orders/{order['id']}/actions", {"act": "assign", "rider": " ALI m."})
    assert answer.status_code == 200, answer.text
    assert answer.json["rider"] == "Ali M."


@pytest.mark.parametrize(
    "body", [{}, {"name": ""}, {"name": "a" * 61}, {"name": "Ali", "here": "yes"}, {"name": "Ali", "age": 7}]
)
def test_what_is_no_rider_is_refused(cedars, body):
    assert_problem(cedars.post(RIDERS, body), 422)
    assert cedars.get(RIDERS).json["items"] == []


def test_another_tenants_roster_is_not_there(app, cedars, rival):
    rivals = Caller(app, rival)
    cedars.post(RIDERS, {"name": "Ali"})
    assert_problem(rivals.get(RIDERS), 404)
    assert_problem(rivals.post(RIDERS, {"name": "Ali"}), 404)
