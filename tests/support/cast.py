"""The recurring cast of the tests: a house with its people, and the password they share."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass, replace
from functools import cache
from unittest import mock
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher
from flask import Flask

from ordertrack.database.app import make_bare_app
from ordertrack.database.config import Settings
from ordertrack.database.session import db
from ordertrack.rules.roles import Role
from ordertrack.tenants import accounts
from ordertrack.tenants.credentials import digests
from ordertrack.tenants.keys import api_keys
from ordertrack.tenants.models import Tenant
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.staff import staff_accounts
from support import copied_rows
from support.copied_rows import Copied

PASSWORD = "cedar-and-salt"
TIMEZONE = ZoneInfo("Asia/Beirut")
# For thousands of sign-ins: a hash says itself what it costs to check, and these cost nearly nothing.
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_hash_once = cache(CHEAP.hash)


@dataclass(frozen=True)
class Person:
    """A staff member: their e-mail address and who they are to the rules."""

    email: str
    principal: Principal


@dataclass(frozen=True)
class House:
    """A tenant with two restaurants, its staff, and a key of its own."""

    tenant_id: uuid.UUID
    slug: str
    restaurants: tuple[str, ...]
    nour: Person
    karim: Person
    maya: Person
    key: str
    program: Principal

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}


def hire(operator: Flask, house: House, name: str, role: Role) -> Person:
    """Somebody of a house, with an account of one test's own."""
    with operator.app_context():
        tenant = accounts.find_tenant(house.slug)
        email = f"{name.lower()}-{secrets.token_hex(4)}@{house.slug}.example"
        return _hire(tenant, email, name, role)


def with_another_maya(operator: Flask, house: House) -> House:
    """The same house with a manager of one test's own: nobody may sign in as often as many tests would."""
    return replace(house, maya=hire(operator, house, "Maya", Role.MANAGER))


def _hire(tenant: Tenant, email: str, name: str, role: Role) -> Person:
    # What is judged once is not judged again for thousands: tests/tenants/test_new_passwords.py does it.
    with (
        mock.patch.object(staff_accounts, "hash_password", _hash_once),
        mock.patch.object(staff_accounts, "checked_password", lambda password, _member: password),
    ):
        member = staff_accounts.create_staff_member(tenant, email, name, role, PASSWORD)
    return Person(email, Principal(tenant.id, f"staff:{member.id}", member.name, role))


def hire_owner(operator: Flask, house: House) -> Person:
    """Rima, who owns the company."""
    return hire(operator, house, "Rima", Role.OWNER)


def make_somebody(settings: Settings) -> None:
    """A company that no test knows of: without any, pages lead nowhere but to the founding of one."""
    operator = make_bare_app(settings, as_operator=True)
    with operator.app_context():
        accounts.create_tenant("Somebody", "somebody")
        db.session.remove()
        db.engine.dispose()


@dataclass(frozen=True)
class _Kind:
    """A house as it was made first, and its rows, of which others of its kind are made."""

    first: House
    rows: Copied

    def another(self, slug: str) -> House:
        first, secret = self.first, api_keys.new_secret()
        words = {first.slug: slug, digests.hash_key(first.key): digests.hash_key(secret)}
        with db.engine.begin() as connection:
            ids = self.rows.write(connection, words)

        def principal(of: Principal) -> Principal:
            kind, _, own = of.actor.partition(":")
            return replace(of, tenant_id=ids[of.tenant_id], actor=f"{kind}:{ids[uuid.UUID(own)]}")

        def person(of: Person) -> Person:
            return Person(of.email.replace(first.slug, slug), principal(of.principal))

        cast = (person(of) for of in (first.nour, first.karim, first.maya))
        return House(ids[first.tenant_id], slug, first.restaurants, *cast, secret, principal(first.program))


def make_house(operator: Flask, name: str, restaurants: tuple[str, ...]) -> House:
    """Make a tenant with its cast; the names of restaurants are its own."""
    kinds: dict[tuple[str, tuple[str, ...]], _Kind] = operator.extensions.setdefault("kinds of houses", {})
    slug = f"{name.lower()}-{secrets.token_hex(4)}"
    with operator.app_context():
        if kind := kinds.get((name, restaurants)):
            return kind.another(slug)
        # One transaction for all of it.
        with mock.patch.object(db.session, "commit", db.session.flush):
            house = _make(name, slug, restaurants)
        kinds[name, restaurants] = _Kind(
            house, copied_rows.of_tenant(db.session.connection(), house.tenant_id)
        )
        db.session.commit()
        return house


def _make(name: str, slug: str, restaurants: tuple[str, ...]) -> House:
    tenant = accounts.create_tenant(name, slug)
    for restaurant in restaurants:
        accounts.create_restaurant(tenant, restaurant.title(), restaurant, TIMEZONE.key)
    key, secret = api_keys.create_key(tenant, "Till")
    return House(
        tenant.id,
        slug,
        restaurants,
        _hire(tenant, f"nour@{slug}.example", "Nour", Role.KITCHEN),
        _hire(tenant, f"karim@{slug}.example", "Karim", Role.DISPATCH),
        _hire(tenant, f"maya@{slug}.example", "Maya", Role.MANAGER),
        secret,
        Principal(tenant.id, f"key:{key.id}", key.name),
    )
