"""Giving a restaurant up, as soon as no order of it is open, and opening it again."""

from __future__ import annotations

import uuid

from sqlalchemy import func, select, update

from ordertrack.database.channels import SETTINGS_CHANNEL, notify
from ordertrack.database.session import db
from ordertrack.i18n.translate import ngettext
from ordertrack.orders.models import Order
from ordertrack.restaurants.versioned import refuse, saving
from ordertrack.rules.state_machine import OPEN
from ordertrack.tenants import audit
from ordertrack.tenants.models import Restaurant
from ordertrack.tenants.principal import Principal


def close(restaurant_id: uuid.UUID, *, by: Principal) -> bool:
    """Have the restaurant take nothing in from now on, and commit; False if it is closed already.

    Raises UnusableSettings while orders are open there, also those for later, and LookupError for no
    restaurant of the tenant.
    """
    with saving(restaurant_id, by) as saved:  # who places an order meanwhile waits, and finds it closed
        orders = db.session.scalar(
            select(func.count())
            .select_from(Order)
            .where(Order.tenant_id == by.tenant_id, Order.restaurant_id == restaurant_id)
            .where(Order.status.in_(list(OPEN)))
        )
        if orders:
            said = ngettext(
                "%(num)s order is still open here, perhaps for later: complete or cancel it first.",
                "%(num)s orders are still open here, perhaps for later: complete or cancel them first.",
                orders,
            )
            refuse({"close": said})
        return _write(restaurant_id, saved.name, by, is_closed=True)


def open_again(restaurant_id: uuid.UUID, *, by: Principal) -> bool:
    """Have a restaurant that was closed take orders, as it did before, and commit; False if it does."""
    with saving(restaurant_id, by) as saved:
        return _write(restaurant_id, saved.name, by, is_closed=False)


def is_closed(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> bool:
    """Whether it is, now."""
    at = select(Restaurant.closed_at).where(Restaurant.tenant_id == tenant_id, Restaurant.id == restaurant_id)
    return db.session.scalar(at) is not None


def _write(restaurant_id: uuid.UUID, name: str, by: Principal, *, is_closed: bool) -> bool:
    changed = db.session.scalar(
        update(Restaurant)
        .where(Restaurant.tenant_id == by.tenant_id, Restaurant.id == restaurant_id)
        .where(Restaurant.closed_at.is_(None) if is_closed else Restaurant.closed_at.is_not(None))
        .values(closed_at=func.clock_timestamp() if is_closed else None)
        .returning(Restaurant.id)
    )
    if changed is None:
        return False
    facts = {"closed": not is_closed}, {"closed": is_closed}
    audit.record(by, "restaurant", str(restaurant_id), name, *facts, restaurant_id)
    notify(SETTINGS_CHANNEL, f"{by.tenant_id}:{restaurant_id}")
    return True
