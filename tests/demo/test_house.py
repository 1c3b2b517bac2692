"""The demo tenant is made once, and whoever the list names can sign in, whatever happened to the list."""

from __future__ import annotations

import dataclasses
import json
import stat
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select, update

from ordertrack.database.config import Settings
from ordertrack.database.session import db
from ordertrack.demo.house import people as house
from ordertrack.demo.house.people import SignIn
from ordertrack.demo.simulation import menu
from ordertrack.demo.simulation.open_orders import restaurants
from ordertrack.restaurants import roster
from ordertrack.rules.roles import Role
from ordertrack.tenants import accounts
from ordertrack.tenants.credentials.passwords import verify_password
from ordertrack.tenants.models import StaffMember
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.restaurants import find_restaurant
from ordertrack.tenants.staff import staff_accounts
from ordertrack.tenants.staff.pins import is_obvious


@pytest.fixture
def kept(settings: Settings) -> Iterator[Settings]:
    """A house that is ready, and ready again afterwards."""
    house.prepare(settings)
    yield settings
    house.prepare(settings)


@pytest.fixture
def holds(operator_app: Flask) -> Callable[[SignIn], bool]:
    """Whether the database would let this person in; asks no sign-in page, which is throttled."""

    def password_holds(person: SignIn) -> bool:
        with operator_app.app_context():
            tenant = accounts.find_tenant(house.SLUG)
            query = select(StaffMember.password_hash).where(
                StaffMember.tenant_id == tenant.id, StaffMember.email == person.email
            )
            return verify_password(db.session.scalar(query), person.password)

    return password_holds


def test_four_people_in_four_roles_holds(kept: Settings, app: Flask) -> None:
    people = house.sign_ins(kept)
    assert [person.role for person in people] == [role.value for role in Role]
    assert all(person.email.endswith("@demo.example") for person in people)
    for person in people:
        form = {"email": person.email, "password": person.password}
        assert app.test_client().post("/login", data=form).status_code == 302


def test_a_second_start_finds_everything_as_it_was(kept: Settings) -> None:
    before = house.sign_ins(kept)
    with house.working(kept, house.SLUG) as tenant:
        tenant_id = tenant.id
    house.prepare(kept)
    assert house.sign_ins(kept) == before
    with house.working(kept, house.SLUG) as tenant:
        assert tenant.id == tenant_id
        assert restaurants(tenant.id) == ("hamra", "jounieh")


def test_riders_are_on_the_list_and_one_who_was_taken_off_stays_off(kept: Settings) -> None:
    with house.working(kept, house.SLUG, as_operator=True) as tenant:
        restaurant = find_restaurant(tenant.id, "hamra")
        assert restaurant is not None
        riders = roster.of_restaurant(tenant.id, restaurant.id).riders
        assert {rider.name for rider in riders} == set(menu.RIDERS)
        assert [rider.is_here for rider in riders] == [True, True, True, False]
        roster.remove(restaurant.id, riders[0].name, by=Principal(tenant.id, "program:test", "test"))
    house.prepare(kept)
    with house.working(kept, house.SLUG) as tenant:
        assert roster.of_restaurant(tenant.id, restaurant.id).riders == riders[1:]


def test_passwords_are_kept_where_only_their_owner_reads_and_never_twice_the_same(kept: Settings) -> None:
    path = kept.data_folder / house.KEPT_IN
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    passwords = [person.password for person in house.sign_ins(kept)]
    assert len(set(passwords)) == 4
    assert all(word.isascii() and word == word.lower() for word in passwords)


@pytest.mark.parametrize("remains", [None, "", "{", "[]", "[1]", '[{"role": "kitchen"}]', "7"])
def test_a_list_that_was_lost_or_spoilt_is_made_anew_with_new_passwords(
    kept: Settings, holds: Callable[[SignIn], bool], remains: str | None
) -> None:
    before = house.sign_ins(kept)
    path = kept.data_folder / house.KEPT_IN
    path.unlink() if remains is None else path.write_text(remains)
    assert house.sign_ins(kept) == []
    house.prepare(kept)
    after = house.sign_ins(kept)
    assert [person.email for person in after] == [person.email for person in before]
    assert holds(after[0])
    assert not holds(before[0])


def test_a_password_that_the_database_does_not_know_is_told_to_it(
    kept: Settings, holds: Callable[[SignIn], bool]
) -> None:
    path = kept.data_folder / house.KEPT_IN
    people = json.loads(path.read_text())
    people[0]["password"] = "from-another-house"
    path.write_text(json.dumps(people))
    house.prepare(kept)
    assert house.sign_ins(kept)[0].password == "from-another-house"
    assert holds(house.sign_ins(kept)[0])


def test_three_cooks_and_two_dispatchers_have_pins_that_hold_and_that_nobody_guesses_first(
    kept: Settings, operator_app: Flask
) -> None:
    people = house.pins(kept)
    assert [person.role for person in people] == [Role.KITCHEN] * 3 + [Role.DISPATCH] * 2
    house.prepare(kept)
    assert house.pins(kept) == people
    with operator_app.app_context():
        tenant = accounts.find_tenant(house.SLUG)
        for person in people:
            member = staff_accounts.find_staff_member(tenant, person.name)
            assert member.pin_hash and verify_password(member.pin_hash, person.pin)
            assert not is_obvious(person.pin)


def test_whoever_was_revoked_stays_out_and_off_the_list(kept: Settings, operator_app: Flask) -> None:
    with operator_app.app_context():
        tenant = accounts.find_tenant(house.SLUG)
        revoked = staff_accounts.revoke_staff_member(tenant, "samir@demo.example")
    house.prepare(kept)
    assert "samir@demo.example" not in [person.email for person in house.sign_ins(kept)]
    with operator_app.app_context():
        accounts.find_tenant(house.SLUG)
        db.session.execute(update(StaffMember).values(revoked_at=None).where(StaffMember.id == revoked.id))
        db.session.commit()


def test_asking_for_the_sign_ins_asks_no_database(kept: Settings) -> None:
    nowhere = dataclasses.replace(kept, database_url="postgresql://nobody@localhost:1/nothing")
    assert house.sign_ins(nowhere) == house.sign_ins(kept)
