"""The restaurants of a company: one more, and another name for one."""

from __future__ import annotations

import uuid
from itertools import chain, count

from sqlalchemy import select, update

from ordertrack.database.channels import SETTINGS_CHANNEL, notify
from ordertrack.database.session import db
from ordertrack.i18n import names, slugs, time_zones
from ordertrack.i18n.translate import gettext as _
from ordertrack.restaurants import checks, versioned
from ordertrack.restaurants.versioned import refuse, saving
from ordertrack.tenants import accounts, audit, restaurants
from ordertrack.tenants.accounts import AccountError
from ordertrack.tenants.models import Restaurant, Tenant
from ordertrack.tenants.principal import Principal

_INSTEAD = "restaurant"


def add(name: str, timezone: str, *, by: Principal) -> Restaurant:
    """Another restaurant of `by`'s company, and commit; its slug is made from the name.

    `timezone` is its key or what people call it.

    Raises UnusableSettings.
    """
    problems = _of_name(by.tenant_id, name)
    zone = time_zones.find(timezone)
    if zone is None:
        problems["timezone"] = checks.no_time_zone(timezone)
    refuse(problems)
    assert zone is not None
    company = db.session.get_one(Tenant, by.tenant_id)
    try:
        made = accounts.create_restaurant(company, name, _free_slug(name, by.tenant_id), zone, by=by)
    except AccountError:  # somebody else has just made one of this name
        refuse({"name": _("Another restaurant has this name.")})
    versioned.forget(by.tenant_id, made.id)
    return made


def rename(restaurant_id: uuid.UUID, name: str, *, by: Principal, seen: str | None = None) -> bool:
    """Call a restaurant by another name, and commit; False if it is called so. The slug stays.

    `seen` is the name that this one was thought of instead of. Raises UnusableSettings, also if somebody else
    renamed it meanwhile, and LookupError for no restaurant of the tenant; then nothing is saved.
    """
    with saving(restaurant_id, by) as saved:
        if seen not in (None, saved.name):
            refuse({"seen": _("Somebody else gave it another name meanwhile: see which.")})
        refuse(_of_name(by.tenant_id, name, restaurant_id))
        name = accounts.checked_name(name)
        if name == saved.name:
            return False
        db.session.execute(
            update(Restaurant)
            .where(Restaurant.tenant_id == by.tenant_id, Restaurant.id == restaurant_id)
            .values(name=name)
        )
        facts = {"name": saved.name}, {"name": name}
        audit.record(by, "restaurant", str(restaurant_id), name, *facts, restaurant_id)
        notify(SETTINGS_CHANNEL, f"{by.tenant_id}:{restaurant_id}")
    restaurants.forget(by.tenant_id)
    return True


def _free_slug(name: str, tenant_id: uuid.UUID) -> str:
    """The name as it may stand in an address, with a number if another restaurant has it."""
    taken = set(db.session.scalars(select(Restaurant.slug).where(Restaurant.tenant_id == tenant_id)))
    slug = slugs.slug_of(name, _INSTEAD)
    numbered = (f"{slug[: slugs.LONGEST - 5].rstrip('-')}-{number}" for number in count(2))
    return next(each for each in chain([slug], numbered) if each not in taken)


def _of_name(tenant_id: uuid.UUID, name: str, own: uuid.UUID | None = None) -> dict[str, str]:
    try:
        name = accounts.checked_name(name)
    except AccountError as error:
        return {"name": str(error)}
    others = db.session.execute(
        select(Restaurant.id, Restaurant.name).where(Restaurant.tenant_id == tenant_id)
    )
    if any(names.key(each.name) == names.key(name) and each.id != own for each in others):
        return {"name": _("Another restaurant has this name.")}
    return {}
