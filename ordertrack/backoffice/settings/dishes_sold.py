"""Which station the dishes that a restaurant really sells go to: so that a manager sees the gaps."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, select

from ordertrack.database.session import db
from ordertrack.orders.models import Order, OrderItem
from ordertrack.restaurants import stations
from ordertrack.restaurants.stations import Station

LOOKED_AT = dt.timedelta(days=14)
_MOST_DISHES = 300


@dataclass(frozen=True, slots=True)
class Routed:
    """A dish, how many of it were ordered, and the station that makes it; None where none does."""

    dish: str
    ordered: int
    station: str | None


def of_dishes(tenant_id: uuid.UUID, restaurant_id: uuid.UUID, routes: Sequence[Station]) -> list[Routed]:
    """The dishes of the last 14 days' orders: those without a station first, then what is ordered most.

    Of a menu with very many dishes, those that are ordered least are left out.
    """
    ordered = func.sum(OrderItem.quantity)
    rows = db.session.execute(
        select(OrderItem.name, ordered)
        .join(Order, and_(Order.tenant_id == OrderItem.tenant_id, Order.id == OrderItem.order_id))
        .where(
            Order.tenant_id == tenant_id,
            Order.restaurant_id == restaurant_id,
            Order.placed_at > func.clock_timestamp() - LOOKED_AT,
        )
        .group_by(OrderItem.name)
        .order_by(ordered.desc(), OrderItem.name)
        .limit(_MOST_DISHES)
    )
    found = [Routed(name, number, stations.station_of(routes, name)) for name, number in rows]
    return sorted(found, key=lambda routed: routed.station is not None)
