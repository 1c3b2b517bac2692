"""What a key is not for it does not do, whatever the call: each is asked with keys that it must refuse."""

from __future__ import annotations

from dataclasses import replace

import pytest

from api.api_caller import Caller, an_order, assert_problem
from api.keys.test_api_keys import routes
from ordertrack.api.openapi import OPERATIONS
from ordertrack.rules.scopes import Scope
from ordertrack.tenants import accounts
from ordertrack.tenants.keys import api_keys

BODIES = {
    "orders": {},
    "transitions": {"to": "confirmed"},
    "actions": {"act": "rush"},
    "changes": {"revision": 1, "changes": [{"do": "set", "note": "x"}]},
    "riders": {"name": "Ali"},
    "menu": {"items": []},
}


OF_THE_COMPANY = (
    *("api.orders", "api.events", "api.restaurants", "api.stream"),
    *("api.menu", "api.save_menu", "api.report_of_times"),
)


@pytest.fixture
def with_key(app, operator_app, cedar):
    """A caller with another key of Cedar's: `with_key(scopes=..., restaurants=..., expires_at=...)`."""

    def make(name="Narrow", **narrowed):
        with operator_app.app_context():
            _, secret = api_keys.create_key(accounts.find_tenant(cedar.slug), name, **narrowed)
        return Caller(app, replace(cedar, key=secret))

    return make


def attempts(app, order, restaurant):
    """Every call of the API, asked about this order and restaurant: endpoint, method, path, more."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("api.") and OPERATIONS[rule.endpoint].scope is not None:
            path = rule.rule.removeprefix("/api/v1")
            path = path.replace("<uuid:order_id>", order["id"]).replace("<restaurant>", restaurant)
            (method,) = rule.methods & {"GET", "POST", "PUT"}
            more = {}
            if method != "GET":
                body = BODIES[path.rpartition("/")[2]]
                more["json"] = body or an_order_of(restaurant)
            if rule.endpoint == "api.quote":
                path += "?fulfilment=pickup"
            yield rule.endpoint, method, path, more


def an_order_of(restaurant):
    return {"restaurant": restaurant, "fulfilment": "pickup", "items": [{"name": "Kebab", "quantity": 1}]}


def test_this_walks_every_call(app, cedars):
    asked = [(method, path) for _, method, path, _ in attempts(app, {"id": "x"}, "hamra")]
    assert len(asked) == len(list(routes(app))) > 10


@pytest.mark.parametrize("missing", list(Scope))
def test_without_its_scope_every_call_is_403_and_names_it(app, cedars, with_key, missing):
    order = cedars.place()
    narrow = with_key(scopes=[each for each in Scope if each != missing])
    for endpoint, method, path, more in attempts(app, order, "hamra"):
        if OPERATIONS[endpoint].scope == missing:
            said = assert_problem(refused := narrow._open(method, path, **more), 403)
            assert said["scope"] == missing and missing in said["detail"]
            challenge = refused.headers["WWW-Authenticate"]
            assert challenge == f'Bearer error="insufficient_scope", scope="{missing}"'
    assert cedars.get(f"/orders/{order['id']}").json == order
    assert cedars.written() == (1, 1)


@pytest.mark.parametrize("only", list(Scope))
def test_with_one_scope_alone_its_calls_go_through_and_all_others_are_403(app, cedars, with_key, only):
    order = cedars.place()
    narrow = with_key(scopes=[only])
    for endpoint, method, path, more in attempts(app, order, "hamra"):
        if endpoint == "api.stream" and only == Scope.EVENTS_READ:
            continue
        answer = narrow._open(method, path, **more)
        is_its = OPERATIONS[endpoint].scope == only
        assert (answer.status_code == 403) is not is_its, (endpoint, answer.text)


def test_a_key_made_without_scopes_does_all_that_keys_did(app, cedars):
    order = cedars.place()
    for endpoint, method, path, more in attempts(app, order, "hamra"):
        if endpoint != "api.stream":
            answer = cedars._open(method, path, **more)
            assert answer.status_code in (200, 201, 409), endpoint  # 409: it was changed meanwhile


@pytest.mark.parametrize("others", [["hamra"], ["hamra", "jounieh"]], ids=["one", "several"])
def test_a_key_finds_nothing_of_a_restaurant_that_it_is_not_for(app, make_house, operator_app, others):
    house = make_house("Cedar", ("saida", "hamra", "jounieh"))
    with operator_app.app_context():
        tenant = accounts.find_tenant(house.slug)
        _, secret = api_keys.create_key(tenant, "Narrow", restaurants=others)
    whole, narrow = Caller(app, house), Caller(app, replace(house, key=secret))
    order = whole.place(restaurant="saida", metadata={"for": "nobody else"})
    written = whole.written()
    for endpoint, method, path, more in attempts(app, order, "saida"):
        named = endpoint not in OF_THE_COMPANY
        if named:
            assert_problem(narrow._open(method, path, **more), 404)
        elif endpoint != "api.stream":
            assert order["id"] not in (answer := narrow._open(method, path)).text
            assert "saida" not in answer.text and "nobody else" not in answer.text
    for filtered in ("/orders?restaurant=saida", "/stream?restaurant=saida", f"/stream?order={order['id']}"):
        assert_problem(narrow.get(filtered), 404)
    ours = narrow.place(restaurant="hamra")
    assert_problem(narrow.post("/orders", an_order(house, restaurant="hamra", follows=order["id"])), 422)
    assert [each["id"] for each in narrow.get("/orders").json["items"]] == [ours["id"]]
    assert [each["slug"] for each in narrow.get("/restaurants").json["items"]] == others
    assert whole.written() == (written[0] + 1, written[1] + 1)
    assert whole.get(f"/orders/{order['id']}").json == order


def test_the_feed_of_a_narrow_key_goes_on_past_what_is_not_for_it(cedars, with_key, monkeypatch):
    narrow = with_key(restaurants=["jounieh"])
    there = []
    for round_ in range(12):
        cedars.place(restaurant="hamra")
        if round_ % 3 == 0:
            there.append(cedars.place(restaurant="jounieh")["id"])
    read, after, calls = [], "", 0
    end = cedars.get("/events?limit=200").json["next"]
    while after != end:
        page = narrow.get(f"/events?limit=1&after={after}").json
        read += [each["order_id"] for each in page["items"]]
        assert page["next"] != after
        after, calls = page["next"], calls + 1
    assert read == there and calls == len(there) + 1
    monkeypatch.setattr("ordertrack.api.views.MOST_PASSED", 2)
    read, after = [], ""
    while after != end:
        page = narrow.get(f"/events?after={after}").json
        read += [each["order_id"] for each in page["items"]]
        after = page["next"]
    assert read == there


def test_pages_of_orders_are_whole_for_a_narrow_key(cedars, with_key):
    narrow = with_key(restaurants=["jounieh"])
    there = [cedars.place(restaurant=name)["id"] for name in ("hamra", "jounieh") * 5][1::2]
    read, page = [], ""
    while True:
        answer = narrow.get(f"/orders?limit=2{page}").json
        read += [order["id"] for order in answer["items"]]
        if answer["next"] is None:
            break
        page = f"&page={answer['next']}"
    assert read == there[::-1]


def test_an_unknown_restaurant_makes_no_key(operator_app, cedar):
    with operator_app.app_context():
        tenant = accounts.find_tenant(cedar.slug)
        with pytest.raises(accounts.AccountError, match="no restaurant 'narnia'"):
            api_keys.create_key(tenant, "Narrow", restaurants=["hamra", "narnia"])
