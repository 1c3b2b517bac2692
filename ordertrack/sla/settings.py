"""The settings of restaurants as whoever judges a time needs them: read once, kept until they change."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import TypeAlias

from flask import g

from ordertrack.sla.settings_rows import RestaurantSettings, read
from ordertrack.tenants.floor import SETTINGS_CHANNEL

__all__ = [
    "SETTINGS_CHANNEL",
    "RestaurantSettings",
    "forget",
    "forget_all",
    "of_restaurant",
    "of_tenant",
]

# A process that listens forgets at once what was saved anew. Commands and tests do not listen, and a listener
# may be away: for them nothing is older than this, and one query in five seconds is cheap.
_KEPT_FOR = 5.0  # seconds
_MOST_KEPT = 10_000

_Key: TypeAlias = tuple[uuid.UUID | None, uuid.UUID, uuid.UUID | None]
_kept: dict[_Key, tuple[float, list[RestaurantSettings]]] = {}
_times_forgotten = 0


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
    _drop(lambda key: key[1] == tenant_id and (restaurant_id is None or key[2] in (None, restaurant_id)))


def forget_all() -> None:
    """Have everything read anew."""
    _drop(lambda _key: True)


def _drop(is_forgotten: Callable[[_Key], bool]) -> None:
    global _times_forgotten
    _times_forgotten += 1
    for key in [key for key in list(_kept) if is_forgotten(key)]:
        _kept.pop(key, None)


def _read(tenant_id: uuid.UUID, restaurant_id: uuid.UUID | None) -> list[RestaurantSettings]:
    # The entered tenant is part of the key: what one has read must not be found from inside another.
    key = (g.get("tenant_id"), tenant_id, restaurant_id)
    kept = _kept.get(key)
    if kept is not None and kept[0] > time.monotonic():
        return kept[1]
    before = _times_forgotten
    found = read(tenant_id, restaurant_id)
    # What was read while something was saved may be of before it.
    if found and before == _times_forgotten:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        _kept[key] = (time.monotonic() + _KEPT_FOR, found)
    return found
