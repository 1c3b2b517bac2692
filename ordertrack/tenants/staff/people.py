"""The people of a tenant, as those who manage them see to it: who there is, which PIN, and an end."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, select, update

from ordertrack.database.session import db
from ordertrack.i18n import names
from ordertrack.i18n.translate import gettext as _
from ordertrack.rules.roles import Role
from ordertrack.tenants import audit, most
from ordertrack.tenants.accounts import AccountError, checked_name, refuse
from ordertrack.tenants.models import StaffMember
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.sessions import access
from ordertrack.tenants.staff import pins
from ordertrack.tenants.staff.staff_accounts import facts_of, is_email, is_taken, note_person

WITHOUT_ADDRESS = (Role.KITCHEN, Role.DISPATCH)
"""Whose people may do without an e-mail address and a password."""
MOST_ENDED = 20
MOST_ENDED_LATELY = 100


class Uninvited(ValueError):
    """Somebody who cannot be invited as asked; `problems` has a sentence for each field of the form."""

    def __init__(self, problems: dict[str, str]) -> None:
        self.problems = problems
        super().__init__(" ".join(problems.values()))


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


def give_back(person: StaffMember, *, by: Principal) -> None:
    """Give somebody back the access that ended lately; AccountError says why it cannot be."""
    if _has_twin(person.tenant_id, person.name):
        raise AccountError(_("Somebody else of this name has access now: it would be the same name twice."))
    refuse(most.people_reached(person.tenant_id))
    if not access.give_back_access(person, by=by):
        raise AccountError(_("It ended more than 24 hours ago: that can no longer be undone."))


def may_manage(manager: Principal, person: Any) -> bool:
    """Owners manage everybody; managers the kitchen's and the dispatch's people, and themselves.

    Who is of some restaurants manages people of these alone.
    """
    if f"staff:{person.id}" == manager.actor:
        return True
    return may_give(manager, person.role) and may_place(manager, person.restaurant_ids)


def may_place(by: Principal, restaurant_ids: Collection[uuid.UUID] | None) -> bool:
    """Whether whoever asks may have somebody work in these restaurants (None: in all)."""
    if restaurant_ids is None:
        return by.restaurants is None
    return bool(restaurant_ids) and all(by.may_see(each) for each in restaurant_ids)


def may_meet(by: Principal, person: Any) -> bool:
    """Whether they work in a restaurant that whoever asks is of."""
    if by.restaurants is None or person.restaurant_ids is None:
        return True
    return any(by.may_see(each) for each in person.restaurant_ids)


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


def add(tenant_id: uuid.UUID, name: str, role: Role, pin: str, *, by: Principal | None = None) -> StaffMember:
    """Somebody who only ever taps a name and a PIN; AccountError says what cannot be as asked."""
    if role not in WITHOUT_ADDRESS:
        raise AccountError(_("A manager signs in with an e-mail address: invite them by a link."))
    name, pin_hash = checked_name(name), _hashed(pin)
    if _has_twin(tenant_id, name):
        raise AccountError(_("There is somebody of this name already: add a letter or a second name."))
    refuse(most.people_reached(tenant_id))
    # Not by the session, which would name every column: the application's role may not write them all.
    person = db.session.scalars(
        insert(StaffMember)
        .values(
            tenant_id=tenant_id,
            id=uuid.uuid4(),
            name=name,
            role=role,
            pin_hash=pin_hash,
            restaurant_ids=[each.id for each in by.restaurants] if by and by.restaurants else None,
        )
        .returning(StaffMember)
    ).one()
    note_person(by or audit.operator(tenant_id), person, None, facts_of(person) | {"new_pin": True})
    db.session.commit()
    return person


def may_give(by: Principal, role: Role) -> bool:
    """Whether this role is not above what whoever asks may see to."""
    if by.role == Role.OWNER or by.actor == audit.OPERATOR:
        return True
    return by.role == Role.MANAGER and role in WITHOUT_ADDRESS


def invite(
    name: str,
    email: str,
    role: Role,
    language: str | None,
    restaurant_ids: list[uuid.UUID] | None = None,
    *,
    by: Principal,
) -> StaffMember:
    """Somebody who signs in with this address as soon as they have chosen a password by a link.

    It is part of the caller's transaction, with which the link is made. Raises Uninvited.
    """
    problems = {}
    try:
        name = checked_name(name)
    except AccountError as error:
        problems["name"] = str(error)
    email = email.strip().lower()
    if not is_email(email):
        problems["email"] = _("Give an e-mail address, like maya@example.com.")
    if not may_give(by, role):
        problems["role"] = _("Only owners do this for managers and owners.")
    if not may_place(by, restaurant_ids):
        problems["restaurants"] = _("Choose which of your restaurants they work in.")
    if role == Role.OWNER and restaurant_ids is not None:
        problems["restaurants"] = _("An owner sees to all restaurants.")
    if not problems and _has_twin(by.tenant_id, name):
        problems["name"] = _("There is somebody of this name already: add a letter or a second name.")
    if not problems and is_taken(email):
        problems["email"] = _("Somebody signs in with this address already, or did: use another one.")
    if problems:
        raise Uninvited(problems)
    person = db.session.scalars(
        insert(StaffMember)
        .values(
            tenant_id=by.tenant_id,
            id=uuid.uuid4(),
            name=name,
            email=email,
            role=role,
            language=language,
            restaurant_ids=restaurant_ids,
        )
        .returning(StaffMember)
    ).one()
    note_person(by, person, None, facts_of(person))
    return person


def work_of(person: Any) -> str:
    """What somebody does and where, for a form to say what it has seen."""
    return ",".join([person.role, *sorted(map(str, person.restaurant_ids or ()))])


def change_work(
    person: StaffMember, role: Role, restaurant_ids: list[uuid.UUID] | None, *, by: Principal, seen: str
) -> bool:
    """Give somebody another role, or other restaurants (None: all), and commit; False if they have both.

    Their sign-ins end with what they show. `seen` is the `work_of` that this was thought of instead of.
    AccountError says what cannot be as asked.
    """
    if seen != work_of(person):
        raise AccountError(_("Somebody else gave them another role meanwhile: see which."))
    if role == Role.OWNER and restaurant_ids is not None:
        raise AccountError(_("An owner sees to all restaurants."))
    if not may_place(by, restaurant_ids):
        raise AccountError(_("Choose which of your restaurants they work in."))
    if not may_give(by, role):
        raise AccountError(_("Only owners do this for managers and owners."))
    if role not in WITHOUT_ADDRESS and person.email is None:
        raise AccountError(_("Managers and owners sign in with an e-mail address: invite them with theirs."))
    before = {"role": person.role, "restaurants": _sorted(person.restaurant_ids)}
    after = {"role": role, "restaurants": _sorted(restaurant_ids)}
    if before == after:
        return False
    note_person(by, person, before, after)
    _write(person, role=role, restaurant_ids=restaurant_ids)
    access.end_sign_ins(person)
    return True


def change_details(person: StaffMember, name: str, language: str | None, *, by: Principal, seen: str) -> bool:
    """What somebody is called, and which language they are spoken to in; False if that holds already.

    `seen` is the name that this one was thought of instead of. AccountError says what cannot be as asked.
    """
    name = checked_name(name)
    if seen != person.name:
        raise AccountError(_("Your name was changed meanwhile, by somebody else or on another device."))
    if names.key(name) != names.key(person.name) and _has_twin(person.tenant_id, name):
        raise AccountError(_("There is somebody of this name already: add a letter or a second name."))
    before, after = {"name": person.name, "language": person.language}, {"name": name, "language": language}
    if before == after:
        return False
    note_person(by, person, before, after)
    _write(person, name=name, language=language)
    access.begin_anew(f"staff:{person.id}")
    return True


def _sorted(ids: Collection[uuid.UUID] | None) -> list[uuid.UUID] | None:
    return None if ids is None else sorted(ids)


def _write(person: StaffMember, **values: object) -> None:
    db.session.execute(
        update(StaffMember)
        .where(StaffMember.tenant_id == person.tenant_id, StaffMember.id == person.id)
        .values(values)
        .execution_options(synchronize_session=False)
    )


def set_pin(person: StaffMember, pin: str, *, by: Principal | None = None) -> None:
    """Give a person a PIN: who is on with the one before has to sign on again, and nothing stays locked."""
    pin_hash = _hashed(pin)
    db.session.execute(
        update(StaffMember)
        .where(StaffMember.tenant_id == person.tenant_id, StaffMember.id == person.id)
        .values(pin_hash=pin_hash)
    )
    note_person(by or audit.operator(person.tenant_id, "staff pin"), person, {}, {"new_pin": True})
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
