"""The people of a tenant, as those who manage them see to it: who there is, which PIN, and an end."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, select, update

from ordertrack.database.session import db
from ordertrack.i18n import names
from ordertrack.i18n.translate import gettext as _
from ordertrack.rules.roles import Role
from ordertrack.tenants import access, most, pins
from ordertrack.tenants.accounts import AccountError, checked_name, refuse
from ordertrack.tenants.models import StaffMember
from ordertrack.tenants.principal import Principal

WITHOUT_ADDRESS = (Role.KITCHEN, Role.DISPATCH)
"""Whose people may do without an e-mail address and a password."""
MOST_ENDED = 20
MOST_ENDED_LATELY = 100


class NoSuchPerson(LookupError):
    """There is no staff member of this id in the tenant, or their access has ended."""


def in_use(tenant_id: uuid.UUID) -> list[StaffMember]:
    """Everybody whose access has not ended, by name."""
    return list(
        db.session.scalars(
            select(StaffMember)
            .where(StaffMember.tenant_id == tenant_id, StaffMember.revoked_at.is_(None))
            .order_by(func.lower(StaffMember.name), StaffMember.id)
        )
    )


def ended_lately(tenant_id: uuid.UUID) -> list[StaffMember]:
    """Whose access ended so lately that it can be given back, the last one first; of very many one
    more than MOST_ENDED_LATELY."""
    undone = _ended(tenant_id).where(StaffMember.revoked_at > _undone_since())
    return list(db.session.scalars(undone.limit(MOST_ENDED_LATELY + 1)))


def ended_before(tenant_id: uuid.UUID) -> list[StaffMember]:
    """Whose access ended so long ago that it stays ended, the last one first; not more than are read."""
    too_late = _ended(tenant_id).where(StaffMember.revoked_at <= _undone_since())
    return list(db.session.scalars(too_late.limit(MOST_ENDED)))


def _ended(tenant_id: uuid.UUID) -> Select[StaffMember]:
    return (
        select(StaffMember)
        .where(StaffMember.tenant_id == tenant_id, StaffMember.revoked_at.is_not(None))
        .order_by(StaffMember.revoked_at.desc(), StaffMember.id)
    )


def _undone_since() -> ColumnElement[dt.datetime]:
    return func.clock_timestamp() - access.UNDONE_WITHIN


def find_ended(tenant_id: uuid.UUID, staff_id: uuid.UUID) -> StaffMember:
    """A staff member whose access has ended, whenever that was; raises NoSuchPerson."""
    person = db.session.scalar(_ended(tenant_id).where(StaffMember.id == staff_id))
    if person is None:
        raise NoSuchPerson(staff_id)
    return person


def give_back(person: StaffMember, *, by: str) -> None:
    """Give somebody back the access that ended lately; AccountError says why it cannot be."""
    if _has_twin(person.tenant_id, person.name):
        raise AccountError(_("Somebody else of this name has access now: it would be the same name twice."))
    refuse(most.people_reached(person.tenant_id))
    if not access.give_back_access(person, by=by):
        raise AccountError(_("It ended more than 24 hours ago: that can no longer be undone."))


def may_manage(manager: Principal, person: Any) -> bool:
    """Owners manage everybody; managers the kitchen's and the dispatch's people, and themselves."""
    if manager.role == Role.OWNER or f"staff:{person.id}" == manager.actor:
        return True
    return manager.role == Role.MANAGER and person.role in WITHOUT_ADDRESS


def find(tenant_id: uuid.UUID, staff_id: uuid.UUID) -> StaffMember:
    """A staff member whose access has not ended; raises NoSuchPerson."""
    person = db.session.scalar(
        select(StaffMember).where(
            StaffMember.tenant_id == tenant_id, StaffMember.id == staff_id, StaffMember.revoked_at.is_(None)
        )
    )
    if person is None:
        raise NoSuchPerson(staff_id)
    return person


def add(tenant_id: uuid.UUID, name: str, role: Role, pin: str) -> StaffMember:
    """Somebody who only ever taps a name and a PIN; AccountError says what cannot be as asked."""
    if role not in WITHOUT_ADDRESS:
        raise AccountError(_("A manager signs in with an e-mail address: the operator makes one."))
    name, pin_hash = checked_name(name), _hashed(pin)
    if _has_twin(tenant_id, name):
        raise AccountError(_("There is somebody of this name already: add a letter or a second name."))
    refuse(most.people_reached(tenant_id))
    # Not by the session, which would name every column: the application's role may not write them all.
    person = db.session.scalars(
        insert(StaffMember)
        .values(tenant_id=tenant_id, id=uuid.uuid4(), name=name, role=role, pin_hash=pin_hash)
        .returning(StaffMember)
    ).one()
    db.session.commit()
    return person


def set_pin(person: StaffMember, pin: str) -> None:
    """Give a person a PIN: who is on with the one before has to sign on again, and nothing stays locked."""
    pin_hash = _hashed(pin)
    db.session.execute(
        update(StaffMember)
        .where(StaffMember.tenant_id == person.tenant_id, StaffMember.id == person.id)
        .values(pin_hash=pin_hash)
    )
    pins.forget_failures(person.tenant_id, person.id)
    db.session.commit()


def _hashed(pin: str) -> str:
    db.session.commit()  # no connection is held while the hash is worked out
    return pins.hash_new(pin)


def _has_twin(tenant_id: uuid.UUID, name: str) -> bool:
    """On a tablet the name is all there is to tell people apart. Who adds somebody meanwhile waits."""
    lock = func.pg_advisory_xact_lock(func.hashtextextended(f"people:{tenant_id}", 0))
    db.session.execute(select(lock))
    is_taken = any(names.key(person.name) == names.key(name) for person in in_use(tenant_id))
    if is_taken:
        db.session.rollback()
    return is_taken
