"""Somebody is invited by a link, gets another role, calls themselves otherwise; none above one's own role."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from ordertrack.database.session import db, tenant_context
from ordertrack.rules.roles import Role
from ordertrack.tenants import accounts
from ordertrack.tenants.models import PasswordLink, StaffMember
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.staff import staff_accounts
from support.cast import PASSWORD, House, Person
from support.tablet import hire, id_of

NEW = "blue bicycle in rain"
SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def omar(operator_app: Flask, cedar: House, sign_in: SignIn) -> FlaskClient:
    """The owner of Cedar, signed in."""
    with operator_app.app_context():
        tenant = accounts.find_tenant(cedar.slug)
        email = f"omar@{cedar.slug}.example"
        member = staff_accounts.create_staff_member(tenant, email, "Omar", Role.OWNER, PASSWORD)
        return sign_in(Person(email, Principal(tenant.id, f"staff:{member.id}", "Omar", Role.OWNER)))


def form(house: House, **more: str) -> dict[str, str]:
    invited = {"invited_name": "Rita", "email": f" Rita@{house.slug}.example ", "invited_role": "dispatch"}
    return invited | {"language": "fr"} | more


def path_in(page: str) -> str:
    (path,) = re.findall(r'value="http://localhost(/password/[\w-]{43})"', page)
    return str(path)


def person(app: Flask, house: House, name: str) -> StaffMember | None:
    with tenant_context(app, house.tenant_id):
        return db.session.scalar(select(StaffMember).where(StaffMember.name == name))


def test_who_is_invited_chooses_a_password_in_their_language_and_signs_in(
    app: Flask, cedar: House, maya: FlaskClient
) -> None:
    answer = maya.post("/people/invitations", data=form(cedar))
    assert answer.status_code == 200 and "An invitation for Rita" in answer.text
    assert "has chosen no password yet" in maya.get("/people").text
    path, device = path_in(answer.text), app.test_client()
    rita = {"email": f"rita@{cedar.slug}.example", "password": NEW}
    assert device.post("/login", data=rita | {"password": ""}).status_code == 401
    page = device.get(path)
    assert 'lang="fr"' in page.text and "Rita" in page.text and "Cedar" in page.text
    assert device.post(path, data={"password": "short"}).status_code == 422
    assert device.post(path, data={"password": NEW}).location == "/login?chosen=1"
    assert device.get(path).status_code == 404
    assert device.post("/login", data=rita).status_code == 302
    assert 'lang="fr"' in device.get("/boards").text
    assert device.get("/people").status_code == 403
    assert "has chosen no password yet" not in maya.get("/people").text


def test_an_invitation_lasts_a_week_and_a_link_to_somebody_with_a_password_a_day(
    app: Flask, cedar: House, maya: FlaskClient
) -> None:
    maya.post("/people/invitations", data=form(cedar))
    maya.post(f"/people/{id_of(cedar.nour)}/password-link")
    with tenant_context(app, cedar.tenant_id):
        links = db.session.scalars(select(PasswordLink)).all()
        assert sorted((each.expires_at - each.created_at).days for each in links) == [1, 7]


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"invited_name": ""}, "name", "Write a name of up to 100"),
        ({"invited_name": "nour"}, "name", "somebody of this name already"),
        ({"email": "rita"}, "email", "Give an e-mail address"),
        ({"email": "a\0@b.example"}, "email", "Give an e-mail address"),
        ({"invited_role": "manager"}, "role", "Only owners"),
        ({"invited_role": "owner"}, "role", "Only owners"),
        ({"invited_role": "king"}, "role", "Choose what the person does"),
    ],
)
def test_an_invitation_that_cannot_be_is_refused_and_what_was_typed_stays(
    app: Flask, cedar: House, maya: FlaskClient, typed: dict[str, str], field: str, said: str
) -> None:
    answer = maya.post("/people/invitations", data=form(cedar, **typed))
    assert answer.status_code == 422 and said in answer.text and f'id="problem-invite-{field}"' in answer.text
    assert 'value="Rita"' in answer.text or field == "name"
    assert person(app, cedar, "Rita") is None


def test_an_address_belongs_to_one_person_of_all_companies(
    app: Flask, cedar: House, rival: House, maya: FlaskClient
) -> None:
    for taken in (cedar.nour.email, rival.nour.email):
        answer = maya.post("/people/invitations", data=form(cedar, email=taken.upper()))
        assert answer.status_code == 422 and "signs in with this address already" in answer.text
        assert "Rival" not in answer.text
    assert person(app, cedar, "Rita") is None


def test_owners_invite_and_name_managers_and_managers_do_not(
    app: Flask, cedar: House, omar: FlaskClient, maya: FlaskClient
) -> None:
    assert omar.post("/people/invitations", data=form(cedar, invited_role="manager")).status_code == 200
    nour = f"/people/{id_of(cedar.nour)}/role"
    refused = maya.post(nour, data={"new_role": "manager", "seen": "kitchen"})
    assert refused.status_code == 422 and "Only owners" in refused.text
    assert maya.post(f"/people/{id_of(cedar.maya)}/role", data={"new_role": "owner"}).status_code == 403
    rita = person(app, cedar, "Rita")
    assert rita is not None
    assert maya.post(f"/people/{rita.id}/role", data={"new_role": "kitchen"}).status_code == 403
    assert omar.post(nour, data={"new_role": "manager", "seen": "kitchen"}).status_code == 302
    made = person(app, cedar, "Nour")
    assert made is not None and made.role == Role.MANAGER


def test_another_role_signs_them_out_and_a_stale_form_is_refused(
    cedar: House, maya: FlaskClient, sign_in: SignIn
) -> None:
    nour, path = sign_in(cedar.nour), f"/people/{id_of(cedar.nour)}/role"
    assert nour.get("/r/hamra/kitchen").status_code == 200
    said = maya.post(path, data={"new_role": "dispatch", "seen": "kitchen"}, follow_redirects=True)
    assert "Nour has the role Dispatch from now on." in said.text
    assert nour.get("/r/hamra/kitchen").status_code == 302
    assert sign_in(cedar.nour).get("/r/hamra/dispatch").status_code == 200
    stale = maya.post(path, data={"new_role": "kitchen", "seen": "kitchen"})
    assert stale.status_code == 422 and "another role meanwhile" in stale.text


def test_who_has_no_address_is_no_manager(
    app: Flask, operator_app: Flask, cedar: House, omar: FlaskClient
) -> None:
    walid = hire(operator_app, cedar, "Walid", Role.DISPATCH)
    answer = omar.post(f"/people/{walid}/role", data={"new_role": "manager", "seen": "dispatch"})
    assert answer.status_code == 422 and "invite them with theirs" in answer.text


def test_one_calls_oneself_otherwise_and_chooses_a_language(
    app: Flask, cedar: House, sign_in: SignIn
) -> None:
    nour = sign_in(cedar.nour)
    wanted = {"name": "Nour K.", "language": "ar", "seen": "Nour"}
    assert nour.post("/account/details", data=wanted).status_code == 302
    page = nour.get("/account").text
    assert "Nour K." in page and 'dir="rtl"' in page
    fresh = sign_in(cedar.nour)
    assert 'lang="ar"' in fresh.get("/boards").text
    stale = nour.post("/account/details", data=wanted | {"name": "Nour L.", "language": "en"})
    assert stale.status_code == 422 and "Nour L." in stale.text
    for wrong in ({"name": ""}, {"name": "Maya"}, {"language": "xx"}):
        refused = nour.post("/account/details", data=wanted | {"seen": "Nour K."} | wrong)
        assert refused.status_code == 422 and 'id="details-problem"' in refused.text
    made = person(app, cedar, "Nour K.")
    assert made is not None and made.language == "ar"


def test_kitchen_and_dispatch_invite_nobody(cedar: House, sign_in: SignIn) -> None:
    for who in (cedar.nour, cedar.karim):
        client = sign_in(who)
        assert client.post("/people/invitations", data=form(cedar)).status_code == 403
        assert client.post(f"/people/{id_of(cedar.nour)}/role", data={"new_role": "owner"}).status_code == 403
