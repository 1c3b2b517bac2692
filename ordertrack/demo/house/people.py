"""The demo tenant: two restaurants, its people, and the one place where passwords and PINs can be read."""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import click
from sqlalchemy import select

from ordertrack.database.app import make_bare_app
from ordertrack.database.config import Settings
from ordertrack.database.session import db, enter_tenant
from ordertrack.demo.house import dishes, past_weeks, tablet_people
from ordertrack.demo.house.tablet_people import KnownPin
from ordertrack.demo.simulation import menu
from ordertrack.restaurants import brand, roster
from ordertrack.restaurants.brand import Brand
from ordertrack.restaurants.operations import OperationSettings
from ordertrack.restaurants.roster import Rider
from ordertrack.restaurants.save import save_brand, save_operations
from ordertrack.rules.roles import Role
from ordertrack.tenants import accounts
from ordertrack.tenants.credentials.passwords import hash_password, verify_password
from ordertrack.tenants.models import Restaurant, StaffMember, Tenant
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.staff import staff_accounts

SLUG = "demo"
TENANT_NAME = "Seven Lemons"
RESTAURANTS = {"hamra": "Seven Lemons Hamra", "jounieh": "Seven Lemons Jounieh"}
TIMEZONE = "Asia/Beirut"
_SHOWN_TO_GUESTS = {
    "hamra": ("#17493a", "+961 1 555 701", ("Makdissi Street 48", "Hamra, Beirut")),
    "jounieh": ("#8a3b12", "+961 9 555 702", ("Old Souk 12", "Jounieh")),
}
KEPT_IN = "demo-sign-ins.json"

_STAFF = (
    (Role.KITCHEN, "nour@demo.example", "Nour"),
    (Role.DISPATCH, "karim@demo.example", "Karim"),
    (Role.MANAGER, "maya@demo.example", "Maya"),
    (Role.OWNER, "samir@demo.example", "Samir"),
)
# Letters that no one mistakes for others, in syllables: eight give 44 random bits, the digits six more.
_CONSONANTS = "bdfgkmnprstz"
_VOWELS = "aeou"


class SignIn(NamedTuple):
    role: str
    email: str
    password: str


@contextmanager
def working(settings: Settings, slug: str, *, as_operator: bool = False) -> Iterator[Tenant]:
    """Inside the tenant with this slug, confined as a request is, or as the owner of the schema."""
    with _connected(settings, as_operator):
        tenant = accounts.find_tenant(slug)
        db.session.commit()
        yield tenant


def prepare(settings: Settings) -> None:
    """Make what is missing of the demo tenant, and make file and database agree on its passwords.

    The schema must be up to date. Raises AccountError if another tenant's staff has one of the addresses.
    """
    with _connected(settings, as_operator=True):
        tenant = db.session.scalar(select(Tenant).where(Tenant.slug == SLUG))
        if tenant is None:
            tenant = accounts.create_tenant(TENANT_NAME, SLUG)
        enter_tenant(tenant.id)
        _open_restaurants(tenant)
        dishes.put_on(Principal(tenant.id, "program:demo", "as set up"))
        kept = {each.email: each.password for each in sign_ins(settings)}
        admitted = [_admit(tenant, role, email, name, kept.get(email)) for role, email, name in _STAFF]
        on_tablets = tablet_people.admit(tenant, pins(settings))
        _keep(settings.data_folder / KEPT_IN, [*(each for each in admitted if each is not None), *on_tablets])
        db.session.commit()  # after the file: a password that nobody can read must not hold
        if past_weeks.is_missing(tenant.id):
            click.echo(f"Making four weeks of history for {TENANT_NAME} ...", err=True)
            past_weeks.write(tenant.id, dt.datetime.now(dt.UTC))


def sign_ins(settings: Settings) -> list[SignIn]:
    """Who may sign in, as `prepare` last kept it; asks no database. Empty if it was never kept."""
    try:
        return [
            SignIn(each["role"], each["email"], each["password"])
            for each in _kept(settings)
            if "pin" not in each
        ]
    except (TypeError, KeyError):
        return []


def pins(settings: Settings) -> list[KnownPin]:
    """Who may sign on at tablets, as `prepare` last kept it; as above."""
    try:
        return [
            KnownPin(each["role"], each["name"], each["pin"]) for each in _kept(settings) if "pin" in each
        ]
    except (TypeError, KeyError):
        return []


def _kept(settings: Settings) -> Any:
    try:
        return json.loads((settings.data_folder / KEPT_IN).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return []


@contextmanager
def _connected(settings: Settings, as_operator: bool) -> Iterator[None]:
    with make_bare_app(settings, as_operator=as_operator).app_context():
        try:
            yield
        finally:
            db.session.remove()
            db.engine.dispose()


def _open_restaurants(tenant: Tenant) -> None:
    open_ones = select(Restaurant).where(Restaurant.tenant_id == tenant.id)
    there = {restaurant.slug: restaurant.id for restaurant in db.session.scalars(open_ones)}
    by = Principal(tenant.id, "program:demo", "as set up")
    for slug, name in RESTAURANTS.items():
        if slug not in there:
            there[slug] = accounts.create_restaurant(tenant, name, slug, TIMEZONE).id
            save_operations(OperationSettings(there[slug], stations=menu.STATIONS[slug]), by=by)
        if brand.of_restaurant(tenant.id, there[slug]).version == 0:
            colour, phone, address = _SHOWN_TO_GUESTS[slug]
            save_brand(Brand(there[slug], colour, TENANT_NAME, phone, address), by=by)
        if roster.of_restaurant(tenant.id, there[slug]).version == 0:
            for number, rider in enumerate(menu.RIDERS):
                # The last one has the day off.
                is_here = number < len(menu.RIDERS) - 1
                roster.save(there[slug], Rider(rider, f"+961 3 555 {number:03}", is_here), by=by)


def _admit(tenant: Tenant, role: Role, email: str, name: str, password: str | None) -> SignIn | None:
    """See to it that this person can sign in with the password that is kept; nobody who was revoked."""
    member = db.session.scalar(
        select(StaffMember).where(StaffMember.tenant_id == tenant.id, StaffMember.email == email)
    )
    if member is not None and member.revoked_at is not None:
        return None
    password = password or _new_password()
    if member is None:
        staff_accounts.create_staff_member(tenant, email, name, role, password)
    elif not verify_password(member.password_hash, password):
        member.password_hash = hash_password(password)
    return SignIn(role.value, email, password)


def _new_password() -> str:
    """Two words that mean nothing and a number: quick to type on a tablet's keyboard."""
    first, second = (
        "".join(secrets.choice(_CONSONANTS) + secrets.choice(_VOWELS) for _ in range(4)) for _ in range(2)
    )
    return f"{first}-{second}-{secrets.randbelow(90) + 10}"


def _keep(path: Path, people: list[SignIn | KnownPin]) -> None:
    """Write the file anew, readable by its owner only, and never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}")
    beside.unlink(missing_ok=True)
    with os.fdopen(
        os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        json.dump([person._asdict() for person in people], file, indent=2)
    beside.replace(path)
