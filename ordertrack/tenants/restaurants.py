"""Finding a restaurant by the name that stands in addresses."""

from __future__ import annotations

import uuid
from typing import NamedTuple

from sqlalchemy import bindparam, select

from ordertrack.statements import Confined
from ordertrack.tenants.models import Restaurant


class FoundRestaurant(NamedTuple):
    """What pages and streams need to know of a restaurant."""

    id: uuid.UUID
    slug: str
    name: str
    timezone: str


def find_restaurant(tenant_id: uuid.UUID, slug: str) -> FoundRestaurant | None:
    """The tenant's restaurant with this slug."""
    for row in _BY_SLUG.rows(tenant_id=tenant_id, slug=slug):
        return FoundRestaurant(row.id, row.slug, row.name, row.timezone)
    return None


_BY_SLUG = Confined(
    select(Restaurant.id, Restaurant.slug, Restaurant.name, Restaurant.timezone).where(
        Restaurant.tenant_id == bindparam("tenant_id"), Restaurant.slug == bindparam("slug")
    )
)
