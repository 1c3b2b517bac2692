"""The restaurants that a log names, as restaurants of a tenant."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from hashlib import sha256

from sqlalchemy import select

from ordertrack.database.session import db
from ordertrack.restaurants import cache
from ordertrack.tenants import accounts
from ordertrack.tenants.accounts import AccountError
from ordertrack.tenants.models import Restaurant, Tenant

ZoneOf = Callable[[str | None, dt.date], dt.tzinfo]

_IS_SLUG = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", re.ASCII)
_IS_NUMBER = re.compile(r"[0-9]{1,38}", re.ASCII)


def open_missing(tenant: Tenant, names: Iterable[str], timezone: str) -> dict[str, str]:
    """The slug of each named restaurant; those that the tenant lacks are made. For the operator."""
    there = _slugs(tenant)
    slugs: dict[str, str] = {}
    for name in dict.fromkeys(names):
        slugs[name] = name if name in there else slug_of(name)
        if slugs[name] not in there:
            accounts.create_restaurant(tenant, f"Restaurant {name[:80]}", slugs[name], timezone)
            there.add(slugs[name])
            cache.forget(tenant.id, None)  # they were read for the zones of its restaurants
    return slugs


def zones(tenant: Tenant, into: str | None, otherwise: dt.tzinfo) -> ZoneOf:
    """In which zone the tenant's restaurants are, by what a log calls them; `into`: all are this one."""
    calendars = {each.slug: each.calendar for each in cache.of_tenant(tenant.id)}

    def zone_of(name: str | None, day: dt.date) -> dt.tzinfo:
        name = into or name or ""
        calendar = calendars.get(name) or calendars.get(slug_of(name))
        return otherwise if calendar is None else calendar.zone_on(day)

    return zone_of


def missing(tenant: Tenant, names: Iterable[str]) -> set[str]:
    """Those of the named restaurants that the tenant lacks."""
    there = _slugs(tenant)
    return {name for name in names if name not in there and slug_of(name) not in there}


def only(tenant: Tenant, slug: str) -> str:
    """The slug, if the tenant has a restaurant of that name; raises AccountError."""
    if slug not in (there := _slugs(tenant)):
        raise AccountError(
            f"{tenant.slug} has no restaurant {slug!r}. It has: {', '.join(sorted(there)) or 'none'}."
        )
    return slug


def slug_of(name: str) -> str:
    """`12` becomes r-12; a name that can stand in an address stays; any other becomes its digest."""
    if _IS_NUMBER.fullmatch(name):
        return f"r-{name}"
    return name if _IS_SLUG.fullmatch(name) else f"r-{sha256(name.encode()).hexdigest()[:12]}"


def _slugs(tenant: Tenant) -> set[str]:
    slugs = set(db.session.scalars(select(Restaurant.slug).where(Restaurant.tenant_id == tenant.id)))
    db.session.commit()
    return slugs
