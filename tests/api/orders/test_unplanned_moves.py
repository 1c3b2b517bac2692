"""Under the extended rules programs cancel late, recall and take back, each for a reason."""

from __future__ import annotations

import pytest

from api.api_caller import assert_problem
from ordertrack.database.session import tenant_context
from ordertrack.restaurants import rule_sets
from ordertrack.rules.state_machine import ADDED, RuleSet

WAY = ("confirmed", "preparing", "ready", "delivering")


@pytest.fixture
def choose(app, cedar):
    def chosen(rule_set: RuleSet) -> None:
        with tenant_context(app, cedar.tenant_id):
            rule_sets.choose(rule_set, by=cedar.maya.principal)

    return chosen


@pytest.mark.parametrize(("before", "after"), ADDED)
def test_a_program_makes_an_added_move_for_a_reason_where_the_company_goes_by_the_extended_rules(
    cedars, choose, before, after
):
    order = cedars.place()
    cedars.move(order["id"], *WAY[: WAY.index(before) + 1])
    path = f"/orders/{order['id']}/transitions"
    strict = assert_problem(cedars.post(path, {"to": after, "reason": "No gas"}), 422)
    assert (strict["from"], strict["to"]) == (before, after) and after not in strict["allowed"]
    choose(RuleSet.EXTENDED)
    assert after in cedars.get(f"/orders/{order['id']}").json["allowed"]
    silent = assert_problem(cedars.post(path, {"to": after}), 422)
    assert "reason" in silent["detail"] and after in silent["allowed"]
    made = cedars.post(path, {"to": after, "seen": before, "reason": "No gas", "metadata": {"till": 7}})
    assert (made.status_code, made.json["status"]) == (200, after)
    last = cedars.get(f"/orders/{order['id']}/events").json["items"][-1]
    assert (last["from"], last["to"], last["metadata"]) == (before, after, {"reason": "No gas", "till": 7})
    choose(RuleSet.STRICT)
    allowed = cedars.get(f"/orders/{order['id']}").json["allowed"]
    assert allowed == {"ready": ["delivering", "completed"], "preparing": ["ready"]}.get(after, [])


def test_an_order_that_was_recalled_and_came_back_goes_its_way_to_the_end(cedars, choose):
    choose(RuleSet.EXTENDED)
    order = cedars.place()
    way = [*WAY[:3], "preparing", "ready", "delivering", "ready", "delivering", "completed"]
    for to in way:
        body = {"to": to, "reason": "as life is"}
        assert cedars.post(f"/orders/{order['id']}/transitions", body).status_code == 200
    events = cedars.get(f"/orders/{order['id']}/events").json["items"]
    assert [event["to"] for event in events] == ["pending", *way]
    told = cedars.get("/events", query_string={"limit": 100}).json["items"]
    assert [event["to"] for event in told if event["order_id"] == order["id"]] == ["pending", *way]
