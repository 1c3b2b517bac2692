"""What a guest would be told now of an order that nobody has placed yet."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import func, select

from ordertrack.database.session import db
from ordertrack.restaurants import operations, pace
from ordertrack.restaurants.pace import PaceState
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.sla.estimates import expected_end


@dataclass(frozen=True, slots=True)
class Standing:
    """How a restaurant stands: `minutes` more than usual while it is busy; `until`, if anybody said so."""

    state: PaceState
    minutes: int
    until: dt.datetime | None


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
    if said.state != PaceState.OPEN:
        return Standing(said.state, said.minutes, said.until)
    handling = operations.of_restaurant(tenant_id, restaurant_id).orders
    if handling.busy_over and _load(tenant_id, restaurant_id) > handling.busy_over:
        return Standing(PaceState.BUSY, handling.busy_minutes, None)
    return Standing(PaceState.OPEN, 0, None)


def quote(tenant_id: uuid.UUID, restaurant_id: uuid.UUID, fulfilment: Fulfilment) -> Quote:
    """The range for an order of this fulfilment that is placed now."""
    stands = standing(tenant_id, restaurant_id)
    if stands.state == PaceState.PAUSED:
        return Quote(stands, None, None, False)
    now = dt.datetime.now(dt.UTC)
    load = _load(tenant_id, restaurant_id) + 1
    learned = expected_end.range_from_now(tenant_id, restaurant_id, fulfilment, load)
    if learned is None:
        handling = operations.of_restaurant(tenant_id, restaurant_id).orders
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
