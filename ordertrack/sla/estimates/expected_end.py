"""When an order is likely to reach what its guest waits for: for the guest's page, and a hint on the card."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from dataclasses import dataclass

from flask import g
from sqlalchemy import bindparam, select

from ordertrack.database.statements import TenantQuery
from ordertrack.orders.records import OrderRecord
from ordertrack.restaurants import cache
from ordertrack.restaurants.calendar import Calendar
from ordertrack.rules.stages import SPANS, Stage
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.sla.estimates.models import EstimateDay
from ordertrack.sla.estimates.table import LEARNED_FROM, Estimates, Range, table_from
from ordertrack.sla.measure import cells
from ordertrack.sla.measure.cells import GOAL

PLACED_AHEAD = dt.timedelta(hours=2)  # who orders for later than this does not wait for the kitchen
KEPT_FOR = 600.0  # seconds
_SILENCE_KEPT_FOR = 60.0  # a roll-up that is being made has more to say soon
_MOST_KEPT = 500  # restaurants and days; a few kilobytes each

_UNTIL = {
    OrderStatus.READY: SPANS[Stage.KITCHEN].through | {OrderStatus.PENDING},
    OrderStatus.COMPLETED: SPANS[Stage.TOTAL].through,
}
_MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ExpectedEnd:
    """An estimate, never a promise: whole minutes between which the order is likely to reach its goal."""

    low_at: dt.datetime
    high_at: dt.datetime
    goal: OrderStatus

    def is_over(self, now: dt.datetime) -> bool:
        return now >= self.high_at


def of_order(order: OrderRecord, calendar: Calendar, now: dt.datetime) -> ExpectedEnd | None:
    """What was to be expected when the order entered its status; None if nothing can be said of it.

    It depends on that moment and not on `now`, so that every screen shows the same, and shows it again.
    """
    goal = GOAL[order.fulfilment]
    if order.status not in _UNTIL[goal] or order.is_later or _is_placed_ahead(order):
        return None
    since = max(order.status_since, order.began_at)
    if since.date() < now.date() - dt.timedelta(days=1):
        return None
    estimates = _of_restaurant(order.tenant_id, order.restaurant_id, since.date())
    hour = calendar.local(since).hour
    found = estimates.range_for(order.status, order.fulfilment, hour, order.steps[-1].load)
    if found is None:
        return None
    delay = dt.timedelta(minutes=order.delayed_now)
    low, high = (since + delay + dt.timedelta(seconds=seconds) for seconds in (found.low, found.high))
    return ExpectedEnd(_minute_of(low), _minute_of(high) + _MINUTE, goal)


def forget() -> None:
    """Have everything read anew."""
    _kept.clear()


def needed(
    tenant_id: uuid.UUID, restaurant_id: uuid.UUID, fulfilment: Fulfilment, at: dt.datetime
) -> dt.timedelta | None:
    """How long nine of ten orders that begin around this hour take to their goal; None if nobody knows."""
    calendar = cache.of_restaurant(tenant_id, restaurant_id).calendar
    today = dt.datetime.now(dt.UTC).date()
    estimates = _of_restaurant(tenant_id, restaurant_id, today)
    found = estimates.range_for(OrderStatus.CONFIRMED, fulfilment, calendar.local(at).hour, None)
    return None if found is None else dt.timedelta(seconds=found.high)


def range_from_now(
    tenant_id: uuid.UUID, restaurant_id: uuid.UUID, fulfilment: Fulfilment, load: int
) -> Range | None:
    """How long an order that is placed now takes, with so many in the kitchen; None if nobody knows."""
    calendar = cache.of_restaurant(tenant_id, restaurant_id).calendar
    now = dt.datetime.now(dt.UTC)
    estimates = _of_restaurant(tenant_id, restaurant_id, now.date())
    return estimates.range_for(OrderStatus.PENDING, fulfilment, calendar.local(now).hour, load)


def _is_placed_ahead(order: OrderRecord) -> bool:
    if order.fired_at is not None or order.promised_at is None:
        return False
    return order.promised_at - order.placed_at > PLACED_AHEAD


def _minute_of(moment: dt.datetime) -> dt.datetime:
    return moment.replace(second=0, microsecond=0)


def _of_restaurant(tenant_id: uuid.UUID, restaurant_id: uuid.UUID, day: dt.date) -> Estimates:
    """The estimates of one (UTC) day."""
    # The entered tenant is part of the key: what one has read must not be found from inside another.
    key = (g.get("tenant_id"), tenant_id, restaurant_id, day)
    kept = _kept.get(key)
    if kept is not None and kept[0] > time.monotonic():
        return kept[1]
    rows = _DAYS.rows(
        tenant_id=tenant_id,
        restaurant_id=restaurant_id,
        first=day - dt.timedelta(days=LEARNED_FROM),
        last=day - dt.timedelta(days=1),
    )
    estimates = table_from([cells.read(row.cells) for row in rows])
    if len(_kept) >= _MOST_KEPT:
        _kept.clear()
    _kept[key] = (time.monotonic() + (_SILENCE_KEPT_FOR if estimates.is_silent else KEPT_FOR), estimates)
    return estimates


_kept: dict[tuple[uuid.UUID | None, uuid.UUID, uuid.UUID, dt.date], tuple[float, Estimates]] = {}
_DAYS = TenantQuery(
    select(EstimateDay.cells).where(
        EstimateDay.tenant_id == bindparam("tenant_id"),
        EstimateDay.restaurant_id == bindparam("restaurant_id"),
        EstimateDay.learned_on.between(bindparam("first"), bindparam("last")),
    )
)
