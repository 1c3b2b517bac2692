"""How the kitchens of this process's pages are doing now: what `drift` says, of what came and what is open.

It is read for many restaurants at once, two queries every five minutes, and kept. What it says of a moment
stays the same, on every screen.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from flask import g
from sqlalchemy import ARRAY, Text, Uuid, and_, any_, bindparam, cast, func, or_, select

from ordertrack.database.statements import TenantQuery
from ordertrack.orders.models import Order, StatusEvent
from ordertrack.orders.tests_of_boards import SENDER
from ordertrack.restaurants import cache
from ordertrack.restaurants.calendar import Calendar
from ordertrack.rules.stages import SPANS, Stage
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.sla.estimates import drift, scoring, waits
from ordertrack.sla.estimates.models import EstimateDay
from ordertrack.sla.estimates.table import Estimates
from ordertrack.sla.estimates.waits import NO_WAITS, WAIT, Waits
from ordertrack.sla.measure.cells import FULFILMENTS, load_band
from ordertrack.sla.measure.microseconds import microseconds

FOLLOWED = frozenset({OrderStatus.PENDING, OrderStatus.CONFIRMED, OrderStatus.PREPARING})
"""What the kitchen has still to make: only that takes longer where the kitchen does."""

_DAYS_READ = 2  # before this one: who was confirmed yesterday is still to be told the same
_MOST_KEPT = 20_000  # restaurants; a few kilobytes each
_NOT_YET = np.iinfo(np.int64).max // 2
_IN_THE_KITCHEN = sorted(SPANS[Stage.KITCHEN].through)
_ON_THE_WAY = sorted(SPANS[Stage.TOTAL].through - {OrderStatus.PENDING})


@dataclass(slots=True)
class _Doing:
    """Orders of one restaurant, open ones too, as of the moment `until`; and what they have said so far."""

    until: int
    waits: Waits
    factors: dict[tuple[Fulfilment, int], float] = field(default_factory=dict)

    def factor(self, fulfilment: Fulfilment, moment: int, estimates: Estimates) -> float:
        found = self.factors.get((fulfilment, moment))
        if found is None:
            of_kind = self.waits[self.waits["fulfilment"] == FULFILMENTS.index(fulfilment)]
            (found,) = scoring.at_moments(of_kind, estimates, np.array([moment]))
            found = self.factors[fulfilment, moment] = float(found)
        return found


def factor(
    tenant_id: uuid.UUID,
    restaurant_id: uuid.UUID,
    fulfilment: Fulfilment,
    since: dt.datetime,
    estimates: Estimates,
) -> float:
    """How many times as long as usual it takes what began at `since`; 1 where nobody knows better."""
    of_each = factors(tenant_id, fulfilment, since, {restaurant_id: estimates})
    return of_each[restaurant_id]


def factors(
    tenant_id: uuid.UUID, fulfilment: Fulfilment, since: dt.datetime, of_each: Mapping[uuid.UUID, Estimates]
) -> dict[uuid.UUID, float]:
    """The same for many restaurants of a tenant, each with its estimates; two queries at most."""
    now = dt.datetime.now(dt.UTC)
    known = microseconds(drift.moment_before(now))
    moment = min(microseconds(drift.moment_before(since)), known)
    entered = g.get("tenant_id")
    told = [each for each, estimates in of_each.items() if not estimates.is_silent]
    stale = [each for each in told if _kept.get((entered, tenant_id, each), _NOTHING).until < moment]
    for restaurant_id, found in _read(tenant_id, stale, now).items():
        if len(_kept) >= _MOST_KEPT:
            _kept.pop(next(iter(_kept)), None)  # the oldest
        _kept[entered, tenant_id, restaurant_id] = _Doing(known, found)
    made = dict.fromkeys(of_each, 1.0)
    for each in told:
        doing = _kept.get((entered, tenant_id, each), _NOTHING)
        made[each] = doing.factor(fulfilment, moment, of_each[each])
    return made


def forget(tenant_id: uuid.UUID | None = None) -> None:
    """Have everything read anew that is kept of a tenant, or of all."""
    for key in list(_kept):
        if tenant_id in (None, key[1]):
            _kept.pop(key, None)


def _read(tenant_id: uuid.UUID, restaurants: Sequence[uuid.UUID], now: dt.datetime) -> dict[uuid.UUID, Waits]:
    if not restaurants:
        return {}
    parts: dict[uuid.UUID, list[Waits]] = {each: [] for each in restaurants}
    first = now.date() - dt.timedelta(days=_DAYS_READ)
    for row in _CAME.rows(tenant_id=tenant_id, restaurants=list(restaurants), first=first):
        parts[row.restaurant_id].append(waits.read(row.waits))
    calendars = _calendars(tenant_id, restaurants)
    seen = set()
    after = now - dt.timedelta(microseconds=2 * drift.FOLLOWED_FOR)
    for row in _OPEN.rows(
        tenant_id=tenant_id,
        restaurants=list(restaurants),
        after=after,
        in_the_kitchen=_IN_THE_KITCHEN,
        on_the_way=_ON_THE_WAY,
    ):
        if row.id not in seen:  # of several times the first
            seen.add(row.id)
            parts[row.restaurant_id].append(_open(row, calendars[row.restaurant_id]))
    return {each: waits.together(found) if found else NO_WAITS for each, found in parts.items()}


def _open(row: Any, calendar: Calendar) -> Waits:
    began = max(row.occurred_at, row.fired_at or row.occurred_at)
    hour, number = calendar.local(began).hour, FULFILMENTS.index(Fulfilment(row.fulfilment))
    return np.array([(microseconds(began), _NOT_YET, load_band(row.kitchen_load), hour, number)], WAIT)


def _calendars(tenant_id: uuid.UUID, restaurants: Sequence[uuid.UUID]) -> dict[uuid.UUID, Calendar]:
    if len(restaurants) == 1:
        return {restaurants[0]: cache.of_restaurant(tenant_id, restaurants[0]).calendar}
    return {each.id: each.calendar for each in cache.of_tenant(tenant_id)}


_NOTHING = _Doing(-1, NO_WAITS)
_kept: dict[tuple[uuid.UUID | None, uuid.UUID, uuid.UUID], _Doing] = {}
_CAME = TenantQuery(
    select(EstimateDay.restaurant_id, EstimateDay.waits).where(
        EstimateDay.tenant_id == bindparam("tenant_id"),
        EstimateDay.restaurant_id == any_(bindparam("restaurants", type_=ARRAY(Uuid))),
        EstimateDay.learned_on >= bindparam("first"),
    )
)
_OPEN = TenantQuery(
    select(
        Order.id,
        Order.restaurant_id,
        Order.fulfilment,
        Order.fired_at,
        StatusEvent.occurred_at,
        StatusEvent.kitchen_load,
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
        cast(Order.status, Text) == any_(bindparam("on_the_way", type_=ARRAY(Text))),
        or_(
            Order.fulfilment == Fulfilment.DELIVERY,
            cast(Order.status, Text) == any_(bindparam("in_the_kitchen", type_=ARRAY(Text))),
        ),
        func.coalesce(Order.idempotency_sender, "") != SENDER,
        StatusEvent.to_status == OrderStatus.CONFIRMED,
        StatusEvent.kitchen_load.is_not(None),
        func.greatest(StatusEvent.occurred_at, Order.fired_at) > bindparam("after"),
    )
    .order_by(StatusEvent.seq)
)
