"""Companies and their restaurants: making them, finding a company, and which names they may have."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from ordertrack.database.channels import SETTINGS_CHANNEL, notify
from ordertrack.database.session import db, enter_tenant, present_credential
from ordertrack.database.settings_error import Mendable
from ordertrack.i18n import names
from ordertrack.i18n.plain_text import is_visible
from ordertrack.i18n.translate import gettext as _
from ordertrack.tenants import audit, company, most
from ordertrack.tenants.models import Restaurant, Tenant
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.stream import TenantStream

LONGEST_NAME = 100
_SLUG = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", re.ASCII)


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
        raise AccountError(f"There is no tenant {slug!r}. Those that there are: ordertrack tenant list")
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
    write(f"There is a tenant {slug!r} already.")
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
    write(f"There is a restaurant {slug!r} in this tenant already.")
    by = by or audit.operator(tenant.id, "restaurant create")
    facts = {"name": restaurant.name, "slug": slug, "timezone": timezone}
    audit.record(by, "restaurant", str(restaurant.id), restaurant.name, None, facts, restaurant.id)
    notify(SETTINGS_CHANNEL, f"{tenant.id}:{restaurant.id}")
    db.session.commit()
    return restaurant


def ids_of(tenant: Tenant, slugs: Sequence[str]) -> list[uuid.UUID]:
    """Of the restaurants of these slugs; AccountError if there is no such."""
    named = select(Restaurant).where(Restaurant.tenant_id == tenant.id, Restaurant.slug.in_(slugs))
    found = {each.slug: each.id for each in db.session.scalars(named)} if slugs else {}
    unknown = [slug for slug in slugs if slug not in found]
    if unknown:
        raise AccountError(f"{tenant.slug} has no restaurant {unknown[0]!r}.")
    return [found[slug] for slug in dict.fromkeys(slugs)]


def write(taken: str) -> None:
    """Send what was added to the database; AccountError with this sentence if it is there already."""
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


def checked_name(name: str) -> str:
    name = names.tidy(name.strip())
    if len(name) > LONGEST_NAME or not name.isprintable() or not is_visible(name):
        raise AccountError(_("Write a name of up to 100 characters."))
    return name
