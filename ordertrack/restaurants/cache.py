"""The settings of restaurants as whoever judges a time needs them: read once, kept until they change."""

from __future__ import annotations

import uuid

from ordertrack.database.ttl_cache import Kept
from ordertrack.restaurants.rows import RestaurantSettings, read

__all__ = [
    "RestaurantSettings",
    "forget",
    "forget_all",
    "of_restaurant",
    "of_tenant",
]

_kept: Kept[tuple[uuid.UUID, uuid.UUID | None], list[RestaurantSettings]] = Kept()


def of_restaurant(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> RestaurantSettings:
    """The settings of one restaurant; raises LookupError if the tenant has none of this id."""
    for found in _read(tenant_id, restaurant_id):
        return found
    raise LookupError(f"no restaurant {restaurant_id} in tenant {tenant_id}")


def of_tenant(tenant_id: uuid.UUID) -> list[RestaurantSettings]:
    """The settings of all restaurants of a tenant, by name."""
    return list(_read(tenant_id, None))


def forget(tenant_id: uuid.UUID, restaurant_id: uuid.UUID | None) -> None:
    """Have a restaurant's settings read anew, or those of all of the tenant's restaurants for None."""
    _kept.forget(
        lambda key: key[0] == tenant_id and (restaurant_id is None or key[1] in (None, restaurant_id))
    )


def forget_all() -> None:
    """Have everything read anew."""
    _kept.forget()


def _read(tenant_id: uuid.UUID, restaurant_id: uuid.UUID | None) -> list[RestaurantSettings]:
    return _kept.get((tenant_id, restaurant_id), lambda: read(tenant_id, restaurant_id) or None) or []
