"""Tries to sign in are counted over all processes and hosts; while they cannot agree, by each."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from ordertrack.database.app import make_bare_app
from ordertrack.database.config import POSTGRESQL_BUS, Settings
from ordertrack.database.session import db
from ordertrack.tenants import throttle
from support.valkey import Valkey

MOST = 10  # as one person, in a minute


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    server = Valkey(tmp_path)
    server.start()
    yield server
    server.kill()


@pytest.fixture(params=["postgresql", "redis"])
def process(
    request: pytest.FixtureRequest, settings: Settings, valkey: Valkey
) -> Iterator[Callable[[], Flask]]:
    """Another process, on this bus."""
    made: list[Flask] = []

    def begin() -> Flask:
        address = POSTGRESQL_BUS if request.param == "postgresql" else valkey.address
        made.append(make_bare_app(replace(settings, bus=address)))
        return made[-1]

    yield begin
    for each in made:
        with each.app_context():
            db.engine.dispose()


def allowed(processes: list[Flask], email: str, times: int) -> list[bool]:
    found = []
    for n in range(times):
        with processes[n % len(processes)].app_context():
            found.append(throttle.may_try(email, secrets.token_hex(4)))
    return found


def test_two_processes_count_together(process: Callable[[], Flask]) -> None:
    two, email = [process(), process()], f"{secrets.token_hex(4)}@cedar.example"
    assert allowed(two, email, 2 * MOST) == [True] * MOST + [False] * MOST


def test_failures_of_one_address_count_together(process: Callable[[], Flask]) -> None:
    two, address = [process(), process()], secrets.token_hex(4)
    for n in range(30):
        with two[n % 2].app_context():
            throttle.failed(address)
    for each in two:
        with each.app_context():
            assert not throttle.may_try(f"{secrets.token_hex(4)}@cedar.example", address)


@pytest.mark.parametrize("process", ["redis"], indirect=True)
def test_while_the_bus_is_away_each_counts_by_itself(process: Callable[[], Flask], valkey: Valkey) -> None:
    valkey.kill()
    one, email = process(), f"{secrets.token_hex(4)}@cedar.example"
    assert allowed([one], email, 2 * MOST) == [True] * MOST + [False] * MOST
