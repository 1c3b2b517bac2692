"""A program whose answer got lost says a call again, with the revision that it saw: nothing is done twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from api.api_caller import Caller, assert_problem
from ordertrack.database.session import tenant_context
from ordertrack.restaurants import rule_sets
from ordertrack.rules.state_machine import RuleSet


def test_a_delay_that_is_said_again_delays_once(cedars):
    order = cedars.place()
    path, delay = f"/orders/{order['id']}/actions", {"act": "delay", "minutes": 10}
    first = cedars.post(path, {**delay, "revision": order["revision"]})
    assert first.status_code == 200, first.text
    again = cedars.post(path, {**delay, "revision": order["revision"]})
    assert_problem(again, 409)
    assert again.json["order"] == first.json == cedars.get(f"/orders/{order['id']}").json


def test_a_move_from_before_a_recall_is_not_made_after_it(cedars, app, cedar):
    with tenant_context(app, cedar.tenant_id):
        rule_sets.choose(RuleSet.EXTENDED, by=cedar.maya.principal)
    order = cedars.place()
    path = f"/orders/{order['id']}/transitions"
    cedars.move(order["id"], "confirmed", "preparing")
    seen = cedars.get(f"/orders/{order['id']}").json["revision"]
    ready = {"to": "ready", "seen": "preparing", "revision": seen}
    assert cedars.post(path, ready).json["status"] == "ready"
    assert cedars.post(path, {"to": "preparing", "reason": "Soup is missing"}).status_code == 200
    again = cedars.post(path, ready)
    assert_problem(again, 409)
    assert again.json["order"]["status"] == "preparing"
    assert cedars.get(f"/orders/{order['id']}").json["status"] == "preparing"


def test_of_many_who_saw_one_revision_one_is_heard(cedars):
    order = cedars.place()
    delay = {"act": "delay", "minutes": 5, "revision": order["revision"]}

    def say(_: int) -> int:
        return cedars.post(f"/orders/{order['id']}/actions", delay).status_code

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(say, range(8)))
    assert answers == [200] + [409] * 7
    events = cedars.get(f"/orders/{order['id']}/events?include=actions").json["items"]
    assert [event.get("act") for event in events] == [None, "delay"]


def test_who_saw_another_status_is_told_the_order_as_well(cedars):
    order = cedars.place()
    now = cedars.move(order["id"], "confirmed", "preparing")
    for call, body in (("actions", {"act": "rush"}), ("transitions", {"to": "cancelled"})):
        refused = cedars.post(f"/orders/{order['id']}/{call}", {**body, "seen": "pending"})
        assert_problem(refused, 409)
        assert (refused.json["order"], refused.json["revision"]) == (now, now["revision"])
        assert (refused.json["seen"], refused.json["current"]) == ("pending", "preparing")


@pytest.mark.parametrize("revision", [0, -1, "1", 1.5, True])
def test_what_is_no_revision_is_refused(cedars, revision):
    order = cedars.place()
    for call, body in (("actions", {"act": "rush"}), ("transitions", {"to": "confirmed"})):
        assert_problem(cedars.post(f"/orders/{order['id']}/{call}", {**body, "revision": revision}), 422)


def test_an_order_that_is_not_there_is_not_found_with_a_revision_either(app, cedars, rival):
    order, rivals = cedars.place(), Caller(app, rival)
    for call, body in (("actions", {"act": "rush"}), ("transitions", {"to": "confirmed"})):
        assert_problem(rivals.post(f"/orders/{order['id']}/{call}", {**body, "revision": 1}), 404)
