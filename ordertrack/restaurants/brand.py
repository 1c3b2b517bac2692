"""How a restaurant shows itself to its guests: colour, name, phone and address, kept until they change."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import Uuid, bindparam, or_, select

from ordertrack.database.statements import TenantQuery
from ordertrack.i18n.translate import marked
from ordertrack.restaurants import versioned
from ordertrack.restaurants.models import SavedBrand
from ordertrack.restaurants.versioned import Kind
from ordertrack.tenants.models import Restaurant

FIRST_COLOUR = "#17493a"


@dataclass(frozen=True, slots=True)
class Brand:
    """`colour` is `#rrggbb`; without a `name` guests read the restaurant's own; 0 is nothing saved yet."""

    restaurant_id: uuid.UUID
    colour: str = FIRST_COLOUR
    name: str | None = None
    phone: str | None = None
    address: tuple[str, ...] = ()
    version: int = 0


def of_restaurant(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> Brand:
    """What holds of one restaurant; raises LookupError if the tenant has none of this id."""
    found = versioned.kept("brand", tenant_id, restaurant_id, lambda: read(tenant_id, restaurant_id))
    if found is None:
        raise LookupError(f"no restaurant {restaurant_id} in tenant {tenant_id}")
    return found


def of_tenant(tenant_id: uuid.UUID) -> dict[uuid.UUID, Brand]:
    """What holds of each restaurant of a tenant; one query at most."""
    return versioned.kept("brand", tenant_id, None, lambda: _read(tenant_id, None)) or {}


def read(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> Brand | None:
    """What was saved last, as it is now; None if the tenant has no restaurant of this id."""
    return _read(tenant_id, restaurant_id).get(restaurant_id)


def _read(tenant_id: uuid.UUID, restaurant_id: uuid.UUID | None) -> dict[uuid.UUID, Brand]:
    return {
        row.id: next(iter(BRAND.values(row.saved and [row.saved])), Brand(row.id))
        for row in _READ.rows(tenant_id=tenant_id, restaurant_id=restaurant_id)
    }


def _read_brand(
    restaurant_id: str, colour: str, name: str | None, phone: str | None, address: list[str], version: int
) -> Brand:
    return Brand(uuid.UUID(restaurant_id), colour, name, phone, tuple(address), version)


BRAND = Kind(
    SavedBrand,
    (
        SavedBrand.restaurant_id,
        SavedBrand.colour,
        SavedBrand.name,
        SavedBrand.phone,
        SavedBrand.address,
        SavedBrand.version,
    ),
    _read_brand,
    {"address": list},
    marked(
        "Somebody else saved other settings while you were at it: see what was saved below."
        " Saving once more replaces theirs by what stands here."
    ),
    audited="brand",
    begins=Brand,
)
_asked = bindparam("restaurant_id", type_=Uuid)
_READ = TenantQuery(
    select(Restaurant.id, BRAND.last_version().label("saved")).where(
        Restaurant.tenant_id == bindparam("tenant_id"), or_(_asked.is_(None), Restaurant.id == _asked)
    )
)
