"""Each request has a line in the log and an id in its answer, and neither says what opens a door."""

from __future__ import annotations

import json
import logging
import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from structlog.testing import capture_logs
from werkzeug.test import EnvironBuilder

from ordertrack.database.session import tenant_context
from ordertrack.monitoring.request_log import PROBES, RequestLog
from ordertrack.orders.reading import records
from support.cast import House

SECRET = "s3cret-that-nobody-may-read"
LINE = {"method", "route", "path", "status", "ms", "address", "id", "by", "tenant"}


@pytest.fixture
def token(app: Flask, cedar: House, place: Callable[..., uuid.UUID]) -> str:
    order_id = place(cedar)
    with tenant_context(app, cedar.tenant_id):
        order = records.find(cedar.tenant_id, order_id)
        assert order is not None
        return order.tracking_token


@pytest.fixture
def asked(app: Flask) -> Callable[..., tuple[Any, dict[str, Any]]]:
    """Ask, and read the one line of it."""

    def ask(client: FlaskClient, path: str, **more: Any) -> tuple[Any, dict[str, Any]]:
        with capture_logs() as told:
            answer = client.open(path, **more)
        lines = [line for line in told if line["event"] == "request"]
        assert len(lines) == 1, told
        return answer, lines[0]

    return ask


def test_a_line_says_who_asked_for_what_from_where_and_how_it_went(
    asked: Callable[..., Any], maya: FlaskClient, cedar: House, place: Callable[..., uuid.UUID]
) -> None:
    order_id = place(cedar)
    answer, line = asked(maya, f"/orders/{order_id}?from={SECRET}")
    assert line.keys() >= LINE
    assert line["method"] == "GET" and line["status"] == answer.status_code == 200
    assert (line["route"], line["path"]) == ("/orders/<uuid:order_id>", f"/orders/{order_id}")
    assert line["by"] == cedar.maya.principal.actor and line["tenant"] == str(cedar.tenant_id)
    assert line["address"] == "127.0.0.1"
    assert line["id"] == answer.headers["X-Request-Id"] and line["ms"] > 0


def test_programs_and_guests_are_named_too(
    app: Flask, asked: Callable[..., Any], cedar: House, token: str
) -> None:
    client = app.test_client()
    _, program = asked(client, "/api/v1/restaurants", headers=cedar.bearer)
    assert program["by"].startswith("key:")
    _, guest = asked(client, f"/track/{token}")
    assert guest["by"].startswith("customer:") and guest["path"] == "/track/<token>"
    _, nobody = asked(client, "/login")
    assert nobody["by"] is None


def _filled(app: Flask, values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every method of every route, and addresses beside it that no route has."""
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", lambda found: str(values[found[1]]), rule.rule)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            yield method, path
        yield "DELETE", path
        yield "GET", f"{path}/{SECRET}"
        yield "GET", f"/{path}"


@pytest.mark.parametrize("who", ["a manager", "a program", "a stranger"])
def test_no_route_has_a_secret_logged(
    app: Flask,
    cedar: House,
    maya: FlaskClient,
    token: str,
    place: Callable[..., uuid.UUID],
    caplog: pytest.LogCaptureFixture,
    who: str,
) -> None:
    client = maya if who == "a manager" else app.test_client()
    key = cedar.bearer["Authorization"].removeprefix("Bearer ")
    values = {"order_id": place(cedar), "restaurant": "hamra", "board": "kitchen", "token": token}
    values |= dict.fromkeys(("tablet_id", "staff_id", "sign_in_id", "code_id", "key_id"), uuid.uuid4())
    values |= dict.fromkeys(("connection_id", "payload_id", "endpoint_id", "log_id"), uuid.uuid4())
    values |= {"channel": "woocommerce", "deed": "test", "rest": SECRET, "hook": SECRET, "way": "sms"}
    values |= {
        "digest": "0" * 32,
        "kind": "not-found",
        "filename": "none.css",
        "code": SECRET,
        "sku": "unknown",
    }
    cookie = client.get_cookie("session")
    secrets = {SECRET, token, key, *([cookie.value] if cookie else [])}
    headers = cedar.bearer if who == "a program" else {"Cookie": f"other={SECRET}"} if cookie is None else {}
    caplog.set_level(logging.INFO)
    with capture_logs() as told:
        count = answered_probes = 0
        for method, path in _filled(app, values):
            if path.startswith("/logout"):
                continue
            query = {"token": SECRET, "next": f"/track/{token}", "after": "1-1", "key": key}
            answer = client.open(
                path,
                method=method,
                query_string=query,
                headers={**headers, "X-Api-Key": SECRET, "Referer": f"http://localhost/track/{token}"},
                data={"password": SECRET, "pin": SECRET, "email": SECRET, "person": SECRET},
            )
            answer.close()
            count += 1
            assert answer.status_code < 500 or answer.status_code == 503, (method, path)
            assert answer.headers["X-Request-Id"]
            answered_probes += path in PROBES and answer.status_code in (200, 503)
    lines = [line for line in told if line["event"] == "request"]
    assert len(lines) + answered_probes == count > 100
    said = [json.dumps(line, default=str) for line in told] + caplog.messages
    assert [line for line in said if any(secret in line for secret in secrets)] == []


@pytest.mark.parametrize("shown", ["password", "key"])
def test_failed_sign_ins_are_counted_by_address(app: Flask, cedar: House, shown: str) -> None:
    client = app.test_client()
    address = {"environ_base": {"REMOTE_ADDR": "192.0.2.77"}}
    with capture_logs() as told:
        if shown == "password":
            client.post("/login", data={"email": cedar.maya.email, "password": SECRET}, **address)
        else:
            client.get("/api/v1/orders", headers={"Authorization": f"Bearer {SECRET}"}, **address)
    (failed,) = (line for line in told if line["event"] == "sign-in failed")
    assert (failed["shown"], failed["why"], failed["address"]) == (shown, "wrong", "192.0.2.77")
    assert SECRET not in json.dumps(told, default=str) and cedar.maya.email not in json.dumps(told)
    counted = client.get("/metrics").text
    assert f'ordertrack_failed_sign_ins_total{{shown="{shown}",why="wrong"}}' in counted


def id_given(proxies: int, **headers: str) -> str:
    """The id of a request with these headers, as its answer carries it."""
    given: list[str] = []

    def start(_status: str, headers: list[tuple[str, str]]) -> None:
        given.extend(value for name, value in headers if name == "X-Request-Id")

    def answer(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return []

    environ = EnvironBuilder().get_environ()
    RequestLog(answer, proxies)({**environ, **headers}, start)
    (only,) = given
    return only


def test_a_counted_proxy_may_say_the_id_and_nobody_else() -> None:
    said = {"HTTP_X_REQUEST_ID": "edge-7f3a.0042", "HTTP_X_FORWARDED_FOR": "192.0.2.1"}
    assert id_given(1, **said) == "edge-7f3a.0042"
    assert id_given(0, **said) != "edge-7f3a.0042"
    assert id_given(2, **said) != "edge-7f3a.0042"  # it came past one of the two
    assert id_given(1, HTTP_X_REQUEST_ID="edge-7f3a.0042") != "edge-7f3a.0042"


@pytest.mark.parametrize(
    "wrong", ["", "short", "a" * 65, "with a blank", 'quote"d-value', "line\r\nX-Evil: 1", "é" * 9]
)
def test_what_does_not_look_like_an_id_is_none(wrong: str) -> None:
    made = id_given(1, HTTP_X_REQUEST_ID=wrong, HTTP_X_FORWARDED_FOR="192.0.2.1")
    assert re.fullmatch("[0-9a-f]{16}", made)


def test_files_that_are_kept_for_ever_carry_no_id(app: Flask) -> None:
    address = re.search(r'"(/static/[^"]+\.css)"', app.test_client().get("/login").text)
    assert address is not None
    with app.test_client().get(address[1]) as answer:
        assert answer.status_code == 200 and "X-Request-Id" not in answer.headers
    answer = app.test_client().get("/static/none.css")
    assert answer.status_code == 404 and "X-Request-Id" in answer.headers
