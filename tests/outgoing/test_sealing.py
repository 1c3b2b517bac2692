"""Secrets are kept sealed: with keys of the house, which a command changes while servers go on."""

from __future__ import annotations

import json
import os
import stat
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet, InvalidToken
from flask import Flask

from ordertrack.commands import cli
from ordertrack.database.config import Settings
from ordertrack.database.session import db, tenant_context
from ordertrack.outgoing import rotation, sealing
from ordertrack.outgoing.sealing import SealedByAnother
from ordertrack.webhooks import endpoints, known
from support.cast import House
from support.database import connect
from support.quiet_database import quiet_fixtures
from support.server import environment_of

# No server of the suite seals here, and there are no companies but those of the tests.
settings, app, operator_app, make_house = quiet_fixtures("module")


@pytest.fixture
def elsewhere(
    app: Flask, tmp_path: Path, operator: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """The keys of another data folder, and a database that knows of no keys."""
    monkeypatch.delenv(sealing.KEYS)
    settings: Settings = app.config["SETTINGS"]
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings, data_folder=tmp_path))
    _forget_keys(operator)
    yield tmp_path
    _forget_keys(operator)


def _forget_keys(operator: psycopg.Connection) -> None:
    operator.execute("DELETE FROM sealing_fingerprints")
    operator.commit()


def test_what_is_sealed_is_opened_by_who_has_the_key_and_by_nobody_else(app: Flask, elsewhere: Path) -> None:
    with app.app_context():
        sealed = sealing.seal(b"whsec_secret")
        assert "secret" not in sealed and sealing.unseal(sealed) == b"whsec_secret"
        assert sealing.seal(b"whsec_secret") != sealed
        keys = elsewhere / "sealing_keys"
        assert stat.S_IMODE(keys.stat().st_mode) == 0o600
        keys.unlink()
        with pytest.raises(SealedByAnother):
            sealing.unseal(sealed)


def test_with_other_keys_than_those_of_this_database_nothing_is_sealed(
    app: Flask, elsewhere: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a command would that was given in another folder: the server could not open it."""
    with app.app_context():
        sealing.seal(b"secret")
        db.session.commit()
        monkeypatch.setitem(
            app.config,
            "SETTINGS",
            replace(app.config["SETTINGS"], data_folder=tmp_path_factory.mktemp("other")),
        )
        with pytest.raises(SealedByAnother):
            sealing.seal(b"secret")


def test_a_new_key_seals_and_those_before_still_open_until_all_is_sealed_anew(
    app: Flask, elsewhere: Path
) -> None:
    with app.app_context():
        sealed = sealing.seal(b"secret")
        sealing.add_key(elsewhere)
        assert sealing.unseal(sealed) == b"secret"
        anew = sealing.seal_anew(sealed)
        sealing.add_key(elsewhere)
        assert sealing.unseal(sealed) == b"secret", "what could not be sealed anew would be lost"
        sealing.drop_old_keys(elsewhere)
        assert sealing.unseal(anew) == b"secret"
        with pytest.raises(SealedByAnother):
            sealing.unseal(sealed)


def test_keys_of_the_environment_come_before_those_of_the_folder(
    app: Flask, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    monkeypatch.setenv(sealing.KEYS, old)
    with app.app_context():
        sealed = sealing.seal(b"secret")
        monkeypatch.setenv(sealing.KEYS, f"{new} {old}")
        assert sealing.unseal(sealed) == b"secret"
        assert Fernet(new).decrypt(sealing.seal_anew(sealed)) == b"secret"
        monkeypatch.setenv(sealing.KEYS, "no key")
        with pytest.raises(sealing.SettingsError):
            sealing.seal(b"secret")
    assert not (elsewhere / "sealing_keys").exists()


def test_the_command_seals_all_anew_and_nothing_is_lost(
    app: Flask, cedar: House, rival: House, settings: Settings, operator: psycopg.Connection
) -> None:
    made: dict[House, endpoints.Made] = {}
    for house in (cedar, rival):
        with tenant_context(app, house.tenant_id):
            made[house] = endpoints.make(house.maya.principal, "https://shop.example/hook")

    def sealed() -> list[str]:
        query = "SELECT sealed_secret FROM webhook_secrets WHERE endpoint_id = ANY (%s) ORDER BY endpoint_id"
        found = operator.execute(query, [[each.endpoint.id for each in made.values()]]).fetchall()
        operator.commit()
        return [text for (text,) in found]

    def kept() -> int:
        (number,) = operator.execute("SELECT count(*) FROM webhook_secrets").fetchone() or (0,)
        operator.commit()
        return int(number)

    before = sealed()
    suites, new = os.environ[sealing.KEYS], Fernet.generate_key().decode()
    for keys in (f"{new} {suites}", f"{suites} {new}"):  # and back again, for the other tests
        environment = environment_of(settings, settings.data_folder, **{sealing.KEYS: keys})
        answer = CliRunner().invoke(cli, ["secret", "rotate", "--json"], env=environment)
        assert answer.exit_code == 0, answer.output
        assert json.loads(answer.stdout)["sealed"] == kept(), (
            "each once, also for an operator who sees all rows"
        )
        for text in sealed():
            assert Fernet(keys.split()[0]).decrypt(text).startswith(b"whsec_")
    assert not {*before} & {*sealed()}
    for house, each in made.items():
        with tenant_context(app, house.tenant_id):
            known.forget(each.endpoint.id)
            told = known.find(house.tenant_id, each.endpoint.id)
            assert told is not None and told.keys == [each.secret]


def test_a_company_whose_secrets_somebody_holds_is_tried_again_after_the_others_and_not_for_ever(
    app: Flask,
    cedar: House,
    rival: House,
    settings: Settings,
    operator: psycopg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for house in (cedar, rival):
        with tenant_context(app, house.tenant_id):
            endpoints.make(house.maya.principal, "https://shop.example/hook")
    first, last = sorted((cedar.tenant_id, rival.tenant_id))
    new = Fernet.generate_key().decode()
    keys = f"{new} {os.environ[sealing.KEYS]}"
    environment = environment_of(settings, settings.data_folder, **{sealing.KEYS: keys})
    monkeypatch.setattr(rotation, "PATIENCE", 0.1)

    def is_sealed_anew(tenant_id: uuid.UUID) -> bool:
        query = "SELECT sealed_secret FROM webhook_secrets WHERE tenant_id = %s"
        (text,) = operator.execute(query, [tenant_id]).fetchone() or ("",)
        operator.rollback()
        try:
            return Fernet(new).decrypt(text).startswith(b"whsec_")
        except InvalidToken:
            return False

    with connect(settings.operator_url) as holding:
        holding.execute("SELECT FROM webhook_secrets WHERE tenant_id = %s FOR UPDATE", [first])
        refused = CliRunner().invoke(cli, ["secret", "rotate"], env=environment)
        assert refused.exit_code == 1
        assert f"companies ({first}) are held by another connection" in refused.output
        assert (is_sealed_anew(first), is_sealed_anew(last)) == (False, True)
    answer = CliRunner().invoke(cli, ["secret", "rotate"], env=environment)
    assert answer.exit_code == 0, answer.output
    assert is_sealed_anew(first)


def test_no_secret_stands_anywhere_in_the_open(
    app: Flask, cedar: House, operator: psycopg.Connection
) -> None:
    with tenant_context(app, cedar.tenant_id):
        secret = endpoints.make(cedar.maya.principal, "https://shop.example/hook").secret
    tables = ("webhook_endpoints", "webhook_secrets", "webhook_deliveries", "jobs", "audit_entries")
    operator.execute("SELECT set_config('ordertrack.tenant_id', %s, true)", [str(cedar.tenant_id)])
    for table in tables:
        rows = operator.execute(f"SELECT {table}::text FROM {table}").fetchall()
        assert not any(secret in text or secret.removeprefix("whsec_") in text for (text,) in rows), table
