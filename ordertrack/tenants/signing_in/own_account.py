"""What somebody does about their own sign-in: another password, and which devices they are signed in on."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import current_app
from sqlalchemy import func, or_, select, text, update

from ordertrack.database.session import db
from ordertrack.i18n.translate import LANGUAGES
from ordertrack.i18n.translate import gettext as _
from ordertrack.tenants.accounts import AccountError
from ordertrack.tenants.credentials.passwords import hash_password, verify_password
from ordertrack.tenants.models import StaffMember, StaffSession
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.sessions.access import end_session
from ordertrack.tenants.sessions.cookies import RENEWED_AFTER
from ordertrack.tenants.staff import people
from ordertrack.tenants.staff.staff_accounts import checked_password, note_person

MOST_SHOWN = 100
_CHANGE = text("SELECT change_password(:staff_id, :was, :hash)")


def sign_ins(principal: Principal) -> list[StaffSession]:
    """The sign-ins of this person that may still be worth something: this one, then the one seen last; of
    very many MOST_SHOWN and one more."""
    mine = StaffSession.id == principal.session_id
    may_hold = StaffSession.last_seen_at > func.clock_timestamp() - _longest_unseen()
    return list(
        db.session.scalars(
            select(StaffSession)
            .where(StaffSession.tenant_id == principal.tenant_id, StaffSession.staff_id == principal.staff_id)
            .where(StaffSession.ended_at.is_(None), or_(mine, may_hold))
            .order_by(mine.desc(), StaffSession.last_seen_at.desc(), StaffSession.id)
            .limit(MOST_SHOWN + 1)
        )
    )


def _longest_unseen() -> dt.timedelta:
    """A cookie is signed anew by a page, and a row told so, once an hour."""
    return current_app.permanent_session_lifetime + RENEWED_AFTER


def seen(tenant_id: uuid.UUID, session_id: uuid.UUID) -> None:
    db.session.execute(
        update(StaffSession)
        .where(StaffSession.tenant_id == tenant_id, StaffSession.id == session_id)
        .values(last_seen_at=func.clock_timestamp())
    )
    db.session.commit()


def end_sign_in(principal: Principal, session_id: uuid.UUID) -> bool:
    """End one sign-in of this person with its screens; False if it is none of theirs, or has ended."""
    is_own = db.session.scalar(
        select(StaffSession.id)
        .where(StaffSession.tenant_id == principal.tenant_id, StaffSession.id == session_id)
        .where(StaffSession.staff_id == principal.staff_id, StaffSession.ended_at.is_(None))
    )
    if is_own is None:
        return False
    end_session(principal.tenant_id, f"session:{session_id}")
    return True


def end_other_sign_ins(principal: Principal) -> int:
    """End every sign-in of this person but the one that asks; how many there were."""
    others = db.session.scalars(
        select(StaffSession.id)
        .where(StaffSession.tenant_id == principal.tenant_id, StaffSession.staff_id == principal.staff_id)
        .where(StaffSession.ended_at.is_(None), StaffSession.id != principal.session_id)
    ).all()
    for session_id in others:
        end_session(principal.tenant_id, f"session:{session_id}")
    return len(others)


def language_of(principal: Principal) -> str | None:
    """The tag of the language in which this person is spoken to, if they said so."""
    language = people.find(principal.tenant_id, principal.staff_id).language
    return language if language in LANGUAGES else None


def change_details(principal: Principal, name: str, language: str, seen: str) -> bool:
    """Call oneself otherwise, and be spoken to in this language (a tag); as `people.change_details`."""
    member = people.find(principal.tenant_id, principal.staff_id)
    if language not in LANGUAGES:
        raise AccountError(_("That language is not spoken here. Choose one from the menu."))
    return people.change_details(member, name, language, by=principal, seen=seen)


def knows_password(principal: Principal, password: str) -> StaffMember | None:
    """The row of whoever asks, if this is their password."""
    member = people.find(principal.tenant_id, principal.staff_id)
    db.session.commit()  # no connection is held while the hash is worked out
    return member if verify_password(member.password_hash, password[:1001], principal.actor) else None


def change_password(principal: Principal, member: StaffMember, password: str) -> None:
    """Give oneself another password: every other sign-in ends. AccountError says what to change about it."""
    checked_password(password, member)
    db.session.commit()
    hashes = {"was": member.password_hash, "hash": hash_password(password)}
    if not db.session.scalar(_CHANGE, {"staff_id": member.id, **hashes}):
        db.session.rollback()
        raise AccountError(_("Your password was changed meanwhile, by somebody else or on another device."))
    note_person(principal, member, {}, {"new_password": True})
    end_other_sign_ins(principal)
    db.session.commit()
