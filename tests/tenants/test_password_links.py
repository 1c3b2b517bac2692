"""A link to set a password: who may make it for whom, what it is good for, and how often."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from ordertrack.rules.roles import Role
from ordertrack.tenants import accounts
from ordertrack.tenants.credentials.digests import hash_key
from ordertrack.tenants.staff import regaining, staff_accounts
from support.cast import PASSWORD, House, Person
from support.tablet import hire, id_of

NEW = "blue bicycle in rain"
SignIn = Callable[[Person], FlaskClient]
Hire = Callable[[str, Role], Person]


@pytest.fixture
def employ(operator_app: Flask, cedar: House) -> Hire:
    def make(name: str, role: Role) -> Person:
        with operator_app.app_context():
            email = f"{name.lower()}@{cedar.slug}.example"
            member = staff_accounts.create_staff_member(
                accounts.find_tenant(cedar.slug), email, name, role, PASSWORD
            )
            principal = cedar.maya.principal.__class__(cedar.tenant_id, f"staff:{member.id}", name, role)
            return Person(email, principal)

    return make


def link_by(client: FlaskClient, person: Person) -> str:
    """The path of a link that this client has made for somebody."""
    answer = client.post(f"/people/{id_of(person)}/password-link")
    assert answer.status_code == 200
    (path,) = re.findall(r'value="http://localhost(/password/[\w-]{43})"', answer.text)
    return str(path)


def signs_in(app: Flask, email: str, password: str) -> bool:
    return app.test_client().post("/login", data={"email": email, "password": password}).status_code == 302


def test_a_link_sets_a_password_once_and_ends_the_sign_ins_of_before(
    app: Flask, cedar: House, sign_in: SignIn
) -> None:
    before, maya = sign_in(cedar.nour), sign_in(cedar.maya)
    path, device = link_by(maya, cedar.nour), app.test_client()
    page = device.get(path)
    assert page.status_code == 200 and cedar.nour.email in page.text and "Nour" in page.text
    assert before.get("/r/hamra/kitchen").status_code == 200, "a link that is only looked at changes nothing"
    assert device.post(path, data={"password": NEW}).location == "/login?chosen=1"
    assert "Your new password holds" in device.get("/login?chosen=1").text
    assert before.get("/r/hamra/kitchen").status_code == 302
    assert not signs_in(app, cedar.nour.email, PASSWORD)
    assert signs_in(app, cedar.nour.email, NEW)
    for answer in (device.get(path), device.post(path, data={"password": "another bicycle in snow"})):
        assert answer.status_code == 404 and "used already" in answer.text
    assert signs_in(app, cedar.nour.email, NEW)
    assert maya.get("/people").status_code == 200


def test_the_link_is_shown_once_and_kept_as_a_digest(
    cedar: House, sign_in: SignIn, operator: psycopg.Connection[Any], capfd: pytest.CaptureFixture[str]
) -> None:
    maya = sign_in(cedar.maya)
    path = link_by(maya, cedar.nour)
    token = path.rpartition("/")[2]
    assert token not in maya.get("/people").text
    rows = operator.execute("SELECT * FROM password_links WHERE tenant_id = %s", [cedar.tenant_id]).fetchall()
    assert hash_key(token) in str(rows) and token not in str(rows)
    maya.get(path)
    assert token not in "".join(capfd.readouterr())


@pytest.mark.parametrize("password", ["", "nour", "Password2026!", "\0" * 12, "x" * 1001])
def test_a_password_that_may_not_be_chosen_leaves_the_link_as_it_is(
    app: Flask, cedar: House, sign_in: SignIn, password: str
) -> None:
    path, device = link_by(sign_in(cedar.maya), cedar.nour), app.test_client()
    assert device.post(path, data={"password": password}).status_code in (400, 422)
    assert signs_in(app, cedar.nour.email, PASSWORD)
    assert device.post(path, data={"password": NEW}).status_code == 302


def test_of_two_who_use_a_link_at_once_one_is_heard(app: Flask, cedar: House, sign_in: SignIn) -> None:
    path = link_by(sign_in(cedar.maya), cedar.nour)
    chosen = [f"{NEW} and {n} more" for n in range(6)]
    with ThreadPoolExecutor(len(chosen)) as pool:
        answers = list(
            pool.map(lambda each: app.test_client().post(path, data={"password": each}).status_code, chosen)
        )
    assert sorted(answers) == [302] + [404] * 5
    assert signs_in(app, cedar.nour.email, chosen[answers.index(302)])


def test_nobody_makes_a_link_for_who_stands_above_or_beside_them(
    app: Flask, cedar: House, rival: House, sign_in: SignIn, employ: Hire, operator: psycopg.Connection[Any]
) -> None:
    samir, rita = employ("Samir", Role.OWNER), employ("Rita", Role.MANAGER)
    maya, nour, owner = sign_in(cedar.maya), sign_in(cedar.nour), sign_in(samir)
    for client, person, status in (
        (maya, samir, 403),
        (maya, rita, 403),
        (maya, cedar.maya, 403),  # one's own is changed by whoever knows it
        (owner, samir, 403),
        (maya, rival.nour, 404),
        (nour, cedar.karim, 403),
        (nour, samir, 403),
        (app.test_client(), cedar.nour, 401),
    ):
        for act in ("password-link", "end", "pin", "give-back"):
            if act == "pin" and (client, person) in ((maya, cedar.maya), (owner, samir)):
                continue  # one's own
            answer = client.post(f"/people/{id_of(person)}/{act}", data={"pin": "2580"})
            assert answer.status_code in (status, 404) and answer.status_code >= 401, (act, person.email)
        assert client.post(f"/people/{id_of(person)}/password-link").status_code == status
    (links,) = operator.execute(
        "SELECT count(*) FROM password_links WHERE tenant_id = %s", [cedar.tenant_id]
    ).fetchone() or (None,)
    assert links == 0
    for person in (rita, cedar.maya, cedar.nour):
        assert link_by(owner, person)


def test_who_signs_in_nowhere_gets_no_link(operator_app: Flask, cedar: House, sign_in: SignIn) -> None:
    rami = hire(operator_app, cedar, "Rami")
    answer = sign_in(cedar.maya).post(f"/people/{rami}/password-link")
    assert answer.status_code == 422 and "nowhere with a password" in answer.text


_LEAVE = "UPDATE staff_members SET revoked_at = now() WHERE tenant_id = %(t)s AND name = "
_RISE = "UPDATE staff_members SET role = 'owner' WHERE tenant_id = %(t)s AND name = "
_FALL = "UPDATE staff_members SET role = 'kitchen' WHERE tenant_id = %(t)s AND name = "
VOID = {
    "it is too old": "UPDATE password_links SET expires_at = clock_timestamp() WHERE tenant_id = %(t)s",
    "they were promoted": _RISE + "'Nour'",
    "its maker was demoted": _FALL + "'Maya'",
    "its maker has left": _LEAVE + "'Maya'",
    "they have left": _LEAVE + "'Nour'",
    "they left and are back": _LEAVE + "'Nour';" + _LEAVE.replace("now()", "NULL") + "'Nour'",
}


@pytest.mark.parametrize("why", VOID)
def test_a_link_is_worth_nothing_once(
    app: Flask, cedar: House, sign_in: SignIn, operator: psycopg.Connection[Any], why: str
) -> None:
    path, device = link_by(sign_in(cedar.maya), cedar.nour), app.test_client()
    for statement in VOID[why].split(";"):
        operator.execute(statement, {"t": cedar.tenant_id})
    for answer in (device.get(path), device.post(path, data={"password": NEW})):
        assert answer.status_code == 404
    assert not signs_in(app, cedar.nour.email, NEW)


def test_a_newer_link_or_password_ends_the_one_before(
    app: Flask, operator_app: Flask, cedar: House, sign_in: SignIn
) -> None:
    maya, device = sign_in(cedar.maya), app.test_client()
    first, second = link_by(maya, cedar.nour), link_by(maya, cedar.nour)
    assert [device.get(path).status_code for path in (first, second)] == [404, 200]
    with operator_app.app_context():
        regaining.change_password(regaining.find_by_address(cedar.nour.email), "salt-and-cedar")
    assert device.get(second).status_code == 404


@pytest.mark.parametrize("token", ["x", "A" * 43, "é", "a" * 5000])
def test_a_link_that_was_never_made_is_not_found(app: Flask, token: str) -> None:
    for answer in (app.test_client().get(f"/password/{token}"), app.test_client().post(f"/password/{token}")):
        assert answer.status_code == 404


def test_whoever_chose_a_password_by_a_link_is_known_on_that_device(
    app: Flask, cedar: House, sign_in: SignIn
) -> None:
    path, device = link_by(sign_in(cedar.maya), cedar.nour), app.test_client()
    device.post(path, data={"password": NEW})
    for n in range(40):
        app.test_client().post(
            "/login",
            data={"email": cedar.nour.email, "password": "wrong"},
            environ_base={"REMOTE_ADDR": f"10.77.{n}.1"},
        )
    assert device.post("/login", data={"email": cedar.nour.email, "password": NEW}).status_code == 302
