"""The people of a tenant one by one: making an account, finding somebody, what the audit says of them."""

from __future__ import annotations

import re
import uuid
from typing import Any

from sqlalchemy import insert, select

from ordertrack.database.session import db, present_credential
from ordertrack.i18n import names
from ordertrack.rules.roles import Role
from ordertrack.tenants import audit, most
from ordertrack.tenants.accounts import AccountError, checked_name, refuse, write
from ordertrack.tenants.credentials import new_passwords
from ordertrack.tenants.credentials.passwords import hash_password
from ordertrack.tenants.models import StaffMember, Tenant
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.sessions.access import end_access

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")


def create_staff_member(
    tenant: Tenant, email: str, name: str, role: Role, password: str, *, by: Principal | None = None
) -> StaffMember:
    email = email.strip().lower()
    if not is_email(email):
        raise AccountError(f"{email!r} is not an e-mail address.")
    _refuse_taken(email)
    refuse(most.people_reached(tenant.id))
    member = StaffMember(
        tenant_id=tenant.id,
        id=uuid.uuid4(),
        email=email,
        name=checked_name(name),
        role=role,
    )
    member.password_hash = hash_password(checked_password(password, member))
    db.session.add(member)
    write(f"{email} is a staff member already.")
    note_person(by or audit.operator(tenant.id, "staff create"), member, None, facts_of(member))
    db.session.commit()
    return member


def add_owner(tenant_id: uuid.UUID, name: str, email: str, language: str) -> StaffMember:
    """The owner of a company that is being founded, without a password; what is passed was looked at."""
    # Not by the session, which would name every column: the application's role may not write them all.
    owner = db.session.scalars(
        insert(StaffMember)
        .values(
            tenant_id=tenant_id, id=uuid.uuid4(), name=name, email=email, role=Role.OWNER, language=language
        )
        .returning(StaffMember)
    ).one()
    note_person(Principal(tenant_id, f"staff:{owner.id}", name, Role.OWNER), owner, None, facts_of(owner))
    return owner


def is_email(text: str) -> bool:
    """Whether it can be an address, in small letters."""
    return bool(_EMAIL.fullmatch(text)) and text.isprintable()


def is_taken(email: str) -> bool:
    """Whether somebody of any tenant has this address, though their access may have ended."""
    return bool(signs_in_with(email))


def signs_in_with(email: str) -> list[bool]:
    """Of each person of any tenant who has this address, whether their access has ended."""
    present_credential("sign_in_email", email)
    ended = select(StaffMember.revoked_at.is_not(None)).where(StaffMember.email == email)
    return list(db.session.scalars(ended))


def _refuse_taken(email: str) -> None:
    revoked = signs_in_with(email)
    if not revoked:
        return
    if all(revoked):
        raise AccountError(
            f"{email} signed in before, here or for another tenant, and was revoked. Give that access back"
            f" with: ordertrack staff restore {email}"
        )
    raise AccountError(f"{email} signs in already, here or for another tenant: use another address.")


def facts_of(member: StaffMember) -> dict[str, Any]:
    """What the audit says of a person."""
    facts = {"name": member.name, "role": member.role, "email": member.email}
    return facts | ({"restaurants": member.restaurant_ids} if member.restaurant_ids else {})


def note_person(
    by: Principal, member: StaffMember, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> None:
    """Write a change of a person into the audit."""
    audit.record(by, "person", str(member.id), member.name, before, after)


def find_staff_member(tenant: Tenant, who: str) -> StaffMember:
    """Somebody whose access has not ended, by e-mail address or by name."""
    who = who.strip().lower()
    in_use = db.session.scalars(
        select(StaffMember)
        .where(StaffMember.tenant_id == tenant.id, StaffMember.revoked_at.is_(None))
        .order_by((StaffMember.email == who).desc().nulls_last())
    )
    found = [each for each in in_use if each.email == who or names.key(each.name) == names.key(who)]
    if not found:
        raise AccountError(f"{who} is not a staff member of {tenant.slug}, or was revoked before.")
    if len(found) > 1 and found[0].email != who:
        raise AccountError(f"{len(found)} people of {tenant.slug} are called {who}: use an e-mail address.")
    return found[0]


def revoke_staff_member(tenant: Tenant, who: str) -> StaffMember:
    """End the access of a staff member, found by e-mail address or name."""
    member = find_staff_member(tenant, who)
    end_access(member, by=audit.operator(tenant.id, "staff revoke"))
    return member


def checked_password(password: str, member: StaffMember) -> str:
    """The password, if this person of the entered tenant may choose it; AccountError says what to change."""
    about = [member.name, member.email or "", *new_passwords.of_company(member.tenant_id)]
    refuse(new_passwords.weakness(password, about))
    return password
