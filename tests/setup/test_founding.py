"""Founding a company: what is asked, what is refused, by whose invitation, and that it is all or nothing."""

from __future__ import annotations

import json
import re
import secrets
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from flask import Flask

from ordertrack import create_app
from ordertrack.database.config import Settings
from ordertrack.database.session import db
from ordertrack.setup import invitations
from setup.conftest import PASSWORD, alerts, form
from support.cast import House
from support.command_line import run_here

_WRITTEN = "SELECT count(*) FROM tenants"


def test_the_owner_is_signed_in_and_signs_in_from_then_on(app: Flask, invited: str) -> None:
    client, said = app.test_client(), form(language="fr")
    answer = client.post(invited, data=said, headers={"Accept-Language": "fr-LB"})
    assert answer.location == "/setup"
    assert "language=fr" in ";".join(answer.headers.getlist("Set-Cookie"))
    elsewhere = app.test_client()
    again = elsewhere.post("/login", data={"email": said["email"].upper(), "password": PASSWORD})
    assert again.status_code == 302
    assert '<html lang="fr"' in elsewhere.get("/setup/restaurant").text, "on another device too"
    page = client.get("/setup/restaurant").text
    assert '<html lang="fr"' in page and '<option value="LBP" selected>' in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("company", " "), ("company", "x" * 101), ("company", "a\tb"), ("name", ""), ("name", "\u200b"),
        ("email", "rima"), ("email", ""), ("email", "a b@c"), ("email", "a\0@c"),
        ("password", ""), ("password", "short"), ("password", "aaaaaaaaaaaa"), ("password", "x" * 1001),
        ("language", "de"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_at_its_field_and_what_was_typed_stays(
    app: Flask, invited: str, operator: psycopg.Connection[Any], field: str, value: str
) -> None:
    (before,) = operator.execute(_WRITTEN).fetchone() or ()
    said = form(**{field: value})
    answer = app.test_client().post(invited, data=said)
    assert answer.status_code == 422
    assert alerts(answer.text) == [field]
    kept = [said[each] for each in ("company", "name", "email") if each != field]
    assert all(f'value="{each}"' in answer.text for each in kept)
    assert PASSWORD not in answer.text
    operator.rollback()
    assert operator.execute(_WRITTEN).fetchone() == (before,)
    assert app.test_client().post(invited, data=form()).status_code == 302, "the invitation still holds"


def test_a_password_of_the_companys_own_names_is_refused(app: Flask, invited: str) -> None:
    answer = app.test_client().post(invited, data=form(company="Seven Lemons", password="sevenlemons1"))
    assert alerts(answer.text) == ["password"]


def test_an_address_that_signs_in_elsewhere_is_refused(app: Flask, cedar: House, invited: str) -> None:
    answer = app.test_client().post(invited, data=form(email=cedar.maya.email.upper()))
    assert alerts(answer.text) == ["email"]


@pytest.mark.parametrize(
    ("zone", "currency"),
    [("Asia/Beirut", "LBP"), ("Europe/Paris", "EUR"), ("Mars/Olympus", "GBP"), ("", "GBP")],
)
def test_the_currency_is_that_of_the_clock_before_that_of_the_language(
    app: Flask, invited: str, zone: str, currency: str
) -> None:
    client = app.test_client()
    client.post(invited, data=form(timezone=zone), headers={"Accept-Language": "en-GB"})
    assert f'<option value="{currency}" selected>' in client.get("/setup/restaurant").text


def test_two_companies_of_one_name_are_two(app: Flask, operator_app: Flask) -> None:
    name = f"Lemon {secrets.token_hex(4)}"
    for _ in range(2):
        with operator_app.app_context():
            code = invitations.invite(None)[1]
        assert app.test_client().post(f"/setup/{code}", data=form(company=name)).status_code == 302


def test_who_founds_it_stands_in_the_audit(
    app: Flask, invited: str, operator: psycopg.Connection[Any]
) -> None:
    said = form()
    app.test_client().post(invited, data=said)
    rows = operator.execute(
        "SELECT kind, audit_entries.name FROM audit_entries JOIN tenants ON tenants.id = tenant_id"
        " WHERE tenants.name = %s ORDER BY kind",
        [said["company"]],
    ).fetchall()
    assert rows == [("company", "Rima"), ("person", "Rima")]


def test_an_invitation_of_the_command_line_opens_the_page_until_it_is_voided(
    settings: Settings, app: Flask, operator_app: Flask
) -> None:
    public = {"ORDERTRACK_PUBLIC_URL": "https://orders.example"}
    made = json.loads(run_here(settings, "tenant", "invite", "--language", "ar", "--json", **public).stdout)
    path = made["address"].removeprefix("https://orders.example")
    assert re.fullmatch(r"/setup/[0-9a-z]{26}", path)
    assert '<html lang="ar" dir="rtl"' in app.test_client().get(path).text
    chosen = app.test_client()
    chosen.set_cookie("language", "fr")
    assert '<html lang="fr"' in chosen.get(path).text
    with operator_app.app_context():
        other = invitations.invite("fr")[0]
    listed = json.loads(run_here(settings, "tenant", "invitations", "--void", made["id"], "--json").stdout)
    assert made["id"] not in str(listed)
    assert [each["language"] for each in listed if each["id"] == str(other.id)] == ["fr"]
    assert app.test_client().get(path).status_code == 404
    with operator_app.app_context():
        assert not invitations.void(uuid.UUID(made["id"])), "there is none any more"


def test_an_invitation_founds_one_company(app: Flask, invited: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: app.test_client().post(invited, data=form()).status_code, range(4)))
    assert sorted(found) == [302, 404, 404, 404]
    assert app.test_client().get(invited).status_code == 404


def test_an_invitation_that_is_too_old_opens_nothing(
    app: Flask, invited: str, operator: psycopg.Connection[Any]
) -> None:
    operator.execute("UPDATE company_invitations SET expires_at = clock_timestamp() WHERE NOT is_first")
    operator.commit()
    assert app.test_client().get(invited).status_code == 404
    assert app.test_client().post(invited, data=form()).status_code == 404


def test_of_a_code_only_its_digest_is_kept(invited: str, operator: psycopg.Connection[Any]) -> None:
    rows = operator.execute("SELECT company_invitations::text FROM company_invitations").fetchall()
    assert invited.rpartition("/")[2] not in str(rows)


@pytest.fixture
def open_to_all(settings: Settings) -> Iterator[Flask]:
    made = create_app(replace(settings, sign_up=True))
    yield made
    with made.app_context():
        db.engine.dispose()


def test_anybody_founds_a_company_only_where_the_operator_says_so(app: Flask, open_to_all: Flask) -> None:
    assert app.test_client().get("/sign-up").status_code == 404
    assert app.test_client().post("/sign-up", data=form()).status_code == 404
    assert "/sign-up" not in app.test_client().get("/login").text
    client = open_to_all.test_client()
    assert "/sign-up" in client.get("/login").text
    assert client.get("/sign-up").status_code == 200
    assert client.post("/sign-up", data=form()).location == "/setup"


def test_from_one_address_not_many_companies_are_founded(open_to_all: Flask) -> None:
    place = {"REMOTE_ADDR": f"10.{'.'.join(map(str, secrets.token_bytes(3)))}"}
    answers = [
        open_to_all.test_client().post("/sign-up", data=form(name=""), environ_base=place).status_code
        for _ in range(25)
    ]
    assert answers == [422] * 20 + [429] * 5
