"""Making and ending what the operator hands out: tenants, restaurants, staff members, API keys."""

from __future__ import annotations

import datetime as dt
import re
import secrets
import uuid
from collections.abc import Sequence
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from ordertrack.database.channels import SETTINGS_CHANNEL, notify
from ordertrack.database.session import db, enter_tenant, present_credential
from ordertrack.database.settings_error import Mendable
from ordertrack.i18n import names
from ordertrack.i18n.plain_text import is_visible
from ordertrack.i18n.translate import gettext as _
from ordertrack.rules.roles import Role
from ordertrack.rules.scopes import Scope
from ordertrack.tenants import audit, company, most, new_passwords
from ordertrack.tenants.access import end_access, end_streams
from ordertrack.tenants.models import ApiKey, Restaurant, StaffMember, Tenant
from ordertrack.tenants.passwords import hash_password
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.stream import TenantStream

LONGEST_NAME = 100
_SLUG = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", re.ASCII)
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")


class AccountError(Mendable, ValueError):
    """An account that cannot be made or found as asked; the message says what to change."""


def refuse(problem: str | None) -> None:
    """Raise AccountError if there is a problem."""
    if problem is not None:
        raise AccountError(problem)


def find_tenant(slug: str) -> Tenant:
    """The tenant with this slug; enters it."""
    present_credential("tenant_slug", slug)
    tenant = db.session.scalar(select(Tenant).where(Tenant.slug == slug))
    if tenant is None:
        raise AccountError(f"There is no tenant {slug!r}. Make one with: ordertrack tenant create")
    enter_tenant(tenant.id)
    return tenant


def create_tenant(
    name: str,
    slug: str,
    *,
    currency: str = company.DEFAULT_CURRENCY,
    languages: Sequence[str] = company.SPOKEN,
    by: Principal | None = None,
) -> Tenant:
    """A tenant and the head of its event stream; made by the operator, if nobody else is said."""
    tenant = add_tenant(name, slug, currency=currency, languages=languages)
    note_company(by or audit.operator(tenant.id, "tenant create"), tenant, None, facts_of_company(tenant))
    db.session.commit()
    return tenant


def add_tenant(name: str, slug: str, *, currency: str, languages: Sequence[str]) -> Tenant:
    """The same as part of the caller's transaction, which is inside it from then on; the audit is theirs."""
    try:
        facts: dict[str, Any] = {
            "currency": company.checked_currency(currency),
            "languages": company.checked_languages(languages),
        }
    except ValueError as error:
        raise AccountError(str(error)) from None
    tenant = Tenant(id=uuid.uuid4(), slug=_checked_slug(slug), name=checked_name(name), **facts)
    enter_tenant(tenant.id)
    db.session.add(tenant)
    _write(f"There is a tenant {slug!r} already.")
    db.session.add(TenantStream(tenant_id=tenant.id))
    return tenant


def facts_of_company(tenant: Tenant) -> dict[str, Any]:
    """What the audit says of a company."""
    return {"name": tenant.name, "currency": tenant.currency, "languages": tenant.languages}


def note_company(
    by: Principal, tenant: Tenant, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> None:
    """Write a change of a company into the audit."""
    audit.record(by, "company", tenant.slug, tenant.name, before, after)


def create_restaurant(
    tenant: Tenant, name: str, slug: str, timezone: str, *, by: Principal | None = None
) -> Restaurant:
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise AccountError(f"{timezone!r} is not a time zone; one is named like Asia/Beirut.") from None
    refuse(most.restaurants_reached(tenant.id))
    restaurant = Restaurant(
        tenant_id=tenant.id,
        id=uuid.uuid4(),
        slug=_checked_slug(slug),
        name=checked_name(name),
        timezone=timezone,
    )
    db.session.add(restaurant)
    _write(f"There is a restaurant {slug!r} in this tenant already.")
    by = by or audit.operator(tenant.id, "restaurant create")
    facts = {"name": restaurant.name, "slug": slug, "timezone": timezone}
    audit.record(by, "restaurant", str(restaurant.id), restaurant.name, None, facts, restaurant.id)
    notify(SETTINGS_CHANNEL, f"{tenant.id}:{restaurant.id}")
    db.session.commit()
    return restaurant


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
    _write(f"{email} is a staff member already.")
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


def create_key(
    tenant: Tenant,
    name: str,
    *,
    scopes: Sequence[Scope] = tuple(Scope),
    restaurants: Sequence[str] = (),
    expires_at: dt.datetime | None = None,
    by: Principal | None = None,
) -> tuple[ApiKey, str]:
    """An API key, and its text, which is shown now and never again.

    Of `restaurants`, their slugs, it is for these; for all if none is named.
    """
    refuse(most.keys_reached(tenant.id))
    secret = new_secret()
    key = ApiKey(
        tenant_id=tenant.id,
        id=uuid.uuid4(),
        name=checked_name(name),
        key_hash=hash_key(secret),
        scopes=[each for each in Scope if each in scopes],
        restaurant_ids=ids_of(tenant, restaurants) or None,
        expires_at=expires_at,
    )
    db.session.add(key)
    note_key(by or audit.operator(tenant.id, "key create"), key, None, facts_of_key(key))
    db.session.commit()
    return key, secret


def facts_of_key(key: ApiKey) -> dict[str, Any]:
    """What the audit says of a key."""
    return {
        "name": key.name,
        "scopes": key.scopes,
        "restaurants": key.restaurant_ids,
        "expires_at": key.expires_at,
    }


def note_key(by: Principal, key: ApiKey, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
    """Write a change of a key into the audit; one that is for a single restaurant is this one's."""
    only = key.restaurant_ids or []
    restaurant = only[0] if len(only) == 1 else None
    audit.record(by, "key", str(key.id), key.name, before, after, restaurant)


def ids_of(tenant: Tenant, slugs: Sequence[str]) -> list[uuid.UUID]:
    """Of the restaurants of these slugs; AccountError if there is no such."""
    named = select(Restaurant).where(Restaurant.tenant_id == tenant.id, Restaurant.slug.in_(slugs))
    found = {each.slug: each.id for each in db.session.scalars(named)} if slugs else {}
    unknown = [slug for slug in slugs if slug not in found]
    if unknown:
        raise AccountError(f"{tenant.slug} has no restaurant {unknown[0]!r}.")
    return [found[slug] for slug in dict.fromkeys(slugs)]


def new_secret() -> str:
    """The text of an API key: 256 random bits."""
    return "ot_" + secrets.token_urlsafe(32)


def revoke_key(
    tenant: Tenant, name: str | None, key_id: uuid.UUID | None = None, *, by: Principal | None = None
) -> int:
    """End every key of this name, or the one of this id; how many there were."""
    used = db.session.scalars(select(ApiKey.name).where(ApiKey.tenant_id == tenant.id))
    spelled = {each for each in used if name is None or names.key(each) == names.key(name)}
    is_meant = ApiKey.id == key_id if key_id is not None else ApiKey.name.in_(spelled)
    ended = db.session.scalars(
        update(ApiKey)
        .where(ApiKey.tenant_id == tenant.id, ApiKey.name.in_(spelled), is_meant, ApiKey.revoked_at.is_(None))
        .values(revoked_at=func.clock_timestamp())
        .returning(ApiKey)
    ).all()
    if not ended:
        raise AccountError(f"{tenant.slug} has no API key {key_id or repr(name)} that is still in use.")
    for each in ended:
        note_key(by or audit.operator(tenant.id, "key revoke"), each, facts_of_key(each), None)
    for each in ended:
        end_streams(f"key:{each.id}")
    return len(ended)


def hash_key(secret: str) -> str:
    """The digest under which a key is kept; a fast one is enough for 256 random bits."""
    return sha256(secret.encode()).hexdigest()


def _write(taken: str) -> None:
    try:
        db.session.flush()
    except IntegrityError as error:
        db.session.rollback()
        raise AccountError(taken) from error


def is_slug(text: str) -> bool:
    """Whether it can stand in an address."""
    return bool(_SLUG.fullmatch(text))


def _checked_slug(slug: str) -> str:
    if not is_slug(slug):
        raise AccountError(
            f"{slug!r} cannot stand in an address: use 1 to 40 small letters a to z, digits and hyphens."
        )
    return slug


def checked_password(password: str, member: StaffMember) -> str:
    """The password, if this person of the entered tenant may choose it; AccountError says what to change."""
    about = [member.name, member.email or "", *new_passwords.of_company(member.tenant_id)]
    refuse(new_passwords.weakness(password, about))
    return password


def checked_name(name: str) -> str:
    name = names.tidy(name.strip())
    if len(name) > LONGEST_NAME or not name.isprintable() or not is_visible(name):
        raise AccountError(_("A name has 1 to 100 printable characters."))
    return name
