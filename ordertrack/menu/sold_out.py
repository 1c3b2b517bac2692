"""A dish that a restaurant has no more of: until its next business day begins, or somebody takes it back."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping

from sqlalchemy import bindparam, exists, func, select, union
from sqlalchemy.dialects.postgresql import insert

from ordertrack.database.channels import MENU_CHANNEL, notify
from ordertrack.database.session import db
from ordertrack.menu import reading
from ordertrack.menu.dishes import name_in
from ordertrack.menu.models import MenuHead, SavedDish, SoldOut
from ordertrack.restaurants import cache
from ordertrack.tenants import audit
from ordertrack.tenants.company import languages_of
from ordertrack.tenants.models import Restaurant
from ordertrack.tenants.principal import Principal

_A_DAY = dt.timedelta(days=1)


class NoSuchDish(LookupError):
    """The menu offers no dish of this sku."""


def until(tenant_id: uuid.UUID, restaurant_id: uuid.UUID, now: dt.datetime | None = None) -> dt.datetime:
    """When the next business day of the restaurant begins."""
    calendar = cache.of_restaurant(tenant_id, restaurant_id).calendar
    return calendar.day_begins(calendar.day_of(now or dt.datetime.now(dt.UTC)) + _A_DAY)


def mark(restaurant_id: uuid.UUID, sku: str, is_sold_out: bool, *, by: Principal) -> bool:
    """Say that a dish is sold out in a restaurant, or not, and commit; False if it is so already.

    Raises NoSuchDish.
    """
    try:
        offered = select(SavedDish.sku).where(
            SavedDish.tenant_id == by.tenant_id, SavedDish.sku == sku, SavedDish.is_offered
        )
        if db.session.scalar(offered) is None:
            raise NoSuchDish(sku)
        changed = write(restaurant_id, {sku: is_sold_out}, by=by)
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    reading.forget(by.tenant_id, restaurant_id)
    return bool(changed)


def write(restaurant_id: uuid.UUID, wanted: Mapping[str, bool], *, by: Principal) -> list[str]:
    """As above, of dishes of the menu and in the caller's transaction; those of which it was not so."""
    mine = (SoldOut.tenant_id == by.tenant_id, SoldOut.restaurant_id == restaurant_id)
    holds = set(db.session.scalars(select(SoldOut.sku).where(*mine, SoldOut.until > func.clock_timestamp())))
    changed = [sku for sku, is_sold_out in wanted.items() if is_sold_out != (sku in holds)]
    if not changed:
        return []
    where = {"tenant_id": by.tenant_id, "restaurant_id": restaurant_id}
    tomorrow = until(by.tenant_id, restaurant_id)
    said = {"marked_by": by.name, "actor": by.actor, "marked_at": func.clock_timestamp()}
    for sku in changed:
        # Past for whoever asks, even where a host's clock is behind the database's.
        ends = {"until": tomorrow if wanted[sku] else func.clock_timestamp() - _A_DAY, **said}
        made = insert(SoldOut).values(**where, sku=sku, **ends)
        db.session.execute(made.on_conflict_do_update(index_elements=[*where, "sku"], set_=ends))
    _record(restaurant_id, {sku: wanted[sku] for sku in changed}, by)
    notify(MENU_CHANNEL, f"{by.tenant_id}:{restaurant_id}")
    return changed


def _record(restaurant_id: uuid.UUID, changed: Mapping[str, bool], by: Principal) -> None:
    language, *_others = languages_of(by.tenant_id)
    dishes = select(SavedDish.sku, SavedDish.names).where(
        SavedDish.tenant_id == by.tenant_id, SavedDish.sku.in_(changed)
    )
    for sku, names in db.session.execute(dishes):
        was, now = {"sold_out": not changed[sku]}, {"sold_out": changed[sku]}
        audit.record(by, "dish", sku, name_in(names, language), was, now, restaurant_id)


def changed_lately(tenant_id: uuid.UUID, within: dt.timedelta) -> list[uuid.UUID]:
    """The restaurants of the entered tenant whose dishes are others than a while ago, each once."""
    found = list(db.session.scalars(_CHANGED_LATELY, {"tenant_id": tenant_id, "within": within}))
    db.session.rollback()
    return found


_since = func.clock_timestamp() - bindparam("within")
_CHANGED_LATELY = union(
    select(SoldOut.restaurant_id).where(
        SoldOut.tenant_id == bindparam("tenant_id"), SoldOut.marked_at > _since
    ),
    select(Restaurant.id).where(
        Restaurant.tenant_id == bindparam("tenant_id"),
        exists().where(MenuHead.tenant_id == bindparam("tenant_id"), MenuHead.changed_at > _since),
    ),
)
