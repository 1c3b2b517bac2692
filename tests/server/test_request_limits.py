"""Who asks too often waits, and nobody waits for them: by key, and by address where it is known."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ordertrack import create_app
from ordertrack.database.config import Settings
from ordertrack.database.limits import Limits
from ordertrack.database.session import db
from support.cast import PASSWORD, House
from support.http_client import Caller
from support.processes import metric
from support.server import Server

# RFC 9651: a list of one string with parameters that are integers.
POLICY, STATE = re.compile(r'"(\w+)";q=(\d+);w=(\d+)'), re.compile(r'"(\w+)";r=(\d+);t=(\d+)')
LIMITS = "requests_per_key=1,burst_per_key=5,requests_per_address=1,burst_per_address=8"
STRANGER = {"REMOTE_ADDR": "192.0.2.7"}


@pytest.fixture
def strict(settings: Settings) -> Iterator[Flask]:
    """An application in which nobody has asked yet."""
    made = create_app(replace(settings, limits=Limits.of(LIMITS)))
    yield made
    with made.app_context():
        db.engine.dispose()


def flood(client: FlaskClient, path: str, count: int = 12, **more: object) -> list[TestResponse]:
    return [client.get(path, **more) for _ in range(count)]  # type: ignore[arg-type]


def statuses(answers: list[TestResponse]) -> set[int]:
    return {answer.status_code for answer in answers}


def fields(answer: TestResponse) -> tuple[tuple[str, ...], tuple[str, ...]]:
    policy = POLICY.fullmatch(answer.headers["RateLimit-Policy"])
    state = STATE.fullmatch(answer.headers["RateLimit"])
    assert policy is not None and state is not None, answer.headers
    return policy.groups(), state.groups()


def test_a_key_that_asks_too_often_is_told_when_to_come_again(strict: Flask, cedar: House) -> None:
    answers = flood(strict.test_client(), "/api/v1/orders", 7, headers=cedar.bearer)
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    assert [fields(answer) for answer in answers[:3]] == [
        (("key", "5", "5"), ("key", str(left), str(5 - left))) for left in (4, 3, 2)
    ]
    refused = answers[-1]
    assert fields(refused)[1][:2] == ("key", "0")
    assert refused.headers["Retry-After"] == "1"
    assert refused.content_type == "application/problem+json"
    assert (refused.json["limit"], refused.json["most"], refused.json["burst"]) == ("requests_per_key", 1, 5)
    assert "1 a second may come, and 5 at once" in refused.json["detail"]


def test_another_key_a_board_a_sign_in_and_health_have_room_beside_it(
    strict: Flask, cedar: House, rival: House
) -> None:
    client = strict.test_client()
    assert 429 in statuses(flood(client, "/api/v1/orders", headers=cedar.bearer))
    assert client.get("/api/v1/orders", headers=rival.bearer).status_code == 200
    form = {"email": cedar.nour.email, "password": PASSWORD}
    assert client.post("/login", data=form, environ_base=STRANGER).status_code == 302
    assert client.get("/r/hamra/kitchen", environ_base=STRANGER).status_code == 200
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "path", ["/track/" + "x" * 22, "/nowhere", "/api/v1/openapi.json", "/api/v1/nowhere"]
)
def test_a_stranger_who_floods_takes_nothing_from_the_house_at_the_same_address(
    strict: Flask, cedar: House, path: str
) -> None:
    client = strict.test_client()
    answers = flood(client, path, environ_base=STRANGER)
    assert [answer.status_code == 429 for answer in answers] == [False] * 8 + [True] * 4
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert fields(answers[-1])[0] == ("address", "8", "8")
    form = {"email": cedar.nour.email, "password": PASSWORD}
    assert client.post("/login", data=form, environ_base=STRANGER).status_code == 302
    assert client.get("/r/hamra/kitchen", environ_base=STRANGER).status_code == 200
    assert client.get("/api/v1/orders", headers=cedar.bearer, environ_base=STRANGER).status_code == 200
    for probe in ("/healthz", "/metrics"):
        assert statuses(flood(client, probe, environ_base=STRANGER)) == {200}


def test_who_makes_up_keys_pays_before_they_are_looked_for(
    strict: Flask, cedar: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_for = []
    monkeypatch.setattr(
        "ordertrack.api.authentication._IN_USE.rows", lambda **asked: looked_for.append(asked) or []
    )
    client = strict.test_client()
    for number in range(20):
        headers = {"Authorization": f"Bearer ot_{number}"}
        client.get("/api/v1/orders", headers=headers, environ_base=STRANGER)
    assert len(looked_for) == 8


def test_a_house_of_ipv6_addresses_is_one(strict: Flask) -> None:
    client = strict.test_client()
    answers = [
        client.get("/nowhere", environ_base={"REMOTE_ADDR": f"2001:db8:1:2::{number:x}"})
        for number in range(12)
    ]
    assert [answer.status_code for answer in answers] == [404] * 8 + [429] * 4
    assert client.get("/nowhere", environ_base={"REMOTE_ADDR": "2001:db8:1:3::1"}).status_code == 404


def test_an_address_that_is_not_known_is_not_counted(strict: Flask) -> None:
    assert statuses(flood(strict.test_client(), "/nowhere", 40)) == {404}


@pytest.fixture(scope="module")
def shared(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two workers, behind a proxy that is counted."""
    limits = {"ORDERTRACK_LIMITS": LIMITS, "ORDERTRACK_PROXIES": "1"}
    running = Server(settings, tmp_path_factory.mktemp("shared"), workers=2, **limits)
    running.start()
    yield running
    running.stop()


def test_two_workers_count_together(shared: Server, cedar: House) -> None:
    began = time.monotonic()
    program = Caller(shared.port, cedar.bearer)
    answers = [program.call("/api/v1/orders") for _ in range(40)]
    stranger = Caller(shared.port, {"X-Forwarded-For": "192.0.2.9"})
    refused = [stranger.call("/nowhere") for _ in range(40)]
    lasted = time.monotonic() - began
    for asked, status, burst in ((answers, 200, 5), (refused, 404, 8)):
        let_in = sum(answer.status == status for answer in asked)
        assert burst <= let_in <= burst + lasted * 1 + 1
        assert sum(answer.status == 429 for answer in asked) == 40 - let_in
    # Each of the two refused some of it, and says so once.
    said = [line for line in shared.log.read_text().splitlines() if "more is asked than may be" in line]
    assert [sum(f'"{kind}"' in line for line in said) for kind in ("key", "address")] == [2, 2]
    assert metric(shared, "ordertrack_refused_requests_total") == sum(
        answer.status == 429 for answer in answers + refused
    )
    assert Caller(shared.port).call("/readyz").status == 200
    assert "Traceback" not in shared.log.read_text()
