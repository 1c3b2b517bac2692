"""The riders that a dispatch board offers: the restaurant's roster, and whoever was given an order lately."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import func, select

from ordertrack.database.session import db
from ordertrack.i18n import names
from ordertrack.orders.models import Order
from ordertrack.restaurants import roster
from ordertrack.restaurants.roster import Rider

LATELY = dt.timedelta(days=14)
MOST = 50
NEWEST = 500  # orders that are looked through


def offered(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> list[Rider]:
    """Who is here, the others of the roster, then those lately given an order, the newest order's first."""
    listed = roster.of_restaurant(tenant_id, restaurant_id)
    others = (name for name in names_lately(tenant_id, restaurant_id) if listed.find(name) is None)
    return [*listed.riders, *map(Rider, others)]


def names_lately(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> list[str]:
    """Up to MOST names, whoever was given the newest order first, each as it was spelled last.

    Of the newest orders alone: a busy house has thousands in two weeks, and the board is asked for often.
    """
    # Asked of orders, not of the log: these are found by restaurant and time, however long the log has grown.
    newest = (
        select(Order.rider, Order.placed_at)
        .where(
            Order.tenant_id == tenant_id,
            Order.restaurant_id == restaurant_id,
            Order.placed_at >= dt.datetime.now(dt.UTC) - LATELY,
        )
        .order_by(Order.placed_at.desc(), Order.id.desc())
        .limit(NEWEST)
        .subquery()
    )
    query = (
        select(newest.c.rider)
        .where(newest.c.rider.is_not(None))
        .group_by(newest.c.rider)
        .order_by(func.max(newest.c.placed_at).desc())
        .limit(MOST)
    )
    lately: dict[str, str] = {}
    for name in db.session.scalars(query):
        if name:
            lately.setdefault(names.key(name), name)
    return list(lately.values())
