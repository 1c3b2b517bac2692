"""Calls made up from the OpenAPI document, and against it: nothing is answered that it does not describe."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from support.cast import House

SEEDS = {"hummus": 1, "fattoush": 2, "kebab": 3}
CALLS = 12  # of each operation, seed and mode
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
OPERATIONS = [
    "place_order",
    "orders",
    "order",
    "advance_order",
    "act_on_order",
    "change_order",
    "restaurants",
    "quote",
    "riders",
    "save_rider",
    "menu",
    "save_menu",
    "report_of_times",
    "order_events",
    "events",
    "stream",
]


class BeginningsOfStreams:
    """The application uncompressed, and but that a stream ends after its first bytes."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ.pop("HTTP_ACCEPT_ENCODING", None)  # schemathesis asks for what it does not decode here
        kinds: list[str] = []

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            kinds.extend(value for name, value in headers if name.lower() == "content-type")
            return start_response(status, headers, *more)

        body = self._app(environ, start)
        if not kinds or not kinds[0].startswith("text/event-stream"):
            return body
        first = next(iter(body))
        body.close()  # type: ignore[attr-defined]
        return [first]


@pytest.fixture(scope="module")
def document(app: Flask) -> Any:
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", BeginningsOfStreams(app))


def test_every_operation_is_called(document: Any) -> None:
    described = [each.ok().definition.raw["operationId"] for each in document.get_all_operations()]
    assert sorted(described) == sorted(OPERATIONS)


@pytest.mark.parametrize(
    "mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["as said", "otherwise"]
)
@pytest.mark.parametrize("which_call", OPERATIONS)
@pytest.mark.parametrize("which", SEEDS)
def test_no_call_is_answered_otherwise_than_described(
    document: Any,
    cedar: House,
    place: Callable[..., uuid.UUID],
    which: str,
    which_call: str,
    mode: GenerationMode,
) -> None:
    operation = document.find_operation_by_id(which_call)
    order_id = str(place(cedar))

    @seed(SEEDS[which])
    @settings(
        max_examples=CALLS,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), is_known=st.booleans())
    def call(case: Any, is_known: bool) -> None:
        if is_known:  # what is there: what is made up hardly ever is
            known = {"order_id": order_id, "restaurant": "hamra"}
            case.path_parameters = {
                part: known.get(part, value) for part, value in case.path_parameters.items()
            }
            if which_call == "place_order" and isinstance(case.body, dict) and "restaurant" in case.body:
                case.body["restaurant"] = "hamra"
        response = case.call(headers=cedar.bearer)
        case.validate_response(response, checks=CHECKS)

    call()
