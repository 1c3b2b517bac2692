"""What a guest would be told now of an order that nobody has placed yet."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from sqlalchemy import func, select

from ordertrack.database.session import db
from ordertrack.restaurants import operations, pace
from ordertrack.restaurants.order_handling import OrderHandling
from ordertrack.restaurants.pace import Pace, PaceState
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.sla.estimates import expected_end
from ordertrack.sla.estimates.table import Range


class Why(StrEnum):
    """By what a restaurant stands so: what somebody said, its open orders, its hours, or its end."""

    SAID = "said"
    LOAD = "load"
    HOURS = "hours"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a restaurant stands: `minutes` more than usual while it is busy; `until`, if that is known.

    Outside its opening hours it is paused until it opens.
    """

    state: PaceState
    minutes: int
    until: dt.datetime | None
    why: Why = Why.SAID


@dataclass(frozen=True, slots=True)
class Quote:
    """Between which moments the guest would have it; None while nothing is taken in.

    `is_learned`: from orders of the last weeks; else from the restaurant's own minutes.
    """

    standing: Standing
    low_at: dt.datetime | None
    high_at: dt.datetime | None
    is_learned: bool


def standing(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> Standing:
    """What somebody said of the restaurant, or else whether more is open than it takes easily."""
    said = pace.of_restaurant(tenant_id, restaurant_id)
    handling = operations.of_restaurant(tenant_id, restaurant_id).orders
    return _standing(said, handling, lambda: _load(tenant_id, restaurant_id))


def quote(tenant_id: uuid.UUID, restaurant_id: uuid.UUID, fulfilment: Fulfilment) -> Quote:
    """The range for an order of this fulfilment that is placed now."""
    stands = standing(tenant_id, restaurant_id)
    if stands.state == PaceState.PAUSED:
        return Quote(stands, None, None, False)
    load = _load(tenant_id, restaurant_id) + 1
    learned = expected_end.range_from_now(tenant_id, restaurant_id, fulfilment, load)
    return _quote(stands, operations.of_restaurant(tenant_id, restaurant_id).orders, fulfilment, learned)


def quotes(
    tenant_id: uuid.UUID, fulfilment: Fulfilment, loads: Mapping[uuid.UUID, int]
) -> dict[uuid.UUID, Quote]:
    """The same for many restaurants of the tenant, by how many orders their kitchens have.

    The number of queries does not grow with that of the restaurants.
    """
    paces, settings = pace.of_tenant(tenant_id), operations.of_tenant(tenant_id)
    of_next = {restaurant_id: load + 1 for restaurant_id, load in loads.items()}
    learned = expected_end.ranges_from_now(tenant_id, fulfilment, of_next)
    made = {}
    for restaurant_id in learned.keys() & paces.keys() & settings.keys():
        handling, load = settings[restaurant_id].orders, loads[restaurant_id]
        stands = _standing(paces[restaurant_id], handling, partial(int, load))
        made[restaurant_id] = _quote(stands, handling, fulfilment, learned[restaurant_id])
    return made


def _standing(said: Pace, handling: OrderHandling, load: Callable[[], int]) -> Standing:
    now = dt.datetime.now(dt.UTC)
    if said.is_closed:
        return Standing(PaceState.PAUSED, 0, None, Why.CLOSED)
    if said.state == PaceState.PAUSED:
        return Standing(said.state, said.minutes, said.until)
    if not said.hours.is_open_at(now):
        return Standing(PaceState.PAUSED, 0, said.hours.opens_after(now), Why.HOURS)
    if said.state == PaceState.BUSY:
        return Standing(said.state, said.minutes, said.until)
    if handling.busy_over and load() > handling.busy_over:
        return Standing(PaceState.BUSY, handling.busy_minutes, None, Why.LOAD)
    return Standing(PaceState.OPEN, 0, None)


def _quote(stands: Standing, handling: OrderHandling, fulfilment: Fulfilment, learned: Range | None) -> Quote:
    if stands.state == PaceState.PAUSED:
        return Quote(stands, None, None, False)
    now = dt.datetime.now(dt.UTC)
    if learned is None:
        takes = handling.takes(fulfilment)
        low, high = float(takes), float(takes + handling.margin)
    else:
        low, high = learned.low, learned.high
    more = dt.timedelta(minutes=stands.minutes)
    return Quote(
        stands,
        now + more + dt.timedelta(seconds=low),
        now + more + dt.timedelta(seconds=high),
        learned is not None,
    )


def _load(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> int:
    """How many orders the kitchen has, up to 99."""
    return int(db.session.scalar(select(func.kitchen_load(tenant_id, restaurant_id))) or 0)
