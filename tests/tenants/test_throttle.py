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
from ordertrack.tenants.throttling import throttle
from support.programs.valkey import Valkey

MOST, FROM = 40, 30  # in a minute as one person, from one address


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
            found.append(throttle.Try(email, secrets.token_hex(4), None).wait == 0)
    return found


def test_two_processes_count_together(process: Callable[[], Flask]) -> None:
    two, email = [process(), process()], f"{secrets.token_hex(4)}@cedar.example"
    found = allowed(two, email, MOST + 10)
    assert found == [True] * MOST + [False] * 10


def test_tries_from_one_address_count_together(process: Callable[[], Flask]) -> None:
    two, address = [process(), process()], secrets.token_hex(4)
    for n in range(FROM + 2):
        with two[n % 2].app_context():
            tried = throttle.Try(f"{secrets.token_hex(4)}@cedar.example", address, None)
            assert (tried.wait == 0) == (n < FROM)
            assert tried.wait <= 60


def test_what_was_right_is_not_counted_by_the_others_either(process: Callable[[], Flask]) -> None:
    two, address = [process(), process()], secrets.token_hex(4)
    for n in range(FROM + 2):
        with two[n % 2].app_context():
            tried = throttle.Try(f"{secrets.token_hex(4)}@cedar.example", address, None)
            assert tried.wait == 0
            tried.was_right()


@pytest.mark.parametrize("process", ["redis"], indirect=True)
def test_while_the_bus_is_away_each_counts_by_itself(process: Callable[[], Flask], valkey: Valkey) -> None:
    valkey.kill()
    one, email = process(), f"{secrets.token_hex(4)}@cedar.example"
    found = allowed([one], email, MOST + 10)
    assert found[:MOST] == [True] * MOST, "nobody is locked out"
    assert not any(found[MOST:]), "nor may anybody try for ever"
