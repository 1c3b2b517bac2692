"""A key says who calls; nothing works without one, and nothing of another tenant works with one."""

from __future__ import annotations

import pytest

from api.api_caller import Caller, an_order, assert_problem
from ordertrack.tenants import accounts
from ordertrack.tenants.keys import api_keys


def routes(app):
    """Every call of the API: its method, its address, and whether the address holds an order's id."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("api.") and rule.endpoint != "api.openapi":
            (method,) = rule.methods & {"GET", "POST", "PUT"}
            yield method, rule.rule.replace("<uuid:order_id>", "{order}"), "order_id" in rule.arguments


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        "Bearer ot_" + "x" * 43,
        "Bearer " + "y" * 5000,
        "Bearer k\xe9y",
        "Basic bm91cjpzZWNyZXQ=",
        "Basic ???",
        "{key}",
        "Token {key}",
        "Bearer {key}x",
        'Bearer token="{key}"',
    ],
)
def test_every_call_without_a_good_key_is_401(app, cedar, header):
    client = app.test_client()
    headers = {} if header is None else {"Authorization": header.format(key=cedar.key)}
    for method, address, _ in routes(app):
        path = address.format(order="00000000-0000-0000-0000-000000000000")
        answer = client.open(path, method=method, headers=headers, json=an_order(cedar))
        assert_problem(answer, 401)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert Caller(app, cedar).written() == (0, 0)


def test_the_scheme_is_read_in_any_case(app, cedar):
    answer = app.test_client().get("/api/v1/orders", headers={"Authorization": f"bearer {cedar.key}"})
    assert answer.status_code == 200


def test_a_revoked_key_is_401(app, operator_app, cedars):
    cedars.place()
    with operator_app.app_context():
        api_keys.revoke_key(accounts.find_tenant(cedars.house.slug), "Till")
    assert_problem(cedars.get("/orders"), 401)
    assert_problem(cedars.post("/orders", an_order(cedars.house)), 401)
    assert cedars.written() == (1, 1)


def test_a_signed_in_person_has_no_key(sign_in, cedar):
    assert_problem(sign_in(cedar.maya).get("/api/v1/orders"), 401)


_BODY = {
    "transitions": {"to": "confirmed"},
    "actions": {"act": "rush"},
    "changes": {"revision": 1, "changes": [{"do": "set", "note": "x"}]},
}


def test_another_tenants_order_is_404_on_every_route(app, cedars, rival):
    order, rivals = cedars.place(), Caller(app, rival)
    tried = 0
    for method, address, has_order in routes(app):
        if has_order:
            path = address.removeprefix("/api/v1").format(order=order["id"])
            more = {"json": _BODY[path.rpartition("/")[2]]} if method == "POST" else {}
            assert_problem(rivals._open(method, path, **more), 404)
            tried += 1
    assert tried == 5
    assert_problem(rivals.get(f"/stream?order={order['id']}"), 404)
    assert cedars.get(f"/orders/{order['id']}").json == order
    assert (cedars.written(), rivals.written()) == ((1, 1), (0, 0))


def test_another_tenants_restaurant_is_404(app, cedars, rival):
    rivals = Caller(app, rival)
    assert_problem(rivals.post("/orders", an_order(rival, restaurant="hamra")), 404)
    assert_problem(rivals.get("/orders?restaurant=hamra"), 404)
    assert_problem(rivals.get("/stream?restaurant=hamra"), 404)
    assert rivals.written() == (0, 0)


def test_lists_and_feed_hold_ones_own_only(app, cedars, rival):
    rivals = Caller(app, rival)
    ours, theirs = cedars.place(), rivals.place()
    assert [order["id"] for order in rivals.get("/orders").json["items"]] == [theirs["id"]]
    assert [event["order_id"] for event in rivals.get("/events").json["items"]] == [theirs["id"]]
    assert [order["id"] for order in cedars.get("/orders").json["items"]] == [ours["id"]]
