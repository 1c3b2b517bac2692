"""Addresses at which to found a company: the first of an empty house, and those that are given out."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import Select, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from ordertrack.database.session import db
from ordertrack.tenants.credentials import codes
from ordertrack.tenants.credentials.codes import NoSuchCode
from ordertrack.tenants.models import CompanyInvitation

LASTS = dt.timedelta(days=7)
_IS_EMPTY = text("SELECT house_is_empty()")


def house_is_empty() -> bool:
    """Whether there is no company, however it would have been made."""
    return bool(db.session.scalar(_IS_EMPTY))


def make_first() -> str | None:
    """The code that opens an empty house, in the place of the one before; None if the house is not empty.

    Whatever worker or host is asked goes by it, for the database keeps it.
    """
    if not house_is_empty():
        db.session.execute(delete(CompanyInvitation).where(CompanyInvitation.is_first))
        db.session.commit()
        return None
    code = codes.new()
    made = insert(CompanyInvitation).values(id=uuid.uuid4(), digest=codes.digest(code), is_first=True)
    anew = {"digest": made.excluded.digest, "made_at": func.clock_timestamp(), "used_at": None}
    db.session.execute(
        made.on_conflict_do_update(
            index_elements=[CompanyInvitation.is_first], index_where=text("is_first"), set_=anew
        )
    )
    db.session.commit()
    return code


def invite(language: str | None) -> tuple[CompanyInvitation, str]:
    """An invitation, and its code, which is shown now and never again."""
    code = codes.new()
    made = CompanyInvitation(
        id=uuid.uuid4(),
        digest=codes.digest(code),
        is_first=False,
        language=language,
        expires_at=func.clock_timestamp() + LASTS,
    )
    db.session.add(made)
    db.session.commit()
    return made, code


def open_ones() -> list[CompanyInvitation]:
    """Those that can still be used, the oldest first."""
    return list(
        db.session.scalars(
            select(CompanyInvitation)
            .where(~CompanyInvitation.is_first, CompanyInvitation.used_at.is_(None))
            .where(CompanyInvitation.expires_at > func.clock_timestamp())
            .order_by(CompanyInvitation.made_at)
        )
    )


def void(invitation_id: uuid.UUID) -> bool:
    """Have an invitation be worth nothing; False if there is none of this id that was not used."""
    gone = db.session.scalar(
        delete(CompanyInvitation)
        .where(CompanyInvitation.id == invitation_id, CompanyInvitation.used_at.is_(None))
        .where(~CompanyInvitation.is_first)
        .returning(CompanyInvitation.id)
    )
    db.session.commit()
    return gone is not None


def find(code: str) -> CompanyInvitation:
    """The invitation of this code, while a company can be founded with it; raises NoSuchCode."""
    found = db.session.scalar(_usable().where(CompanyInvitation.digest == codes.digest(code)))
    db.session.commit()
    if found is None:
        raise NoSuchCode
    return found


def spend(invitation: CompanyInvitation) -> bool:
    """Have it be used, in the caller's transaction; False if it cannot be, any more."""
    still = _usable().where(CompanyInvitation.id == invitation.id).with_for_update()
    if db.session.scalar(still) is None:
        return False
    db.session.execute(
        update(CompanyInvitation)
        .where(CompanyInvitation.id == invitation.id)
        .values(used_at=func.clock_timestamp())
    )
    return True


def _usable() -> Select[CompanyInvitation]:
    """The first one opens an empty house only, and as long as it is empty; others have a time."""
    holds = or_(
        CompanyInvitation.is_first & func.house_is_empty(),
        CompanyInvitation.expires_at > func.clock_timestamp(),
    )
    return select(CompanyInvitation).where(CompanyInvitation.used_at.is_(None), holds)
