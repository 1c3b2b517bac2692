"""A leaked password costs a new password, and not the address; a revoked address can be given back."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ordertrack.database.config import Settings
from ordertrack.database.session import db
from ordertrack.rules.roles import Role
from ordertrack.tenants import accounts
from ordertrack.tenants.accounts import AccountError
from ordertrack.tenants.sessions import access
from ordertrack.tenants.staff import regaining, staff_accounts
from support.cast import PASSWORD, House, Person
from support.http_client import EventStream, StreamEnded, sign_in
from support.server import Server, environment_of, wait_for

NEW = "salt-and-cedar"
SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def operating(operator_app: Flask) -> Iterator[None]:
    """The context of one command."""
    with operator_app.app_context():
        yield


def signs_in(app: Flask, email: str, password: str) -> bool:
    answer = app.test_client().post("/login", data={"email": email, "password": password})
    return answer.status_code == 302


def is_in(client: FlaskClient) -> bool:
    answer = client.get("/")
    return answer.status_code in (200, 302) and "/login" not in answer.headers.get("Location", "")


def revoke(house: House, email: str) -> None:
    staff_accounts.revoke_staff_member(accounts.find_tenant(house.slug), email)


def test_a_new_password_ends_the_old_one_and_every_sign_in(
    app: Flask, cedar: House, sign_in: SignIn, operating: None
) -> None:
    leaked, others = sign_in(cedar.nour), sign_in(cedar.maya)
    regaining.change_password(regaining.find_by_address(f" {cedar.nour.email.upper()} "), NEW)
    assert not is_in(leaked)
    assert is_in(others)
    assert not signs_in(app, cedar.nour.email, PASSWORD)
    assert signs_in(app, cedar.nour.email, NEW)


def test_who_signs_in_while_the_password_changes_does_not_get_in(cedar: House, operating: None) -> None:
    signing_in = regaining.find_by_address(cedar.nour.email)
    db.session.expunge(signing_in)  # as a request has it that has just found the password right
    regaining.change_password(regaining.find_by_address(cedar.nour.email), NEW)
    assert access.begin_session(signing_in) is None
    assert access.begin_session(regaining.find_by_address(cedar.nour.email)) is not None


def test_a_revoked_address_is_restored_and_its_old_sign_ins_are_not(
    app: Flask, cedar: House, sign_in: SignIn, operating: None
) -> None:
    before = sign_in(cedar.nour)
    revoke(cedar, cedar.nour.email)
    regaining.restore(regaining.find_by_address(cedar.nour.email), None)
    assert not is_in(before)
    assert is_in(sign_in(cedar.nour))
    member = staff_accounts.find_staff_member(accounts.find_tenant(cedar.slug), cedar.nour.email)
    assert (member.role, member.name) == (Role.KITCHEN, "Nour")


def test_a_leaked_password_does_not_come_back_with_the_address(
    app: Flask, cedar: House, operating: None
) -> None:
    revoke(cedar, cedar.nour.email)
    regaining.restore(regaining.find_by_address(cedar.nour.email), NEW)
    assert not signs_in(app, cedar.nour.email, PASSWORD)
    assert signs_in(app, cedar.nour.email, NEW)


def test_what_cannot_be_done_names_the_command_that_can(cedar: House, rival: House, operating: None) -> None:
    with pytest.raises(AccountError, match="ordertrack staff password"):
        regaining.restore(regaining.find_by_address(cedar.nour.email), None)
    revoke(cedar, cedar.nour.email)
    with pytest.raises(AccountError, match="ordertrack staff restore"):
        regaining.change_password(regaining.find_by_address(cedar.nour.email), NEW)
    for house in (cedar, rival):
        tenant = accounts.find_tenant(house.slug)
        with pytest.raises(AccountError, match=f"ordertrack staff restore {cedar.nour.email}"):
            staff_accounts.create_staff_member(tenant, cedar.nour.email, "Nour", Role.KITCHEN, NEW)
    with pytest.raises(AccountError, match=r"nobody's address.*: ordertrack staff list --tenant SLUG$"):
        regaining.find_by_address("nobody@cedar.example")


@pytest.mark.parametrize("password", ["", "7 chars", "x" * 1001])
def test_a_password_that_could_not_be_used_is_refused_and_changes_nothing(
    app: Flask, cedar: House, operating: None, password: str
) -> None:
    with pytest.raises(AccountError, match="A password has"):
        regaining.change_password(regaining.find_by_address(cedar.nour.email), password)
    assert signs_in(app, cedar.nour.email, PASSWORD)
    revoke(cedar, cedar.maya.email)
    with pytest.raises(AccountError, match="A password has"):
        regaining.restore(regaining.find_by_address(cedar.maya.email), password)
    assert regaining.find_by_address(cedar.maya.email).revoked_at is not None


@pytest.fixture
def command(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Run an `ordertrack` command; what it printed."""

    def run(*arguments: str) -> str:
        environment = environment_of(settings, tmp_path_factory.mktemp("commands"))
        asked = [sys.executable, "-m", "ordertrack.commands", *arguments]
        done = subprocess.run(
            asked, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done
        return done.stdout

    return run


def test_by_command_the_open_screens_close_at_once(
    server: Server, cedar: House, command: Callable[..., str]
) -> None:
    caller = sign_in(server.port, cedar.nour)
    stream = EventStream(server.port, "/r/hamra/kitchen/stream", caller.headers)
    assert stream.status == 200

    def has_ended() -> bool:
        try:
            stream.next(0.1)
        except StreamEnded:
            return True
        return False

    said = json.loads(command("staff", "password", cedar.nour.email, "--password", NEW, "--json"))
    assert (said["email"], said["role"], said["tenant"]) == (cedar.nour.email, "kitchen", cedar.slug)
    wait_for(has_ended, "the stream to end")
    stream.close()
    assert caller.call("/r/hamra/kitchen/stream").status == 401


def test_by_command_an_address_comes_back_and_keys_are_listed(
    cedar: House, rival: House, command: Callable[..., str]
) -> None:
    command("staff", "revoke", cedar.nour.email, "--tenant", cedar.slug)
    assert json.loads(command("staff", "restore", cedar.nour.email, "--json"))["name"] == "Nour"
    (key,) = json.loads(command("key", "list", "--tenant", cedar.slug, "--json"))
    assert (key["name"], key["tenant"], key["id"]) == ("Till", cedar.slug, cedar.program.actor[4:])
    assert cedar.key not in str(key)
    everybodys = command("key", "list")
    assert f"{cedar.slug}  Till  since " in everybodys and f"{rival.slug}  Till  since " in everybodys
