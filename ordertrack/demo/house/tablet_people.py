"""Who works at the demo tenant's shared tablets, and the PINs that they tap there."""

from __future__ import annotations

import secrets
from typing import NamedTuple

from sqlalchemy import select

from ordertrack.database.session import db
from ordertrack.rules.roles import Role
from ordertrack.tenants.credentials.passwords import verify_password
from ordertrack.tenants.models import StaffMember, Tenant
from ordertrack.tenants.staff import people, pins

_PEOPLE = (
    (Role.KITCHEN, "Nour"),
    (Role.KITCHEN, "Rami"),
    (Role.KITCHEN, "Hala"),
    (Role.DISPATCH, "Karim"),
    (Role.DISPATCH, "Zeina"),
)


class KnownPin(NamedTuple):
    """Somebody of the demo who signs on at its tablets."""

    role: str
    name: str
    pin: str


def admit(tenant: Tenant, kept: list[KnownPin]) -> list[KnownPin]:
    """See to it that everybody can sign on with the PIN that is kept; nobody who was revoked."""
    known = {each.name: each.pin for each in kept}
    admitted = [_admit(tenant, role, name, known.get(name)) for role, name in _PEOPLE]
    return [each for each in admitted if each is not None]


def said(people_and_pins: list[KnownPin]) -> str:
    """One line for a terminal, unlike those of the sign-ins."""
    return "On tablets: " + ", ".join(f"{each.name} {each.pin}" for each in people_and_pins)


def _admit(tenant: Tenant, role: Role, name: str, pin: str | None) -> KnownPin | None:
    person = db.session.scalar(
        select(StaffMember)
        .where(StaffMember.tenant_id == tenant.id, StaffMember.name == name, StaffMember.role == role)
        .order_by(StaffMember.created_at)
    )
    if person is not None and person.revoked_at is not None:
        return None
    pin = pin or _new_pin()
    if person is None:
        people.add(tenant.id, name, role, pin)
    elif person.pin_hash is None or not verify_password(person.pin_hash, pin):
        person.pin_hash = pins.hash_new(pin)
    return KnownPin(role.value, name, pin)


def _new_pin() -> str:
    while pins.is_obvious(pin := f"{secrets.randbelow(10_000):04}"):
        pass
    return pin
