"""Finding a restaurant by the name that stands in addresses."""

from __future__ import annotations

import time
import uuid
from typing import NamedTuple

from flask import g
from sqlalchemy import bindparam, select

from ordertrack.statements import Confined
from ordertrack.tenants.models import Restaurant

_KEPT_FOR = 5.0  # seconds: a thousand screens that come back at once ask for the same few
_MOST_KEPT = 10_000


class FoundRestaurant(NamedTuple):
    """What pages and streams need to know of a restaurant."""

    id: uuid.UUID
    slug: str
    name: str
    timezone: str


def find_restaurant(tenant_id: uuid.UUID, slug: str) -> FoundRestaurant | None:
    """The tenant's restaurant with this slug, as it is now or was a few seconds ago."""
    # The entered tenant is part of the key: what one has read must not be found from inside another.
    key = (g.get("tenant_id"), tenant_id, slug)
    kept = _kept.get(key)
    if kept is not None and kept[0] > time.monotonic():
        return kept[1]
    if "\0" in slug:  # no text in the database holds one, and asking for it is an error there
        return None
    for row in _BY_SLUG.rows(tenant_id=tenant_id, slug=slug):
        found = FoundRestaurant(row.id, row.slug, row.name, row.timezone)
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        _kept[key] = (time.monotonic() + _KEPT_FOR, found)
        return found
    return None


_kept: dict[tuple[uuid.UUID | None, uuid.UUID, str], tuple[float, FoundRestaurant]] = {}
_BY_SLUG = Confined(
    select(Restaurant.id, Restaurant.slug, Restaurant.name, Restaurant.timezone).where(
        Restaurant.tenant_id == bindparam("tenant_id"), Restaurant.slug == bindparam("slug")
    )
)
