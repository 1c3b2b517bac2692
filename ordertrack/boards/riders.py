"""The riders of a restaurant: whoever was given an order lately."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import func, select

from ordertrack.database.session import db
from ordertrack.i18n import names
from ordertrack.orders.models import Order

LATELY = dt.timedelta(days=14)
MOST = 50


def names_lately(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> list[str]:
    """Up to MOST names, whoever was given the newest order first, each as it was spelled last."""
    # Asked of orders, not of the log: these are found by restaurant and day, however long the log has grown.
    query = (
        select(Order.rider)
        .where(
            Order.tenant_id == tenant_id,
            Order.restaurant_id == restaurant_id,
            Order.business_date >= (dt.datetime.now(dt.UTC) - LATELY).date(),
            Order.rider.is_not(None),
        )
        .group_by(Order.rider)
        .order_by(func.max(Order.placed_at).desc())
        .limit(MOST)
    )
    lately: dict[str, str] = {}
    for name in db.session.scalars(query):
        if name:
            lately.setdefault(names.key(name), name)
    return list(lately.values())
