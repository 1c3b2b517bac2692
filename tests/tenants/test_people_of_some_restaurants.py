"""Who is of some restaurants sees these alone: on every page, in every stream, and among people and keys."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from ordertrack.backoffice.access import people_views
from ordertrack.database.session import db, tenant_context
from ordertrack.overview.channel import CHANNEL as OVERVIEW
from ordertrack.presence.channel import CHANNEL as SCREENS
from ordertrack.rules.roles import Role
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.tenants import accounts, restaurants
from ordertrack.tenants.models import StaffMember
from ordertrack.tenants.principal import Principal, TabletPlace
from ordertrack.tenants.shared_tablets import tablet_codes, tablet_session
from ordertrack.tenants.staff import people, staff_accounts
from support.cast import PASSWORD, House, Person
from support.tablet import give_pin, id_of, set_up

SignIn = Callable[[Person], FlaskClient]
OTHER = "Jounieh"


def make_of_hamra(operator: Flask, house: House, person: Person, hamra: uuid.UUID) -> Person:
    """Have somebody be of Hamra alone."""
    with operator.app_context():
        tenant = accounts.find_tenant(house.slug)
        member = staff_accounts.find_staff_member(tenant, person.email)
        owner = Principal(tenant.id, "program:ordertrack", "ordertrack")
        assert people.change_work(member, member.role, [hamra], by=owner, seen=people.work_of(member))
    return person


@pytest.fixture
def of_hamra(operator_app: Flask, cedar: House, hamra: uuid.UUID) -> Callable[[Person], Person]:
    return lambda person: make_of_hamra(operator_app, cedar, person, hamra)


@pytest.fixture
def served(cedar: House, place: Callable[..., uuid.UUID], sign_in: SignIn) -> tuple[uuid.UUID, str]:
    """An order and a tablet in Jounieh."""
    return place(cedar, Fulfilment.DELIVERY, "jounieh"), set_up(sign_in, cedar, "kitchen", "jounieh").id


def test_a_manager_of_some_restaurants_finds_nothing_of_the_others_on_any_page(
    app: Flask,
    cedar: House,
    place: Callable[..., uuid.UUID],
    served: tuple[uuid.UUID, str],
    of_hamra: Callable[[Person], Person],
    sign_in: SignIn,
) -> None:
    place(cedar)
    everything = sign_in(cedar.maya)
    pages = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments and not rule.endpoint.startswith("static")
        if not rule.rule.endswith("/stream") and not rule.rule.startswith(("/api", "/metrics", "/healthz"))
    ]
    told_before = {page for page in pages if OTHER in everything.get(page).text}
    assert {
        "/",
        "/boards",
        "/orders",
        "/sla",
        "/restaurants",
        "/tablets",
        "/audit",
        "/screens",
    } <= told_before
    manager = sign_in(of_hamra(cedar.maya))
    assert "Hamra" in manager.get("/").text and "Hamra" in manager.get("/sla").text
    told = {page for page in pages if re.search(OTHER, manager.get(page).text, re.IGNORECASE)}
    assert told == set()


def test_whatever_names_another_restaurant_or_what_is_in_it_is_not_there(
    app: Flask,
    cedar: House,
    served: tuple[uuid.UUID, str],
    of_hamra: Callable[[Person], Person],
    sign_in: SignIn,
) -> None:
    order_id, tablet_id = served
    manager = sign_in(of_hamra(cedar.maya))
    values = {"restaurant": "jounieh", "order_id": str(order_id), "tablet_id": tablet_id, "board": "kitchen"}
    asked = 0
    for rule in app.url_map.iter_rules():
        names = rule.arguments
        if not names or names - values.keys() or rule.rule.startswith(("/api", "/track")):
            continue
        path = app.url_map.bind("").build(
            rule.endpoint, {n: uuid.UUID(values[n]) if "uuid:" + n in rule.rule else values[n] for n in names}
        )
        for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}:
            body = {"seen": OrderStatus.PENDING.value, "to": OrderStatus.CONFIRMED.value, "act": "rush"}
            answer = manager.open(path, method=method, data=body)
            assert answer.status_code == 404, (method, path, answer.status_code)
            asked += 1
    assert asked > 25
    assert manager.get("/sla?restaurant=jounieh").status_code == 422
    assert manager.get("/audit?restaurant=jounieh").status_code == 422
    assert manager.get("/orders?restaurant=jounieh").status_code == 404
    new = {"restaurant": "jounieh", "board": "kitchen", "name": "Grill"}
    assert manager.post("/tablets", data=new).status_code == 422
    assert manager.post("/tablets/codes", data=new).status_code == 422
    with tenant_context(app, cedar.tenant_id):
        jounieh = restaurants.find_restaurant(cedar.tenant_id, "jounieh")
        assert jounieh is not None
        code = tablet_codes.make(jounieh.id, "kitchen", "Grill", by=cedar.maya.principal).id
    assert manager.get(f"/tablets/codes/{code}").status_code == 404
    assert manager.post(f"/tablets/codes/{code}/refuse").status_code == 404
    assert manager.post("/restaurants", data={"name": "Tyre", "timezone": "Asia/Beirut"}).status_code == 403


def test_streams_of_all_restaurants_are_closed_to_who_is_of_some(
    app: Flask, cedar: House, hamra: uuid.UUID
) -> None:
    with tenant_context(app, cedar.tenant_id):
        bound = restaurants.bound_to(cedar.tenant_id, [hamra])
    maya = cedar.maya.principal
    some = Principal(maya.tenant_id, maya.actor, maya.name, maya.role, restaurants=bound)
    for channel in (OVERVIEW, SCREENS):
        of_all = channel.topic(cedar.tenant_id, "en")
        of_hamra = channel.topic(cedar.tenant_id, "en", slugs=some.slugs)
        of_jounieh = channel.topic(cedar.tenant_id, "en", slugs=frozenset({"jounieh"}))
        assert [channel.admits(some, topic) for topic in (of_all, of_hamra, of_jounieh)] == [
            False,
            True,
            False,
        ]
        assert channel.admits(maya, of_all)
        with tenant_context(app, cedar.tenant_id):
            assert OTHER in channel.snapshot(of_all, None).data  # type: ignore[arg-type]
            assert OTHER not in channel.snapshot(of_hamra, None).data  # type: ignore[arg-type]


def test_a_cook_of_one_restaurant_works_in_no_other(
    app: Flask,
    operator_app: Flask,
    cedar: House,
    hamra: uuid.UUID,
    served: tuple[uuid.UUID, str],
    of_hamra: Callable[[Person], Person],
    sign_in: SignIn,
) -> None:
    nour = sign_in(of_hamra(cedar.nour))
    assert nour.get("/r/hamra/kitchen").status_code == 200
    assert nour.get("/r/jounieh/kitchen").status_code == 404
    give_pin(operator_app, cedar, cedar.nour)
    here, there = set_up(sign_in, cedar), set_up(sign_in, cedar, "kitchen", "jounieh")
    assert "Nour" in here.client.get("/tablet/people").text
    assert "Nour" not in there.client.get("/tablet/people").text
    sign_on = {"staff": id_of(cedar.nour), "pin": "8462"}
    assert there.client.post("/tablet/person", data=sign_on).status_code == 403


def test_a_token_of_a_tablet_is_worth_nothing_once_its_person_works_elsewhere(
    app: Flask, operator_app: Flask, cedar: House, hamra: uuid.UUID, of_hamra: Callable[[Person], Person]
) -> None:
    give_pin(operator_app, cedar, cedar.nour)
    of_hamra(cedar.nour)
    with tenant_context(app, cedar.tenant_id):
        member = db.session.scalar(select(StaffMember).where(StaffMember.name == "Nour"))
        assert member is not None
        places = {slug: restaurants.find_restaurant(cedar.tenant_id, slug) for slug in cedar.restaurants}
        admitted = [
            tablet_session.admits(TabletPlace(uuid.uuid4(), each.id, each.slug, each.name, "kitchen"), member)
            for each in places.values()
            if each is not None
        ]
    assert admitted == [True, False]


def test_managers_of_some_restaurants_manage_the_people_and_keys_of_these_alone(
    app: Flask, cedar: House, of_hamra: Callable[[Person], Person], sign_in: SignIn
) -> None:
    of_hamra(cedar.nour)
    manager = sign_in(of_hamra(cedar.maya))
    page = manager.get("/people").text
    assert "Nour" in page and "Karim" in page, "Karim is of all restaurants, and so of this one"
    karim, nour = f"/people/{id_of(cedar.karim)}", f"/people/{id_of(cedar.nour)}"
    assert manager.post(f"{karim}/end").status_code == 403
    assert manager.post(f"{nour}/pin", data={"pin": "7294"}).status_code == 302
    everywhere = manager.post(f"{nour}/role", data={"new_role": "kitchen", "seen": "kitchen"})
    assert everywhere.status_code == 422
    form = {"invited_name": "Rita", "email": f"rita@{cedar.slug}.example", "invited_role": "kitchen"}
    assert manager.post("/people/invitations", data=form).status_code == 422
    assert manager.post("/people/invitations", data=form | {"restaurant": "jounieh"}).status_code == 422
    assert manager.post("/people/invitations", data=form | {"restaurant": "hamra"}).status_code == 200
    manager.post("/people", data={"name": "Walid", "role": "kitchen", "pin": "7294"})
    with tenant_context(app, cedar.tenant_id):
        made = db.session.scalars(select(StaffMember).where(StaffMember.name.in_(("Rita", "Walid")))).all()
        assert [len(each.restaurant_ids or ()) for each in made] == [1, 1]
    key = {"name": "Shop", "scope": "orders:read"}
    assert manager.post("/keys", data=key).status_code == 422
    assert manager.post("/keys", data=key | {"restaurant": "hamra"}).status_code == 200
    assert manager.post(f"/keys/{cedar.program.actor.removeprefix('key:')}/end").status_code == 404


def test_restaurants_are_given_and_taken_on_the_page_and_who_is_of_others_is_not_met(
    app: Flask, cedar: House, maya: FlaskClient, sign_in: SignIn, of_hamra: Callable[[Person], Person]
) -> None:
    path = f"/people/{id_of(cedar.nour)}/role"
    given = {"new_role": "kitchen", "restaurant": "jounieh", "seen": "kitchen"}
    assert maya.post(path, data=given).status_code == 302
    assert sign_in(cedar.nour).get("/r/hamra/kitchen").status_code == 404
    stale = maya.post(path, data={"new_role": "kitchen", "seen": "kitchen"})
    assert stale.status_code == 422
    manager = sign_in(of_hamra(cedar.maya))
    assert "Nour" not in manager.get("/people").text
    assert manager.post(f"/people/{id_of(cedar.nour)}/end").status_code == 404


def test_where_there_are_many_restaurants_they_are_written_and_what_was_written_stays(
    cedar: House, maya: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people_views, "MOST_TICKED", 1)
    path = f"/people/{id_of(cedar.nour)}/role"
    wrong = maya.post(path, data={"new_role": "kitchen", "restaurant": "hamra, tyre", "seen": "kitchen"})
    assert (
        wrong.status_code == 422
        and "no such restaurant" in wrong.text
        and 'value="hamra, tyre"' in wrong.text
    )
    given = {"new_role": "kitchen", "restaurant": " jounieh,hamra, ", "seen": "kitchen"}
    assert maya.post(path, data=given).status_code == 302
    page = maya.get("/people").text
    assert 'value="hamra, jounieh"' in page and 'type="checkbox" name="restaurant"' not in page


def test_an_owner_is_of_all_restaurants(
    app: Flask, operator_app: Flask, cedar: House, hamra: uuid.UUID
) -> None:
    with operator_app.app_context():
        tenant = accounts.find_tenant(cedar.slug)
        email = f"omar@{cedar.slug}.example"
        omar = staff_accounts.create_staff_member(tenant, email, "Omar", Role.OWNER, PASSWORD)
        by = Principal(tenant.id, "program:ordertrack", "ordertrack")
        with pytest.raises(accounts.AccountError, match="sees to all restaurants"):
            people.change_work(omar, Role.OWNER, [hamra], by=by, seen=people.work_of(omar))
