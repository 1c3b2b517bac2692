"""How a restaurant shows itself to its guests: colour, name, phone and address, kept until they change."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import bindparam, select

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


def read(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> Brand | None:
    """What was saved last, as it is now; None if the tenant has no restaurant of this id."""
    for row in _READ.rows(tenant_id=tenant_id, restaurant_id=restaurant_id):
        return next(iter(BRAND.values(row.saved and [row.saved])), Brand(restaurant_id))
    return None


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
)
_READ = TenantQuery(
    select(Restaurant.id, BRAND.last_version().label("saved")).where(
        Restaurant.tenant_id == bindparam("tenant_id"), Restaurant.id == bindparam("restaurant_id")
    )
)
