"""Finding a restaurant by the name that stands in addresses."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import NamedTuple

from flask import abort
from sqlalchemy import ARRAY, Uuid, any_, bindparam, select

from ordertrack.database.statements import TenantQuery
from ordertrack.database.ttl_cache import Kept
from ordertrack.i18n.translate import gettext as _
from ordertrack.tenants.models import Restaurant
from ordertrack.tenants.principal import BoundTo, Principal


class FoundRestaurant(NamedTuple):
    """What pages and streams need to know of a restaurant."""

    id: uuid.UUID
    slug: str
    name: str
    timezone: str


def find_restaurant(tenant_id: uuid.UUID, slug: str) -> FoundRestaurant | None:
    """The tenant's restaurant with this slug, as it is kept until somebody changes it."""
    if "\0" in slug:  # no text in the database holds one, and asking for it is an error there
        return None
    return _kept.get((tenant_id, slug), lambda: _read(tenant_id, slug))


def restaurant_or_404(asker: Principal, slug: str) -> FoundRestaurant:
    """The restaurant that an address names; 404 if there is none that the asker may see."""
    found = find_restaurant(asker.tenant_id, slug)
    if found is None or not asker.may_see(found.id):
        abort(404, _("There is no such restaurant."))
    return found


def bound_to(tenant_id: uuid.UUID, ids: Sequence[uuid.UUID] | None) -> tuple[BoundTo, ...] | None:
    """What a principal is told of the restaurants of these ids; None for all of them."""
    if ids is None:
        return None
    rows = _BY_IDS.rows(tenant_id=tenant_id, ids=list(ids))
    return tuple(BoundTo(row.id, row.slug) for row in rows)


def forget(tenant_id: uuid.UUID) -> None:
    """Have this process read the tenant's restaurants anew, for one is called otherwise."""
    _kept.forget(lambda key: key[0] == tenant_id)


def forget_all() -> None:
    """Have everything read anew."""
    _kept.forget()


def _read(tenant_id: uuid.UUID, slug: str) -> FoundRestaurant | None:
    for row in _BY_SLUG.rows(tenant_id=tenant_id, slug=slug):
        return FoundRestaurant(row.id, row.slug, row.name, row.timezone)
    return None


# A thousand screens that come back at once ask for the same few.
_kept: Kept[tuple[uuid.UUID, str], FoundRestaurant] = Kept(is_told_of=True)
_BY_IDS = TenantQuery(
    select(Restaurant.id, Restaurant.slug).where(
        Restaurant.tenant_id == bindparam("tenant_id"),
        Restaurant.id == any_(bindparam("ids", type_=ARRAY(Uuid))),
    )
)
_BY_SLUG = TenantQuery(
    select(Restaurant.id, Restaurant.slug, Restaurant.name, Restaurant.timezone).where(
        Restaurant.tenant_id == bindparam("tenant_id"), Restaurant.slug == bindparam("slug")
    )
)
