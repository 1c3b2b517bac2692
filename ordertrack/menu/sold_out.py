"""A dish that a restaurant has no more of: until its next business day begins, or somebody takes it back."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from ordertrack.database.channels import MENU_CHANNEL, notify
from ordertrack.database.session import db
from ordertrack.menu import reading
from ordertrack.menu.dishes import name_in
from ordertrack.menu.models import SavedDish, SoldOut
from ordertrack.restaurants import cache
from ordertrack.tenants import audit
from ordertrack.tenants.company import languages_of
from ordertrack.tenants.principal import Principal


class NoSuchDish(LookupError):
    """The menu offers no dish of this sku."""


def until(tenant_id: uuid.UUID, restaurant_id: uuid.UUID, now: dt.datetime | None = None) -> dt.datetime:
    """When the next business day of the restaurant begins."""
    calendar = cache.of_restaurant(tenant_id, restaurant_id).calendar
    return calendar.day_begins(calendar.day_of(now or dt.datetime.now(dt.UTC)) + dt.timedelta(days=1))


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
    # What is over goes with it: nothing else takes it away.
    over = SoldOut.until <= func.clock_timestamp()
    db.session.execute(delete(SoldOut).where(*mine, SoldOut.sku.in_(changed) | over))
    where = {"tenant_id": by.tenant_id, "restaurant_id": restaurant_id}
    said = {"until": until(**where), "marked_by": by.name, "actor": by.actor}
    rows = [{**where, **said, "sku": sku} for sku in changed if wanted[sku]]
    if rows:
        # Two boards may say so at once.
        db.session.execute(insert(SoldOut).values(rows).on_conflict_do_nothing())
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
