"""When an order is likely to reach what its guest waits for: for the guest's page, and a hint on the card."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask import g
from sqlalchemy import ARRAY, Uuid, any_, bindparam, select

from ordertrack.database.statements import TenantQuery
from ordertrack.orders.reading.records import OrderRecord
from ordertrack.restaurants import cache
from ordertrack.restaurants.calendar import Calendar
from ordertrack.rules.stages import SPANS, Stage
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.sla.estimates import current_drift
from ordertrack.sla.estimates.models import EstimateDay
from ordertrack.sla.estimates.table import LEARNED_FROM, Estimates, Range, table_from
from ordertrack.sla.measure import cells
from ordertrack.sla.measure.cells import GOAL

PLACED_AHEAD = dt.timedelta(hours=2)  # who orders for later than this does not wait for the kitchen
KEPT_FOR = 600.0  # seconds
_SILENCE_KEPT_FOR = 300.0  # a roll-up that is being made has more to say soon
_MOST_KEPT = 20_000  # restaurants and days; a few kilobytes each

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

    It depends on that moment and not on `now`, so that every screen shows the same, and shows it again: on
    the days before and, as long as the kitchen has still to make it, on how this one went until then.
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
    drift = 1.0
    if order.status in current_drift.FOLLOWED:
        drift = current_drift.factor(order.tenant_id, order.restaurant_id, order.fulfilment, since, estimates)
    delay = dt.timedelta(minutes=order.delayed_now)
    low, high = (since + delay + dt.timedelta(seconds=drift * seconds) for seconds in (found.low, found.high))
    return ExpectedEnd(_minute_of(low), _minute_of(high) + _MINUTE, goal)


def forget(tenant_id: uuid.UUID | None = None) -> None:
    """Have everything read anew that is kept of a tenant, or of all."""
    for key in list(_kept):
        if tenant_id in (None, key[1]):
            _kept.pop(key, None)
    current_drift.forget(tenant_id)


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
    found = estimates.range_for(OrderStatus.PENDING, fulfilment, calendar.local(now).hour, load)
    return found and found.times(current_drift.factor(tenant_id, restaurant_id, fulfilment, now, estimates))


def _is_placed_ahead(order: OrderRecord) -> bool:
    if order.fired_at is not None or order.promised_at is None:
        return False
    return order.promised_at - order.placed_at > PLACED_AHEAD


def _minute_of(moment: dt.datetime) -> dt.datetime:
    return moment.replace(second=0, microsecond=0)


def ranges_from_now(
    tenant_id: uuid.UUID, fulfilment: Fulfilment, loads: Mapping[uuid.UUID, int]
) -> dict[uuid.UUID, Range | None]:
    """The same for many restaurants of a tenant, by how many their kitchens have; a few queries at most."""
    now = dt.datetime.now(dt.UTC)
    estimates = _of_restaurants(tenant_id, list(loads), now.date())
    drifts = current_drift.factors(tenant_id, fulfilment, now, estimates)
    made = {}
    for each in cache.of_tenant(tenant_id):
        if each.id in loads:
            hour = each.calendar.local(now).hour
            found = estimates[each.id].range_for(OrderStatus.PENDING, fulfilment, hour, loads[each.id])
            made[each.id] = found and found.times(drifts[each.id])
    return made


def _of_restaurant(tenant_id: uuid.UUID, restaurant_id: uuid.UUID, day: dt.date) -> Estimates:
    """The estimates of one (UTC) day."""
    return _of_restaurants(tenant_id, [restaurant_id], day)[restaurant_id]


def _of_restaurants(
    tenant_id: uuid.UUID, restaurants: Sequence[uuid.UUID], day: dt.date
) -> dict[uuid.UUID, Estimates]:
    """The estimates of one (UTC) day of each restaurant; one query for all that are not kept."""
    # The entered tenant is part of the key: what one has read must not be found from inside another.
    keys = {each: (g.get("tenant_id"), tenant_id, each, day) for each in restaurants}
    found = {}
    for restaurant_id, key in keys.items():
        kept = _kept.get(key)
        if kept is not None and kept[0] > time.monotonic():
            found[restaurant_id] = kept[1]
    for restaurant_id, estimates in _read(tenant_id, [each for each in keys if each not in found], day):
        if len(_kept) >= _MOST_KEPT:
            _kept.pop(next(iter(_kept)), None)  # the oldest
        end = time.monotonic() + (_SILENCE_KEPT_FOR if estimates.is_silent else KEPT_FOR)
        _kept.pop(keys[restaurant_id], None)
        _kept[keys[restaurant_id]] = (end, estimates)
        found[restaurant_id] = estimates
    return found


def _read(
    tenant_id: uuid.UUID, restaurants: list[uuid.UUID], day: dt.date
) -> Iterator[tuple[uuid.UUID, Estimates]]:
    if not restaurants:
        return
    first, last = day - dt.timedelta(days=LEARNED_FROM), day - dt.timedelta(days=1)
    days: dict[uuid.UUID, list[cells.Cells]] = {each: [] for each in restaurants}
    for row in _DAYS.rows(tenant_id=tenant_id, restaurants=restaurants, first=first, last=last):
        days[row.restaurant_id].append(cells.read(row.cells))
    for restaurant_id, parts in days.items():
        yield restaurant_id, table_from(parts)


_kept: dict[tuple[uuid.UUID | None, uuid.UUID, uuid.UUID, dt.date], tuple[float, Estimates]] = {}
_DAYS = TenantQuery(
    select(EstimateDay.restaurant_id, EstimateDay.cells).where(
        EstimateDay.tenant_id == bindparam("tenant_id"),
        EstimateDay.restaurant_id == any_(bindparam("restaurants", type_=ARRAY(Uuid))),
        EstimateDay.learned_on.between(bindparam("first"), bindparam("last")),
    )
)
