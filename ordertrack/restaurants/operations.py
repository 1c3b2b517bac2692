"""How a restaurant's floor works, as whoever renders or takes in an order needs it: kept until it changes."""

from __future__ import annotations

import uuid
from dataclasses import replace

from sqlalchemy import select

from ordertrack.database.channels import SETTINGS_CHANNEL, notify
from ordertrack.database.session import db
from ordertrack.database.ttl_cache import Kept
from ordertrack.i18n.translate import gettext as _
from ordertrack.restaurants import operations_rows
from ordertrack.restaurants.operations_check import UnusableOperations, check
from ordertrack.restaurants.operations_rows import MOVES, OperationSettings, SavedOperations
from ordertrack.restaurants.stations import Station
from ordertrack.tenants.models import Restaurant
from ordertrack.tenants.principal import Principal

__all__ = [
    "OperationSettings",
    "Station",
    "UnusableOperations",
    "forget",
    "forget_all",
    "of_restaurant",
    "save",
]

_kept: Kept[tuple[uuid.UUID, uuid.UUID], OperationSettings] = Kept()


def of_restaurant(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> OperationSettings:
    """The settings of one restaurant; raises LookupError if the tenant has none of this id."""
    found = _kept.get((tenant_id, restaurant_id), lambda: operations_rows.read(tenant_id, restaurant_id))
    if found is None:
        raise LookupError(f"no restaurant {restaurant_id} in tenant {tenant_id}")
    return found


def forget(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> None:
    """Have a restaurant's settings read anew."""
    _kept.forget(lambda key: key == (tenant_id, restaurant_id))


def forget_all() -> None:
    """Have everything read anew."""
    _kept.forget()


def save(wanted: OperationSettings, *, by: Principal, seen: int | None = None) -> OperationSettings | None:
    """Save settings of `wanted.restaurant_id` as its next version, whatever theirs, and commit.

    Answers what was saved, None if it holds already. `seen` is the version that these were thought of from.
    Raises UnusableOperations, also if somebody else saved meanwhile, and LookupError for no restaurant of the
    tenant; then nothing is saved.
    """
    check(wanted)
    wanted = replace(wanted, undo_seconds={status: wanted.undo_for(status) for status in MOVES})
    try:
        before = _held(by.tenant_id, wanted.restaurant_id)
        if replace(wanted, version=before.version) == before:
            db.session.rollback()
            return None
        if seen not in (None, before.version):
            raise UnusableOperations({"seen": _overtaken()})
        saved = replace(wanted, version=before.version + 1)
        db.session.add(_row(saved, by))
        notify(SETTINGS_CHANNEL, f"{by.tenant_id}:{wanted.restaurant_id}")
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    forget(by.tenant_id, wanted.restaurant_id)
    return saved


def _held(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> OperationSettings:
    """The settings as they are; who saves at the same time waits until this transaction ends."""
    found = db.session.scalar(
        select(Restaurant.id)
        .where(Restaurant.tenant_id == tenant_id, Restaurant.id == restaurant_id)
        .with_for_update(key_share=True)
    )
    before = operations_rows.read(tenant_id, restaurant_id) if found is not None else None
    if before is None:
        raise LookupError(f"no restaurant {restaurant_id} in tenant {tenant_id}")
    return before


def _row(floor: OperationSettings, by: Principal) -> SavedOperations:
    return SavedOperations(
        tenant_id=by.tenant_id,
        restaurant_id=floor.restaurant_id,
        version=floor.version,
        undo_seconds={status.value: seconds for status, seconds in floor.undo_seconds.items()},
        rest_after=floor.rest_after,
        arabic_digits=floor.arabic_digits,
        stations=[{"name": station.name, "dishes": list(station.dishes)} for station in floor.stations],
        saved_by=by.name,
        actor=by.actor,
    )


def _overtaken() -> str:
    return _(
        "Somebody else saved other settings while you were at it: see what was saved below."
        " Saving once more replaces theirs by what stands here."
    )
