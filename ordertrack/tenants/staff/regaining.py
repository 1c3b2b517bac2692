"""Getting an address back: a password that somebody else knows is changed, a revoked address is restored."""

from __future__ import annotations

from sqlalchemy import select, update

from ordertrack.database.session import db, enter_tenant, present_credential
from ordertrack.tenants import audit
from ordertrack.tenants.accounts import AccountError
from ordertrack.tenants.credentials.passwords import hash_password
from ordertrack.tenants.models import ApiKey, StaffMember, Tenant
from ordertrack.tenants.sessions.access import end_sign_ins, note_access
from ordertrack.tenants.staff.staff_accounts import checked_password, note_person


def find_by_address(email: str) -> StaffMember:
    """Who signs in, or signed in, with this address; enters their tenant."""
    email = email.strip().lower()
    present_credential("sign_in_email", email)
    found = db.session.scalars(
        select(StaffMember)
        .where(StaffMember.email == email)
        .order_by(StaffMember.revoked_at.is_not(None), StaffMember.revoked_at.desc())
    ).first()
    if found is None:
        raise AccountError(
            f"{email!r} is nobody's address. For those of a tenant: ordertrack staff list --tenant SLUG"
        )
    enter_tenant(found.tenant_id)
    return found


def change_password(member: StaffMember, password: str) -> None:
    """Let somebody sign in with this password and no other; sign-ins of before end, with their screens."""
    if member.revoked_at is not None:
        raise AccountError(
            f"The access of {member.email} was revoked. Give it back with: ordertrack staff restore"
            f" {member.email} --password ..."
        )
    password_hash = hash_password(checked_password(password, member))
    by = audit.operator(member.tenant_id, "staff password")
    note_person(by, member, {}, {"new_password": True})
    _write(member, password_hash=password_hash)


def restore(member: StaffMember, password: str | None) -> None:
    """Give back a revoked access, with the password of before or with this one; no old sign-in counts."""
    if member.revoked_at is None:
        raise AccountError(
            f"The access of {member.email} has not ended. For another password: ordertrack staff password"
            f" {member.email}"
        )
    changed = {} if password is None else {"password_hash": hash_password(checked_password(password, member))}
    note_access(member, audit.operator(member.tenant_id, "staff restore"), is_given=True)
    _write(member, revoked_at=None, **changed)


def _write(member: StaffMember, **values: str | None) -> None:
    """First the row: who signs in meanwhile waits for it, or is among the sign-ins that end."""
    db.session.execute(
        update(StaffMember)
        .where(StaffMember.tenant_id == member.tenant_id, StaffMember.id == member.id)
        .values(values)
    )
    end_sign_ins(member)


def keys_in_use(tenant: Tenant) -> list[ApiKey]:
    """A tenant's API keys that have not ended, oldest first; enters the tenant."""
    enter_tenant(tenant.id)
    return list(
        db.session.scalars(
            select(ApiKey)
            .where(ApiKey.tenant_id == tenant.id, ApiKey.revoked_at.is_(None))
            .order_by(ApiKey.created_at, ApiKey.id)
        )
    )
