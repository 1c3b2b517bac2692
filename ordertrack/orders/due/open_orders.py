"""Every open order of a tenant, and from when on it is late: one query for all restaurants."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, Text, Uuid, and_, any_, bindparam, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from ordertrack.database.statements import TenantQuery
from ordertrack.orders.due import lateness
from ordertrack.orders.models import Order, StatusEvent
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.restaurants.targets import Timer, TimerState
from ordertrack.rules.state_machine import TERMINAL, Fulfilment, OrderStatus

OPEN = tuple(status for status in OrderStatus if status not in TERMINAL)
"""What an open order may be in, in the order in which it goes through them."""
MOST_READ = 20_000  # of a tenant, the oldest


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order that is on its way; `is_forgotten` if nobody has touched it for hours, from `forgotten_at` on.

    `unconfirmed_at` is from when on nobody has confirmed it for too long, where no limit is set.
    """

    id: uuid.UUID
    restaurant_id: uuid.UUID
    number: int
    status: OrderStatus
    fulfilment: Fulfilment
    began_at: dt.datetime
    promised_at: dt.datetime | None
    rider: str | None
    to_collect: int | None
    currency: str | None
    timer: Timer
    is_forgotten: bool
    forgotten_at: dt.datetime
    unconfirmed_at: dt.datetime | None

    def is_late(self, now: dt.datetime) -> bool:
        return not self.is_forgotten and self.timer.state(now) == TimerState.LATE

    def is_unconfirmed(self, now: dt.datetime) -> bool:
        return not self.is_forgotten and self.unconfirmed_at is not None and self.unconfirmed_at <= now


def read(
    tenant_id: uuid.UUID, restaurants: Mapping[uuid.UUID, RestaurantSettings], now: dt.datetime
) -> list[OpenOrder]:
    """Up to MOST_READ of these restaurants, the oldest first. What is for later is not among them."""
    statuses = [status.value for status in OPEN]
    rows = _OPEN.rows(tenant_id=tenant_id, restaurants=list(restaurants), statuses=statuses)
    return [_order(row, restaurants[row.restaurant_id], now) for row in rows]


def _order(row: Any, restaurant: RestaurantSettings, now: dt.datetime) -> OpenOrder:
    status, fulfilment = OrderStatus(row.status), Fulfilment(row.fulfilment)
    entered = dict(zip(map(OrderStatus, row.entered), row.at, strict=True))  # of several times the first
    untouched_since = max(row.status_since, row.promised_at or row.status_since)
    patience = dt.timedelta(seconds=restaurant.calendar.rules[-1].forgotten_after)
    return OpenOrder(
        row.id,
        row.restaurant_id,
        row.number,
        status,
        fulfilment,
        row.fired_at or row.placed_at,
        row.promised_at,
        row.rider,
        row.to_collect,
        row.currency,
        lateness.timer_by(restaurant, status, fulfilment, entered, row.accept_by, row.promised_at),
        untouched_since + patience < now,
        untouched_since + patience,
        lateness.unconfirmed_at(restaurant, status, fulfilment, entered, row.accept_by),
    )


_OPEN = TenantQuery(
    select(
        Order.id,
        Order.restaurant_id,
        Order.number,
        Order.status,
        Order.fulfilment,
        Order.status_since,
        Order.placed_at,
        Order.fired_at,
        Order.promised_at,
        Order.accept_by,
        Order.rider,
        Order.to_collect,
        Order.currency,
        func.array_agg(aggregate_order_by(StatusEvent.to_status, StatusEvent.seq.desc())).label("entered"),
        func.array_agg(
            aggregate_order_by(func.greatest(StatusEvent.occurred_at, Order.fired_at), StatusEvent.seq.desc())
        ).label("at"),
    )
    .join(
        StatusEvent,
        and_(StatusEvent.tenant_id == Order.tenant_id, StatusEvent.order_id == Order.id),
    )
    .where(
        Order.tenant_id == bindparam("tenant_id"),
        # Each by itself: the index of open orders begins with it.
        Order.restaurant_id == any_(bindparam("restaurants", type_=ARRAY(Uuid))),
        ~Order.is_later,
        cast(Order.status, Text) == any_(bindparam("statuses", type_=ARRAY(Text))),
    )
    .group_by(Order.tenant_id, Order.id)
    .order_by(func.coalesce(Order.fired_at, Order.placed_at), Order.id)
    .limit(literal_column(str(MOST_READ)))
)
