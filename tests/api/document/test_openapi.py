"""The OpenAPI document is valid, describes every call there is, and tells the truth about the answers."""

from __future__ import annotations

import re

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.api_caller import Caller, an_order
from ordertrack.api.openapi import OPERATIONS


@pytest.fixture
def document(app):
    answer = app.test_client().get("/api/v1/openapi.json")
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    return answer.json


def test_it_is_made_once(app, monkeypatch):
    first = app.test_client().get("/api/v1/openapi.json")
    monkeypatch.setattr("ordertrack.api.openapi.describe", lambda: 1 / 0)
    assert app.test_client().get("/api/v1/openapi.json").data == first.data


@pytest.fixture
def conforms(document):
    """Whether an answer of an operation is what the document says of its status."""

    def check(answer, operation_id):
        (operation,) = (
            operation
            for path in document["paths"].values()
            for operation in path.values()
            if operation["operationId"] == operation_id
        )
        described = operation["responses"][str(answer.status_code)]
        schema = described["content"][answer.content_type]["schema"]
        whole = {**schema, "components": document["components"]}
        Draft202012Validator(whole, format_checker=FormatChecker()).validate(answer.json)

    return check


def test_it_is_a_valid_openapi_document(document):
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"].startswith("3.1")


def test_every_route_is_described_and_every_description_has_its_route(app, document):
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    described = {(path, method) for path, methods in document["paths"].items() for method in methods}
    assert described == routes


def test_every_call_but_the_document_itself_asks_for_a_key(document):
    assert document["security"] == [{"key": []}]
    asked = {
        path: call["security"] for path, methods in document["paths"].items() for call in methods.values()
    }
    assert [path for path, security in asked.items() if not security] == ["/api/v1/openapi.json"]


def test_each_call_says_the_scope_that_it_asks_for(app, document):
    for path, methods in document["paths"].items():
        for call in methods.values():
            scope = OPERATIONS[f"api.{call['operationId']}"].scope
            assert call["security"] == ([] if scope is None else [{"key": [scope]}]), path
            assert {"429"} | ({"401", "403"} if scope else set()) <= call["responses"].keys()
            assert call["responses"]["429"]["headers"].keys() == {
                "RateLimit",
                "RateLimit-Policy",
                "Retry-After",
                "X-Request-Id",
            }


def test_the_bounds_that_validate_are_the_bounds_that_are_described(document):
    schemas = document["components"]["schemas"]
    assert schemas["OrderRequest"]["properties"]["items"]["maxItems"] == 200
    assert schemas["ItemRequest"]["properties"]["quantity"]["maximum"] == 999
    assert schemas["OrderRequest"]["additionalProperties"] is False
    limit = next(
        parameter
        for parameter in document["paths"]["/api/v1/orders"]["get"]["parameters"]
        if parameter["name"] == "limit"
    )
    assert (limit["schema"]["minimum"], limit["schema"]["maximum"], limit["schema"]["default"]) == (
        1,
        200,
        50,
    )


def test_answers_are_what_the_document_says(app, cedar, conforms):
    cedars, key = Caller(app, cedar), {"Idempotency-Key": "k"}
    full = an_order(cedar, reference="A", customer={"name": "Rana"}, metadata={"a": [1, None]})
    conforms(cedars.post("/orders", full, headers=key), "place_order")
    conforms(cedars.post("/orders", full, headers=key), "place_order")
    order = cedars.place()
    path = f"/orders/{order['id']}"
    conforms(cedars.post(f"{path}/transitions", {"to": "confirmed"}), "advance_order")
    conforms(cedars.get(path), "order")
    conforms(cedars.get("/orders?limit=1"), "orders")
    conforms(cedars.get(f"{path}/events"), "order_events")
    conforms(cedars.get("/events"), "events")


def test_refusals_are_what_the_document_says(app, cedar, conforms):
    cedars = Caller(app, cedar)
    order = cedars.place()
    path = f"/orders/{order['id']}/transitions"
    conforms(cedars.post("/orders", {}), "place_order")
    conforms(cedars.post("/orders", data=b"{", content_type="application/json"), "place_order")
    conforms(cedars.post("/orders", data=b"{}", content_type="text/plain"), "place_order")
    conforms(cedars.post("/orders", data=b"x" * 600_000, content_type="application/json"), "place_order")
    conforms(cedars.post("/orders", an_order(cedar, restaurant="narnia")), "place_order")
    conforms(cedars.post(path, {"to": "completed"}), "advance_order")
    conforms(cedars.post(path, {"to": "ready", "seen": "ready"}), "advance_order")
    conforms(cedars.get("/orders?limit=0"), "orders")
    conforms(cedars.get("/events?after=1-1"), "events")
    conforms(app.test_client().get("/api/v1/orders"), "orders")
