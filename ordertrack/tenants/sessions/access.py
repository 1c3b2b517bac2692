"""Access that begins with a sign-in, and how it ends: with every screen that it has open."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, NamedTuple

import structlog
from sqlalchemy import Interval, Text, bindparam, cast, func, literal, select, union_all, update

from ordertrack.database.channels import READMITTED_CHANNEL, REVOKED_CHANNEL, notify
from ordertrack.database.session import AnySelect, db
from ordertrack.database.statements import Statement, TenantQuery
from ordertrack.tenants import audit
from ordertrack.tenants.models import ApiKey, StaffMember, StaffSession, Tablet
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.sessions import kept_sign_ins

UNDONE_WITHIN = dt.timedelta(days=1)
CHANGED = "changed:"
"""Stands before the name of an API key that may do something else than before, or in other words: the schema
notes that as it notes an access that ended."""
KNOWN_FOR = dt.timedelta(minutes=55)
"""How long it is surely known, of all tenants, whose access ended: `note_ended_access` in the schema."""
_EVERYWHERE = Statement(
    "SELECT name, at FROM ended_access WHERE at > clock_timestamp() - make_interval(secs => %(seconds)s)"
)
_log = structlog.get_logger(__name__)


def end_access(member: StaffMember, *, by: Principal) -> None:
    """No sign-in, no PIN, no request from now on, and every open screen closes at once."""
    db.session.execute(
        update(StaffMember)
        .where(StaffMember.tenant_id == member.tenant_id, StaffMember.id == member.id)
        .values(revoked_at=func.clock_timestamp())
    )
    note_access(member, by, is_given=False)
    end_streams(f"staff:{member.id}")
    _log.info("access ended", of=f"staff:{member.id}", by=by.actor, tenant=str(member.tenant_id))


def note_access(member: StaffMember, by: Principal, *, is_given: bool) -> None:
    """Write into the audit that somebody has access from now on, or no longer."""
    before, after = {"has_access": not is_given}, {"has_access": is_given}
    audit.record(by, "person", str(member.id), member.name, before, after)


def give_back_access(member: StaffMember, *, by: Principal) -> bool:
    """Undo `end_access`; False if it ended too long ago, or holds. Sign-ins and streams begin anew."""
    given_back = db.session.scalar(
        update(StaffMember)
        .where(StaffMember.tenant_id == member.tenant_id, StaffMember.id == member.id)
        .where(StaffMember.revoked_at > func.clock_timestamp() - UNDONE_WITHIN)
        .values(revoked_at=None)
        .returning(StaffMember.id)
    )
    if given_back is None:
        db.session.rollback()
        return False
    _end_sign_ins(member)
    note_access(member, by, is_given=True)
    notify(READMITTED_CHANNEL, f"staff:{member.id}")
    db.session.commit()
    _log.info("access given back", of=f"staff:{member.id}", by=by.actor, tenant=str(member.tenant_id))
    return True


def begin_session(member: StaffMember, device: str | None = None) -> StaffSession | None:
    """A sign-in of this staff member, inside whose tenant it is, on what `device` is called.

    None if password or access have ended since `member` was read. The row is held until the sign-in is
    written: whoever changes the password meanwhile finds the sign-in, and ends it.
    """
    holds = db.session.scalar(
        select(StaffMember.id)
        .where(StaffMember.tenant_id == member.tenant_id, StaffMember.id == member.id)
        .where(StaffMember.password_hash == member.password_hash, StaffMember.revoked_at.is_(None))
        .with_for_update(read=True)
    )
    if holds is None:
        db.session.rollback()
        return None
    begun = StaffSession(tenant_id=member.tenant_id, id=uuid.uuid4(), staff_id=member.id, device=device)
    db.session.add(begun)
    db.session.commit()
    return begun


def end_sign_ins(member: StaffMember) -> None:
    """End every sign-in of this staff member: the cookies, and at once the screens that are open."""
    _end_sign_ins(member)
    end_streams(f"staff:{member.id}")


def _end_sign_ins(member: StaffMember) -> None:
    db.session.execute(
        update(StaffSession)
        .where(StaffSession.tenant_id == member.tenant_id, StaffSession.staff_id == member.id)
        .where(StaffSession.ended_at.is_(None))
        .values(ended_at=func.clock_timestamp())
    )


def end_session(tenant_id: uuid.UUID, session: str) -> None:
    """End one sign-in, named as a principal names it: its cookie, and every screen it has open."""
    db.session.execute(
        update(StaffSession)
        .where(StaffSession.tenant_id == tenant_id, StaffSession.id == uuid.UUID(session.partition(":")[2]))
        .values(ended_at=func.clock_timestamp())
    )
    end_streams(session)


def ended_lately(tenant_id: uuid.UUID, within: dt.timedelta) -> list[str]:
    """Whoever lost access `within` that time, as principals name them: people, sign-ins, tablets, keys."""
    return [row.name for row in _OF_TENANT.rows(tenant_id=tenant_id, within=within)]


def _gone(kind: str, row: Any, at: Any) -> AnySelect:
    name = literal(f"{kind}:") + cast(row.id, Text)
    since = func.clock_timestamp() - bindparam("within", type_=Interval)
    return select(name.label("name")).where(row.tenant_id == bindparam("tenant_id"), at > since)


_GONE = union_all(
    _gone("staff", StaffMember, StaffMember.revoked_at),
    _gone("session", StaffSession, StaffSession.ended_at),
    _gone("key", ApiKey, ApiKey.revoked_at),
    _gone("tablet", Tablet, Tablet.ended_at),
).subquery("gone")
_OF_TENANT = TenantQuery(select(_GONE.c.name))


class Ended(NamedTuple):
    """Whose access ended, as principals name them, and when."""

    name: str
    at: dt.datetime


def ended_everywhere(within: dt.timedelta) -> list[Ended]:
    """Whoever lost access `within` that time, of all tenants; for what serves them all."""
    return [Ended(row.name, row.at) for row in _EVERYWHERE.rows(seconds=within.total_seconds())]


def begin_anew(actor: str) -> None:
    """Commit, and have every process read anew what this actor may do."""
    notify(REVOKED_CHANNEL, CHANGED + actor)
    db.session.commit()
    kept_sign_ins.forget(actor)


def end_streams(actor: str) -> None:
    notify(REVOKED_CHANNEL, actor)
    db.session.commit()
    kept_sign_ins.forget(actor)  # here at once, for the next request may be on its way
