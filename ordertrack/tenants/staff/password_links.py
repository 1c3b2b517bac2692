"""Links by which somebody sets a password anew: made by who manages them, shown once, good once."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from typing import NamedTuple

import structlog
from sqlalchemy import delete, func, insert, or_, select, text

from ordertrack.database.session import db, enter_tenant, present_credential
from ordertrack.tenants import restaurants
from ordertrack.tenants.credentials.digests import hash_key
from ordertrack.tenants.credentials.passwords import hash_password
from ordertrack.tenants.models import PasswordLink, StaffMember
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.sessions.access import end_sign_ins
from ordertrack.tenants.staff import people
from ordertrack.tenants.staff.staff_accounts import checked_password, note_person

LASTS = dt.timedelta(hours=24)
INVITES_FOR = dt.timedelta(days=7)
_USE = text("SELECT use_password_link(:digest, :hash)")
_log = structlog.get_logger(__name__)


class Made(NamedTuple):
    """A link: its secret, which is shown now and never again, and until when it holds."""

    token: str
    expires_at: dt.datetime


class NoSuchLink(LookupError):
    """The link was used, is too old, or whoever made it may no longer make it."""


def make(person: StaffMember, *, by: Principal) -> Made:
    """A link for somebody whom `by` manages; one that was made before is worth nothing from now on.

    Who has no password yet is invited, and has longer to choose one.
    """
    is_invited = person.password_hash is None
    token = secrets.token_urlsafe(32)
    db.session.execute(
        delete(PasswordLink).where(
            PasswordLink.tenant_id == person.tenant_id,
            or_(PasswordLink.staff_id == person.id, PasswordLink.expires_at < func.clock_timestamp()),
        )
    )
    maker = by.staff_id if by.is_staff else person.id  # nobody can undo what the operator stands for
    expires_at = _write(person, hash_key(token), maker or person.id, INVITES_FOR if is_invited else LASTS)
    note_person(by, person, {}, {"invited_until" if is_invited else "password_link_until": expires_at})
    db.session.commit()
    _log.info("password link made", of=f"staff:{person.id}", by=by.actor, tenant=str(person.tenant_id))
    return Made(token, expires_at)


def choose_first(person: StaffMember, password_hash: str) -> None:
    """Give somebody who has none yet the password that they chose, as part of the caller's transaction.

    By a link that nobody sees: the application's role may not write a password otherwise.
    """
    digest = hash_key(secrets.token_urlsafe(32))
    _write(person, digest, person.id, LASTS)
    used = db.session.scalar(_USE, {"digest": digest, "hash": password_hash})
    assert used == person.id
    db.session.refresh(person)


def _write(person: StaffMember, digest: str, maker: uuid.UUID, lasts: dt.timedelta) -> dt.datetime:
    link = insert(PasswordLink).values(
        tenant_id=person.tenant_id,
        id=uuid.uuid4(),
        staff_id=person.id,
        made_by=maker,
        digest=digest,
        expires_at=func.clock_timestamp() + lasts,
    )
    return db.session.scalars(link.returning(PasswordLink.expires_at)).one()


def whose(token: str) -> StaffMember:
    """Whose password the link sets; enters their tenant. Raises NoSuchLink."""
    present_credential("password_link", hash_key(token))
    link = db.session.scalar(select(PasswordLink).where(PasswordLink.digest == hash_key(token)))
    db.session.commit()
    if link is None or link.expires_at <= dt.datetime.now(dt.UTC):
        raise NoSuchLink
    enter_tenant(link.tenant_id)
    try:
        person = people.find(link.tenant_id, link.staff_id)
        maker = people.find(link.tenant_id, link.made_by)
    except people.NoSuchPerson:
        raise NoSuchLink from None
    theirs = restaurants.bound_to(link.tenant_id, maker.restaurant_ids)
    by = Principal(link.tenant_id, f"staff:{maker.id}", maker.name, maker.role, restaurants=theirs)
    if not people.may_manage(by, person):  # roles may have changed since
        raise NoSuchLink
    return person


def use(token: str, password: str) -> StaffMember:
    """Set the password; sign-ins of before end. Raises NoSuchLink, and AccountError as `checked_password`."""
    person = whose(token)
    checked_password(password, person)
    db.session.commit()  # no connection is held while the hash is worked out
    password_hash = hash_password(password)
    used = db.session.scalar(_USE, {"digest": hash_key(token), "hash": password_hash})
    if used is None:
        db.session.rollback()
        raise NoSuchLink
    themselves = Principal(person.tenant_id, f"staff:{person.id}", person.name, person.role)
    note_person(themselves, person, {}, {"new_password": True})
    end_sign_ins(person)
    _log.info("password set by link", of=f"staff:{person.id}", tenant=str(person.tenant_id))
    return person
