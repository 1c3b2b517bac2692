"""Another SECRET_KEY changes nothing under a running server, unless somebody asks for that by name."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL

from ordertrack.database import app_role, schema
from ordertrack.database.config import Settings
from ordertrack.database.migrating import UpgradeRefused
from support.database import connect
from support.programs.clusters import TRUSTING, Owned, cluster, owned_database
from upgrading.commands_run import refuses, run

ANOTHER = "sesame"


@pytest.fixture(scope="module")
def server() -> Iterator[URL]:
    with cluster(18) as url:
        yield url


@pytest.fixture
def owned(server: URL, tmp_path: Path) -> Iterator[Owned]:
    with owned_database(server, "keyed", tmp_path) as owned:
        yield owned


@pytest.fixture(params=["a superuser", "an owner who is none"])
def house(request: pytest.FixtureRequest, owned: Owned) -> Settings:
    made = owned.superuser if request.param == "a superuser" else owned.settings
    schema.upgrade(made)
    return made


def with_another_key(settings: Settings) -> Settings:
    return dataclasses.replace(settings, secret_key=ANOTHER)


def may_sign_in(settings: Settings) -> bool:
    try:
        connect(settings.app_url).close()
    except psycopg.OperationalError:
        return False
    return True


def stored(owned: Owned) -> str:
    with connect(owned.superuser.operator_url) as superuser:
        query = "SELECT rolpassword FROM pg_authid WHERE rolname = %s"
        row = superuser.execute(query, [owned.settings.app_role]).fetchone()
        assert row is not None
        return str(row[0])


def test_an_upgrade_or_a_server_with_another_key_is_refused(house: Settings, owned: Owned) -> None:
    before = stored(owned)
    for command in (("db", "upgrade"), ("serve",)):
        refuses(run(house, *command, SECRET_KEY=ANOTHER), "ordertrack db upgrade --new-secret-key")
    assert stored(owned) == before
    assert may_sign_in(house) and not may_sign_in(with_another_key(house))


def test_a_server_with_the_same_key_leaves_the_password_as_it_is(house: Settings, owned: Owned) -> None:
    before = stored(owned)
    schema.upgrade(house)
    assert stored(owned) == before


def test_a_new_key_is_taken_when_it_is_asked_for(house: Settings) -> None:
    changed = run(house, "db", "upgrade", "--new-secret-key", SECRET_KEY=ANOTHER)
    assert changed.returncode == 0, changed
    assert may_sign_in(with_another_key(house)) and not may_sign_in(house)
    schema.upgrade(with_another_key(house))
    with pytest.raises(UpgradeRefused, match="SECRET_KEY"):
        schema.upgrade(house)


def test_a_role_that_an_earlier_database_left_behind_gets_the_password_of_today(owned: Owned) -> None:
    schema.upgrade(owned.settings)
    with connect(owned.superuser.operator_url.set(database="postgres"), autocommit=True) as superuser:
        superuser.execute("DROP DATABASE keyed WITH (FORCE)")
        superuser.execute("CREATE DATABASE keyed OWNER keyed")
    assert not may_sign_in(with_another_key(owned.settings))
    schema.upgrade(with_another_key(owned.settings))
    assert may_sign_in(with_another_key(owned.settings))


def test_where_everybody_is_let_in_the_password_is_left_alone(server: URL, tmp_path: Path) -> None:
    with owned_database(server, TRUSTING, tmp_path) as trusting:
        schema.upgrade(trusting.settings)
        before = stored(trusting)
        schema.upgrade(with_another_key(trusting.settings))
        assert stored(trusting) == before
        with pytest.raises(UpgradeRefused, match="stored verifier"):
            schema.upgrade(with_another_key(trusting.superuser))


@pytest.mark.parametrize(
    "verifier", [None, "", "md5abc", "SCRAM-SHA-256$4096:x$y:z", "SCRAM-SHA-256$$", "a$b$c"]
)
def test_what_is_no_verifier_is_nobodys(verifier: str | None) -> None:
    assert not app_role.verifies(verifier, "x")


def test_a_verifier_is_its_own_passwords(owned: Owned) -> None:
    schema.upgrade(owned.settings)
    password = owned.settings.app_role_password
    assert app_role.verifies(stored(owned), password)
    assert not app_role.verifies(stored(owned), password[:-1])
