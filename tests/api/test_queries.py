"""A query never answers more than was asked for: each of its parameters has a value, and one."""

from __future__ import annotations

import pytest

from api.api_caller import assert_problem
from ordertrack.api.openapi import OPERATIONS

# Of each parameter of each call, a value that would do.
VALUES = {
    "restaurant": "hamra",
    "status": "pending",
    "limit": "5",
    "page": "A" * 32,
    "after": "1-0",
    "include": "actions",
    "fulfilment": "pickup",
    "order": None,  # the order that was placed
    "range": "7",
    "from": "2026-11-20",
    "to": "2026-11-20",
    "stage": "cook",
    "doubtful": "in",
}
PATHS = {
    "api.orders": "/orders",
    "api.order_events": "/orders/{order}/events",
    "api.events": "/events",
    "api.stream": "/stream",
    "api.quote": "/restaurants/hamra/quote",
    "api.menu": "/menu",
    "api.report_of_times": "/reports/times",
}
PARAMETERS = [
    (endpoint, field.alias or name, name in operation.query.may_be_empty)
    for endpoint, operation in OPERATIONS.items()
    if operation.query is not None
    for name, field in operation.query.model_fields.items()
]


@pytest.mark.parametrize(("endpoint", "name", "may_be_empty"), PARAMETERS)
def test_a_parameter_that_is_empty_or_given_twice_is_refused(cedars, endpoint, name, may_be_empty):
    order = cedars.place()["id"]
    path, value = PATHS[endpoint].format(order=order), VALUES[name] or order
    empty = ((f"{name}=", "is empty"), (name, "is empty"))
    for query, problem in (
        *(() if may_be_empty else empty),
        (f"{name}={value}&{name}={value}", "more than once"),
        (f"{name}={value}&{name}=", "more than once"),
    ):
        answer = assert_problem(cedars.get(f"{path}?{query}"), 400)
        assert answer["detail"].startswith(f"{name}: ") and problem in answer["detail"]
        assert [error["field"] for error in answer["errors"]] == [name]


@pytest.mark.parametrize("endpoint", PATHS)
def test_a_parameter_that_is_not_known_is_refused(cedars, endpoint):
    path = PATHS[endpoint].format(order=cedars.place()["id"])
    for query in ("resturant=hamra", "resturant="):
        assert_problem(cedars.get(f"{path}?{query}"), 400)


def test_who_has_no_cursor_yet_begins_with_an_empty_one(cedars):
    order = cedars.place()
    assert [event["order_id"] for event in cedars.get("/events?after=").json["items"]] == [order["id"]]
    assert {name for _, name, may_be_empty in PARAMETERS if may_be_empty} == {"after"}


def test_all_that_is_wrong_with_a_query_is_said_at_once(cedars):
    answer = assert_problem(cedars.get("/orders?restaurant=&status=pending&status=ready&limit=1"), 400)
    assert {error["field"] for error in answer["errors"]} == {"restaurant", "status"}


def _takes_anything(schema):
    return schema.get("type") == "string" and not schema.keys() & {
        "minLength",
        "const",
        "enum",
        "format",
        "pattern",
    }


def test_the_description_of_the_api_says_so(app):
    document = app.test_client().get("/api/v1/openapi.json").json
    assert "given twice" in document["info"]["description"]
    takes_anything = {
        parameter["name"]
        for path in document["paths"].values()
        for parameter in path.get("get", {}).get("parameters", [])
        if parameter["in"] == "query" and _takes_anything(parameter["schema"])
    }
    assert takes_anything == {"after"}
