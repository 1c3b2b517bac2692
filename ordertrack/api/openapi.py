"""The OpenAPI 3.1 description: addresses from the routes, bodies and parameters from the models."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from flask import current_app
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core.core_schema import WithDefaultSchema
from werkzeug.routing import Rule

from ordertrack.api import (
    answers,
    change_schemas,
    menu_answers,
    queries,
    reading,
    report_answers,
    restaurant_answers,
    schemas,
)
from ordertrack.menu.document import MenuRequest
from ordertrack.monitoring import request_log
from ordertrack.rules.scopes import MEANINGS, Scope
from ordertrack.web.bodies import LARGEST_BODY, LARGEST_MENU
from ordertrack.web.database_problems import DATABASE_AWAY
from ordertrack.web.problem_kinds import KINDS, of_status

_ARGUMENT = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")
_ABOUT = (
    "Orders in, events out. A parameter of a query is given once and with a value, or left out: an empty one,"
    " one that is given twice, and one that is not known are refused with 400. Only `after` may be empty, for"
    " a program that has no cursor yet."
)
_KEYS = (
    "A key has scopes, and may be for some restaurants: the others answer 404, and stand in no list, feed or"
    " stream. 403 names in `scope` what is missing. " + " ".join(f"`{s}`: {MEANINGS[s]}." for s in Scope)
)
_LIMIT_HEADERS = {
    "RateLimit-Policy": {
        "description": 'As `"key";q=300;w=6`: a bucket of `q` requests that takes `w` seconds to fill. `key`'
        " is that of the API key, `address` that of the network address, counted where no key is known.",
        "schema": {"type": "string"},
    },
    "RateLimit": {
        "description": 'As `"key";r=299;t=1`: `r` requests are left, and the bucket is full in `t` seconds.',
        "schema": {"type": "string"},
    },
    "Retry-After": {"description": "In how many seconds to try again.", "schema": {"type": "integer"}},
}
_ANSWERED_WITH = {
    request_log.HEADER: {
        "description": "Names the request, here and in the server's log.",
        "required": True,
        "schema": {"type": "string"},
    }
}
UNCHANGED = "It is as it was when that answer was given."
_REF = "#/components/schemas/{model}"
_INCOMING: tuple[type[BaseModel], ...] = (
    schemas.OrderRequest,
    schemas.TransitionRequest,
    schemas.ActionRequest,
    change_schemas.ChangesRequest,
    schemas.RiderRequest,
    MenuRequest,
    answers.ProblemDocument,
)
_OUTGOING: tuple[type[BaseModel], ...] = (
    answers.OrderAnswer,
    answers.OrderList,
    answers.EventList,
    restaurant_answers.RestaurantList,
    restaurant_answers.QuoteAnswer,
    restaurant_answers.RiderList,
    menu_answers.MenuAnswer,
    report_answers.ReportAnswer,
    answers.StreamMessage,
    answers.ActionMessage,
)


# What any call may be answered: it is not read, or this is not what its address does.
_OF_EVERY_CALL = (400, 405, 408, 414, 421, 431, 500, 503)


class _WithoutDefaults(GenerateJsonSchema):
    """Generators of clients take a field that has a default for one that has to be given.

    Fields, in examples too, stay in the order in which people would say them.
    """

    def sort(self, value: JsonSchemaValue, parent_key: str | None = None) -> JsonSchemaValue:
        return value

    def default_schema(self, schema: WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])


@dataclass(frozen=True)
class Operation:
    """What a call takes and answers; `problems` come on top of those that every call has.

    `scope` is what an API key must have for it; None: nobody has to have a key. `kinds` are those of its
    refusals, where a status has several.
    """

    scope: Scope | None
    summary: str
    answers: dict[int, type[BaseModel] | str]
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    headers: dict[str, dict[str, Any]] = field(default_factory=dict)
    problems: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()


_MOVING = ("order-moved", "order-changed")
OPERATIONS = {
    "api.place_order": Operation(
        Scope.ORDERS_WRITE,
        "Take an order in. The same Idempotency-Key and body again, from the same API key, answer 200 and the"
        f" same order. A body has at most {LARGEST_BODY // 1024} KB.",
        {201: answers.OrderAnswer, 200: answers.OrderAnswer},
        body=schemas.OrderRequest,
        headers={
            reading.IDEMPOTENCY_KEY: {
                "type": "string",
                "pattern": f"^{reading.IDEMPOTENCY_KEY_FORM}$",
                "description": "The caller's own name for this call: sent again, it places no second order.",
                "examples": ["till-4711", "website-1042"],
            }
        },
        problems=(400, 404, 409, 413, 415, 422),
        kinds=("restaurant-paused", "not-accepted", "key-used-before"),
    ),
    "api.orders": Operation(
        Scope.ORDERS_READ,
        "List orders, newest first.",
        {200: answers.OrderList},
        query=queries.OrdersQuery,
        problems=(400, 404),
    ),
    "api.order": Operation(Scope.ORDERS_READ, "Read an order.", {200: answers.OrderAnswer}, problems=(404,)),
    "api.advance_order": Operation(
        Scope.ORDERS_WRITE,
        "Move an order. 422 tells from, to and what is allowed; 409 tells seen, current and the order as it"
        " is now. With `revision`, a call that is repeated after a lost answer does nothing twice."
        " What only the extended rules allow (cancelling late, recall, back from the road) wants a reason.",
        {200: answers.OrderAnswer},
        body=schemas.TransitionRequest,
        problems=(400, 404, 409, 413, 415, 422),
        kinds=(*_MOVING, "not-accepted", "illegal-move"),
    ),
    "api.act_on_order": Operation(
        Scope.ORDERS_WRITE,
        "Strike a line off, rush, hold or delay an order, give it to a rider, begin one that is for later,"
        " acknowledge that it was cancelled or changed."
        " 422 tells act, current and allowed_acts; 409 tells seen, current and the order as it"
        " is now. With `revision`, a call that is repeated after a lost answer does nothing twice.",
        {200: answers.OrderAnswer},
        body=schemas.ActionRequest,
        problems=(400, 404, 409, 413, 415, 422),
        kinds=(*_MOVING, "not-accepted", "illegal-action"),
    ),
    "api.change_order": Operation(
        Scope.ORDERS_WRITE,
        "Change an order until it has ended: add, void and change lines, set its note, promised time,"
        " customer, table, reference and amounts. All of it or nothing. 409 tells its revision and the order"
        " as it is now; what is ready takes no more lines. `include=actions` tells of changes, not values.",
        {200: answers.OrderAnswer},
        body=change_schemas.ChangesRequest,
        problems=(400, 404, 409, 413, 415, 422),
        kinds=("order-changed", "not-accepted", "illegal-action"),
    ),
    "api.restaurants": Operation(
        Scope.ORDERS_READ,
        "The tenant's restaurants, and whether each is open, busy or paused.",
        {200: restaurant_answers.RestaurantList},
    ),
    "api.quote": Operation(
        Scope.ORDERS_READ,
        "The range that a guest would be told now for an order of this fulfilment; none while it is paused.",
        {200: restaurant_answers.QuoteAnswer},
        query=queries.QuoteQuery,
        problems=(400, 404),
    ),
    "api.riders": Operation(
        Scope.ORDERS_READ,
        "The riders on a restaurant's roster, those who are here first.",
        {200: restaurant_answers.RiderList},
        problems=(404,),
    ),
    "api.save_rider": Operation(
        Scope.SETTINGS_WRITE,
        "Put a rider on the roster, or say another phone or whether they are here: what is left out stays."
        " Names match whatever their case and blanks.",
        {200: restaurant_answers.RiderList},
        body=schemas.RiderRequest,
        problems=(400, 404, 413, 415, 422),
    ),
    "api.menu": Operation(
        Scope.ORDERS_READ,
        "The company's menu in its order; with `restaurant` also what is sold out there. With the ETag of"
        " the answer before in If-None-Match, 304 while it is the same.",
        {200: menu_answers.MenuAnswer, 304: UNCHANGED},
        query=queries.MenuQuery,
        headers={"If-None-Match": {"type": "string"}},
        problems=(400, 404),
    ),
    "api.save_menu": Operation(
        Scope.SETTINGS_WRITE,
        "Replace the whole menu: all of it or nothing. Dishes that are not named are withdrawn; the same"
        " menu again changes nothing. 422 names each item that cannot be taken in, as `items.3.price`. A"
        f" body has at most {LARGEST_MENU // 1024} KB. A key that is for some restaurants is refused: 403.",
        {200: menu_answers.MenuAnswer},
        body=MenuRequest,
        problems=(400, 404, 413, 415, 422),
    ),
    "api.report_of_times": Operation(
        Scope.REPORTS_READ,
        "The figures of the report page: how long a stage took and how many met their target, by shift, day,"
        " restaurant and hour, and every stage in all. What a key is not for is in no figure.",
        {200: report_answers.ReportAnswer},
        query=queries.ReportQuery,
        problems=(400, 404),
    ),
    "api.order_events": Operation(
        Scope.EVENTS_READ,
        "Read an order's events, oldest first. 409: the events have no such position.",
        {200: answers.EventList},
        query=queries.OrderEventsQuery,
        problems=(400, 404, 409),
    ),
    "api.events": Operation(
        Scope.EVENTS_READ,
        "Read the tenant's events after a cursor, oldest first. 409: the events have no such position.",
        {200: answers.EventList},
        query=queries.EventsQuery,
        problems=(400, 409),
    ),
    "api.stream": Operation(
        Scope.EVENTS_READ,
        "Watch events as they happen.",
        {
            200: "Server-Sent Events. `status_update` has a StreamMessage as data and its cursor as id;"
            " with `include=actions` so has `order_action` an ActionMessage;"
            ' `reset` has {"cursor": "..."}: what came before cannot be told, read the orders anew;'
            " `hb` is a heartbeat; `bye` ends a stream whose key was revoked, or, with `changed` as data, was"
            " rotated or may do something else: come back, with its new text if there is one."
            " 429 tells which limit is reached, and how many it allows at once. A stream ends with its key."
        },
        query=queries.StreamQuery,
        headers={"Last-Event-ID": {"type": "string", "description": "As `after`, and before it."}},
        problems=(400, 404, 429, 503),
    ),
    "api.openapi": Operation(None, "This document.", {200: "An OpenAPI 3.1 document."}),
}


def document() -> str:
    """As JSON. Made once: calls do not change while a process runs."""
    kept = current_app.extensions
    if "openapi" not in kept:
        kept["openapi"] = current_app.json.dumps(describe(), separators=(",", ":"))
    made: str = kept["openapi"]
    return made


def describe() -> dict[str, Any]:
    """The document, for the routes of the running application."""
    paths: dict[str, dict[str, Any]] = {}
    for rule in current_app.url_map.iter_rules():
        if rule.endpoint.startswith("api."):
            address = _ARGUMENT.sub(r"{\1}", rule.rule)
            (method,) = {"GET", "POST", "PUT"} & (rule.methods or set())
            paths.setdefault(address, {})[method.lower()] = _operation(rule, OPERATIONS[rule.endpoint])
    return {
        "openapi": "3.1.0",
        "info": {"title": "ordertrack", "version": "1", "description": _ABOUT},
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": _KEYS}},
            "headers": _LIMIT_HEADERS,
        },
    }


def _schemas() -> dict[str, Any]:
    _, document = models_json_schema(
        [(model, "validation") for model in _INCOMING] + [(model, "serialization") for model in _OUTGOING],
        ref_template=_REF,
        schema_generator=_WithoutDefaults,
    )
    schemas_by_name: dict[str, Any] = document["$defs"]
    return schemas_by_name


def _operation(rule: Rule, operation: Operation) -> dict[str, Any]:
    keyed = () if operation.scope is None else (401, 403)
    refused = sorted({*operation.problems, *_OF_EVERY_CALL, *keyed, 429})
    described: dict[str, Any] = {
        "operationId": rule.endpoint.removeprefix("api."),
        "summary": operation.summary,
        "parameters": [*_path_parameters(rule), *_query_parameters(operation), *_headers(operation)],
        "responses": {
            **{str(status): _response(answer) for status, answer in operation.answers.items()},
            **{str(status): _problem(status, operation.kinds) for status in refused},
        },
    }
    if operation.body is not None:
        described["requestBody"] = {"required": True, "content": _content(operation.body)}
    described["security"] = [] if operation.scope is None else [{"key": [operation.scope]}]
    return described


def _path_parameters(rule: Rule) -> list[dict[str, Any]]:
    uuid: dict[str, Any] = {"type": "string", "format": "uuid"}
    slug: dict[str, Any] = {"type": "string", "examples": ["hamra"]}
    return [
        {"name": name, "in": "path", "required": True, "schema": uuid if name.endswith("_id") else slug}
        for name in rule.arguments
    ]


def _query_parameters(operation: Operation) -> list[dict[str, Any]]:
    if operation.query is None:
        return []
    query = operation.query.model_json_schema(ref_template=_REF)
    return [
        {"name": name, "in": "query", "required": name in query.get("required", ()), "schema": _said(schema)}
        for name, schema in query["properties"].items()
    ]


def _said(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter's schema: none that is left out is null, and none that is given."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    if rest.get("default", ...) is None:
        del rest["default"]
    return rest | kinds[0] if len(kinds) == 1 else schema


def _headers(operation: Operation) -> list[dict[str, Any]]:
    return [{"name": name, "in": "header", "schema": schema} for name, schema in operation.headers.items()]


def _response(answer: type[BaseModel] | str) -> dict[str, Any]:
    told = {"headers": _ANSWERED_WITH | _headers_named("RateLimit-Policy", "RateLimit")}
    if answer == UNCHANGED:
        return {"description": UNCHANGED, **told}
    if not isinstance(answer, str):
        return {"description": "Done.", "content": _content(answer), **told}
    kind = "text/event-stream" if answer.startswith("Server-Sent") else "application/json"
    return {"description": answer, "content": {kind: {"schema": {}}}, **told}


def _problem(status: int, kinds: tuple[str, ...]) -> dict[str, Any]:
    schema = {"$ref": _REF.format(model=answers.ProblemDocument.__name__)}
    described: dict[str, Any] = {
        "description": HTTPStatus(status).phrase,
        "x-kinds": [kind for kind in kinds if KINDS[kind].status == status] or _usual_kinds(status),
        "headers": _ANSWERED_WITH,
        "content": {"application/problem+json": {"schema": schema}},
    }
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        described["headers"] = _ANSWERED_WITH | _headers_named(*_LIMIT_HEADERS)
    return described


def _usual_kinds(status: int) -> list[str]:
    """What stands at the end of a problem's `type` where the call has none of its own for this status."""
    is_away = status == HTTPStatus.SERVICE_UNAVAILABLE
    return [DATABASE_AWAY, of_status(status)] if is_away else [of_status(status)]


def _headers_named(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _content(model: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REF.format(model=model.__name__)}}}
