"""A staff member is revoked while watching: the screen is gone within a second, or five if nobody heard."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import psycopg
import pytest
from flask import Flask
from psycopg import sql

from faults.crowd import Crowd, Ending
from faults.history_of import operator
from faults.load import BOARD, Load
from ordertrack.database.config import Settings
from ordertrack.tenants import accounts
from ordertrack.tenants.staff import staff_accounts
from support.cast import House
from support.http_client import sign_in
from support.server import Server, wait_for

SCREENS = 12
WITHIN = 1.0  # seconds
LOOKED_FOR_WITHIN = 5.0


@pytest.fixture
def screens(tough: Server, cedar: House, under_load: Callable[[], Load]) -> Iterator[Crowd]:
    """The screens of nour, spread over the workers, while a service goes on."""
    with under_load() as load:
        headers = sign_in(tough.port, cedar.nour).headers
        with Crowd(tough.port, BOARD, headers, SCREENS, load.log.head()) as crowd:
            wait_for(lambda: crowd.streaming == SCREENS, "the screens of nour")
            yield crowd
        load.goes_on()


def revoke(operator_app: Flask, house: House) -> None:
    with operator_app.app_context():
        staff_accounts.revoke_staff_member(accounts.find_tenant(house.slug), house.nour.email)


def assert_gone(crowd: Crowd, within: float) -> None:
    began = time.monotonic()
    wait_for(lambda: crowd.ended(Ending.BYE) == SCREENS, "the screens to be told bye", within)
    assert max(reader.ended_at for reader in crowd.readers if reader.endings[Ending.BYE]) - began < within
    wait_for(lambda: all(reader.refusals[401] for reader in crowd.readers), "them to be refused", 5)
    assert all(set(reader.endings) == {Ending.BYE, Ending.REFUSED} for reader in crowd.readers)


def test_it_says_bye_and_closes_within_a_second(screens: Crowd, operator_app: Flask, cedar: House) -> None:
    revoke(operator_app, cedar)
    assert_gone(screens, WITHIN)


@pytest.fixture
def deaf(settings: Settings) -> Iterator[Callable[[], None]]:
    """The listeners lose their connections and get no new ones, until called."""
    role = sql.Identifier(settings.app_role)
    with psycopg.connect(operator(settings), autocommit=True) as connection:

        def listeners() -> list[int]:
            rows = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE application_name = 'listener'"
                " AND datname = current_database()"
            )
            return [pid for (pid,) in rows]

        connection.execute(sql.SQL("ALTER ROLE {} NOLOGIN").format(role))
        try:
            connection.execute("SELECT pg_terminate_backend(unnest(%s::int[]))", [listeners()])
            wait_for(lambda: not listeners(), "the listeners to be cut")
            yield lambda: connection.execute(sql.SQL("ALTER ROLE {} LOGIN").format(role)) and None
        finally:
            connection.execute(sql.SQL("ALTER ROLE {} LOGIN").format(role))


def test_a_revocation_that_no_listener_hears_is_found_by_looking(
    screens: Crowd, deaf: Callable[[], None], operator_app: Flask, cedar: House
) -> None:
    revoke(operator_app, cedar)
    assert_gone(screens, LOOKED_FOR_WITHIN)
    deaf()
