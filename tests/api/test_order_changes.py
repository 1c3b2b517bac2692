"""Programs change orders, say where they go and what they cost, and are told of every change."""

from __future__ import annotations

import json

import pytest

from api.api_caller import A_KEBAB, Caller, assert_problem

GUEST = {
    "name": "Rana",
    "phone": "+961 1 234 567",
    "address": {
        "lines": ["Bliss St", "3rd floor"],
        "area": "Hamra",
        "city": "Beirut",
        "instructions": "ring twice",
        "latitude": 33.9,
        "longitude": 35.48,
    },
}
SOUP = {"name": "Soup", "quantity": 3}


def changed(cedars, order, *changes, **body):
    revision = cedars.get(f"/orders/{order['id']}").json["revision"]
    asked = {"revision": revision, "changes": list(changes)} | body
    return cedars.post(f"/orders/{order['id']}/changes", asked)


def done(answer):
    assert answer.status_code == 200, answer.text
    return answer.json


def test_an_order_says_where_it_goes_what_it_costs_and_where_it_came_from(cedars):
    said = {
        "customer": GUEST,
        "note": "no cutlery",
        "table": "4",
        "channel": "UBER",
        "reference": "4471",
        "amounts": {"currency": "LBP", "total": 89500000, "to_collect": 0},
    }
    order = cedars.place(**said)
    assert {name: order[name] for name in said} == said | {
        "customer": {**GUEST, "locale": None, "email": None, "notify": None}
    }
    assert (order["revision"], order["follows"]) == (1, None)
    assert cedars.get(f"/orders/{order['id']}").json == order


def test_one_call_makes_several_changes(cedars):
    order = cedars.place(customer=GUEST)
    answer = done(
        changed(
            cedars,
            order,
            {"do": "add_line", "item": SOUP},
            {"do": "change_line", "line": 1, "item": {**A_KEBAB, "quantity": 9}},
            {"do": "set", "note": "hot", "customer": {"phone": None, "address": {"area": "Achrafieh"}}},
            reason="the guest called",
            metadata={"call": 7},
        )
    )
    assert [line["voided"] for line in answer["lines"]] == [True, False, False]
    assert [item["quantity"] for item in answer["items"][1:]] == [3, 9]
    assert answer["customer"]["phone"] is None
    assert answer["customer"]["address"]["area"] == "Achrafieh"
    assert answer["customer"]["address"]["city"] == "Beirut"
    assert answer["revision"] == 2
    assert answer == cedars.get(f"/orders/{order['id']}").json
    told = cedars.get(f"/orders/{order['id']}/events?include=actions").json["items"][-1]
    assert told["changes"] == {
        "revision": 2,
        "added": [2, 3],
        "voided": [1],
        "fields": ["customer.address.area", "customer.phone", "note"],
    }
    assert (told["act"], told["reason"], told["metadata"]) == ("change", "the guest called", {"call": 7})
    assert "Achrafieh" not in json.dumps(told)


def test_what_is_set_to_null_is_taken_away(cedars):
    order = cedars.place(note="hot", promised_at=None, amounts={"currency": "KWD", "total": 1250})
    answer = done(changed(cedars, order, {"do": "set", "note": None, "amounts": {"to_collect": 250}}))
    assert (answer["note"], answer["amounts"]) == (
        None,
        {"currency": "KWD", "total": 1250, "to_collect": 250},
    )
    assert done(changed(cedars, order, {"do": "set", "amounts": None}))["amounts"] is None


def test_who_changes_an_order_that_was_changed_gets_it_as_it_is(cedars):
    order = cedars.place()
    done(changed(cedars, order, {"do": "add_line", "item": SOUP}))
    late = changed(cedars, order, {"do": "set", "note": "x"}, revision=1)
    problem = assert_problem(late, 409)
    assert problem["revision"] == 2
    assert problem["order"] == cedars.get(f"/orders/{order['id']}").json


def test_a_change_that_is_of_no_kind_is_told_by_what_kinds_are_known(cedars):
    order = cedars.place()
    assert "has no `do`" in assert_problem(changed(cedars, order, {"note": "x"}), 422)["detail"]
    assert "`add_line`" in assert_problem(changed(cedars, order, {"do": "add"}), 422)["detail"]


def test_what_is_ready_takes_no_more_lines_but_an_order_that_follows(cedars):
    order = cedars.place()
    for status in ("confirmed", "preparing", "ready"):
        cedars.move(order["id"], status)
    problem = assert_problem(changed(cedars, order, {"do": "add_line", "item": SOUP}), 422)
    assert "follows" in problem["detail"]
    more = cedars.place(follows=order["id"], items=[SOUP])
    assert more["follows"] == order["id"]


def test_a_recall_opens_a_ready_order_again(cedars, app):
    from ordertrack.database.session import tenant_context
    from ordertrack.restaurants import rule_sets
    from ordertrack.rules.state_machine import RuleSet

    with tenant_context(app, cedars.house.tenant_id):
        rule_sets.choose(RuleSet.EXTENDED, by=cedars.house.maya.principal)
    order = cedars.place()
    for status in ("confirmed", "preparing", "ready"):
        cedars.move(order["id"], status)
    recalled = cedars.post(
        f"/orders/{order['id']}/transitions", {"to": "preparing", "reason": "Something is missing"}
    )
    assert recalled.status_code == 200
    assert done(changed(cedars, order, {"do": "add_line", "item": SOUP}))["items"][-1]["name"] == "Soup"


def test_an_ended_order_is_changed_no_more(cedars):
    order = cedars.place()
    cedars.move(order["id"], "cancelled")
    assert_problem(changed(cedars, order, {"do": "set", "note": "x"}), 422)


@pytest.mark.parametrize(
    "body",
    [
        {"revision": None},
        {"revision": "1"},
        {"revision": 0},
        {"changes": []},
        {"changes": [{}]},
        {"changes": [{"do": "burn"}]},
        {"changes": [{"do": "add_line"}]},
        {"changes": [{"do": "add_line", "item": {**A_KEBAB, "quantity": 0}}]},
        {"changes": [{"do": "void_line"}]},
        {"changes": [{"do": "void_line", "line": 0}]},
        {"changes": [{"do": "void_line", "line": 5}]},
        {"changes": [{"do": "void_line", "line": 1}]},
        {"changes": [{"do": "change_line", "line": 1}]},
        {"changes": [{"do": "set", "status": "ready"}]},
        {"changes": [{"do": "set", "note": ""}]},
        {"changes": [{"do": "set", "promised_at": "2001-01-01T10:00:00Z"}]},
        {"changes": [{"do": "set", "promised_at": 5}]},
        {"changes": [{"do": "set", "amounts": {"total": 5}}]},
        {"changes": [{"do": "set", "amounts": {"currency": "XXX", "total": 5}}]},
        {"changes": [{"do": "set", "amounts": {"currency": "XAU", "total": 5}}]},
        {"changes": [{"do": "set", "amounts": {"currency": "LBP", "total": -5}}]},
        {"changes": [{"do": "set", "amounts": {"currency": "LBP", "total": 1.5}}]},
        {"changes": [{"do": "set", "customer": {"address": {"latitude": 5.0}}}]},
        {"changes": [{"do": "set", "customer": {"address": {"latitude": 91.0, "longitude": 1.0}}}]},
        {"reason": "a\nb"},
        {"more": 1},
    ],
)
def test_a_change_that_makes_no_sense_is_refused_and_nothing_is_written(cedars, body):
    order = cedars.place()
    asked = {"revision": 1, "changes": [{"do": "set", "note": "x"}]} | body
    assert_problem(cedars.post(f"/orders/{order['id']}/changes", asked), 422)
    assert cedars.get(f"/orders/{order['id']}").json == order


@pytest.mark.parametrize(
    "more",
    [
        {"amounts": {"currency": "LBP"}},
        {"amounts": {"total": 5}},
        {"amounts": {"currency": "lbp", "total": 5}},
        {"follows": "12"},
        {"follows": "00000000-0000-0000-0000-000000000000"},
        {"channel": ""},
        {"customer": {"address": {"lines": ["a"] * 7}}},
        {"customer": {"address": {"street": "Bliss"}}},
    ],
)
def test_an_order_with_unusable_details_is_refused(cedars, more):
    body = {"restaurant": "hamra", "fulfilment": "delivery", "items": [A_KEBAB]} | more
    assert_problem(cedars.post("/orders", body), 422)


def test_the_same_reference_on_another_channel_is_no_double(cedars):
    first = cedars.place(channel="UBER", reference="4471")
    assert cedars.place(channel="TOTERS", reference="4471")["possible_double_of"] is None
    assert cedars.place(channel="Uber", reference="4471")["possible_double_of"] == first["number"]


def test_another_tenants_order_is_not_there_to_be_changed_or_followed(cedars, app, rival):
    order = Caller(app, rival).place()
    body = {"revision": 1, "changes": [{"do": "set", "note": "x"}]}
    assert_problem(cedars.post(f"/orders/{order['id']}/changes", body), 404)
    new = {"restaurant": "hamra", "fulfilment": "pickup", "items": [A_KEBAB], "follows": order["id"]}
    assert_problem(cedars.post("/orders", new), 422)


def test_a_program_acknowledges_a_change(cedars):
    order = cedars.place()
    assert "acknowledge" not in order["allowed_acts"]
    order = done(changed(cedars, order, {"do": "add_line", "item": SOUP}))
    assert "acknowledge" in order["allowed_acts"]
    answer = cedars.post(f"/orders/{order['id']}/actions", {"act": "acknowledge"})
    assert "acknowledge" not in done(answer)["allowed_acts"]
