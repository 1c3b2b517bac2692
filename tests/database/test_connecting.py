"""Connections to the database: each wait for a network that swallows ends."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from ordertrack import create_app
from ordertrack.database import connecting, session
from ordertrack.database.config import Settings
from ordertrack.database.connecting import Connection, Unanswered
from ordertrack.database.session import db
from support.database_proxy import by_way_of, proxy_to
from support.network_proxy import NetworkProxy
from support.server import wait_for

SHORT = 0.3  # seconds
AT_ONCE = 5.0  # seconds: well before anybody would give up by themselves


@pytest.fixture
def line(settings: Settings) -> Iterator[NetworkProxy]:
    between = proxy_to(settings)
    yield between
    between.close()


@pytest.fixture
def wired(line: NetworkProxy, settings: Settings) -> Settings:
    return by_way_of(line, settings)


@pytest.fixture
def far(wired: Settings) -> Iterator[Flask]:
    """The application at the far end of the wire."""
    made = create_app(wired)
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture(autouse=True)
def _no_doubt_remains(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Connection, "_unanswered_at", float("-inf"))


def test_a_question_that_is_swallowed_ends_and_so_does_its_connection(
    line: NetworkProxy, wired: Settings
) -> None:
    connection = connecting.direct(wired.app_url, "lost", SHORT)
    assert connection.execute("SELECT 1").fetchone() == (1,)
    line.swallow()
    with pytest.raises(Unanswered, match=r"did not answer within 0\.3 s"):
        connection.execute("SELECT 1")
    assert connection.closed


def test_connecting_to_what_swallows_ends(line: NetworkProxy, wired: Settings) -> None:
    line.swallow()
    began = time.monotonic()
    with pytest.raises(connecting.psycopg.OperationalError, match="timeout"):
        connecting.direct(wired.app_url, "lost", SHORT)
    assert time.monotonic() - began < 3 * AT_ONCE


def test_waiting_for_notifications_is_no_question(wired: Settings) -> None:
    with connecting.direct(wired.app_url, "patient", SHORT) as connection:
        assert list(connection.notifies(timeout=2 * SHORT)) == []
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_request_on_a_swallowed_connection_is_503_and_the_next_one_gets_another(
    line: NetworkProxy, far: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Connection, "patience", SHORT)
    monkeypatch.setattr(connecting, "_CERTAIN", SHORT)
    client = far.test_client()
    keyed: Any = {"headers": {"Authorization": "Bearer ot_nobody"}}
    with far.app_context(), db.engine.connect(), db.engine.connect():
        pass  # two connections wait in the pool
    assert client.get("/api/v1/orders", **keyed).status_code == 401
    line.swallow()
    refused = client.get("/api/v1/orders", **keyed)
    assert refused.status_code == 503
    assert "The database cannot be used at this moment" in refused.text
    line.let_through()
    assert client.get("/api/v1/orders", **keyed).status_code == 401, "none of before is used again"


def test_readiness_is_answered_in_time_whatever_the_database_does(line: NetworkProxy, far: Flask) -> None:
    client = far.test_client()
    assert client.get("/readyz").json["database"] is True
    for break_it in (line.plug, line.swallow):
        line.let_through()
        wait_for(lambda: client.get("/readyz").json["database"], "the database to be reached")
        break_it()
        for _ in range(3):
            began = time.monotonic()
            answer = client.get("/readyz")
            assert time.monotonic() - began < 2
            assert (answer.status_code, answer.json["database"]) == (503, False)


def test_the_system_gives_up_on_a_peer_that_answers_nothing(wired: Settings, far: Flask) -> None:
    with (
        far.app_context(),
        db.engine.connect() as pooled,
        session.operator_connection(wired.operator_url) as operators,
        connecting.short_lived(wired.app_url).connect() as single,
        connecting.direct(wired.app_url, "listener", SHORT) as direct,
    ):
        for each in (pooled, operators, single):
            _is_looked_after(each.connection.driver_connection)
        _is_looked_after(direct)


def _is_looked_after(connection: Any) -> None:
    with socket.socket(fileno=os.dup(connection.fileno())) as beneath:
        assert beneath.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert 0 < beneath.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) <= 30_000
        idle, interval, count = (
            beneath.getsockopt(socket.IPPROTO_TCP, option)
            for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
        )
        assert idle + interval * count <= 30


def test_nothing_of_an_operators_holds_anybody_up_for_ever(settings: Settings) -> None:
    with session.operator_connection(settings.operator_url) as connection:
        for limit in (
            "statement_timeout",
            "lock_timeout",
            "idle_in_transaction_session_timeout",
            "client_connection_check_interval",
        ):
            assert connection.execute(text(f"SHOW {limit}")).scalar() != "0", limit
