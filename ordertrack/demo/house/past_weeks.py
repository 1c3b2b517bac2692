"""Four weeks of history for a tenant that has none, so that its reports say something at once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator

from sqlalchemy import select

from ordertrack.database.session import db
from ordertrack.demo.simulation.guests import SIMULATED
from ordertrack.demo.simulation.service_day import ServiceDay, Visit
from ordertrack.past.orders import PastOrder, PastStep
from ordertrack.past.writer import History
from ordertrack.restaurants import cache
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.restaurants.save import save_target
from ordertrack.restaurants.targets import Target
from ordertrack.rules.roles import Role
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import FIRST, Fulfilment, OrderStatus
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.stream import TenantStream

ACTOR = "program:history"
DAYS = 28
SEED = "1"

# What the page is to find: on two Fridays this restaurant's kitchen took twice as long from this hour on.
TROUBLED = "hamra"
TROUBLE_FROM = 19
_TROUBLED_DAYS = 14
_FRIDAY = 4

# One fulfilment's own before the general one: days that had a target get no other.
MINUTES: dict[tuple[Stage, Fulfilment | None], int] = {
    (Stage.ACCEPT, None): 5,
    (Stage.KITCHEN, Fulfilment.PICKUP): 15,
    (Stage.KITCHEN, None): 20,
    (Stage.HANDOVER, None): 6,
    (Stage.ROAD, None): 35,
    (Stage.TOTAL, None): 60,
}
# The rush begins now; what was still open would be in its way.
_ENDED_BEFORE = dt.timedelta(minutes=5)
_BY_KITCHEN = frozenset(
    {OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY, OrderStatus.CANCELLED}
)


def is_missing(tenant_id: uuid.UUID) -> bool:
    """Whether nothing has ever happened in the entered tenant."""
    query = select(TenantStream.seq).where(TenantStream.tenant_id == tenant_id)
    return db.session.scalar(query) == 0


def write(tenant_id: uuid.UUID, now: dt.datetime, seed: str = SEED) -> int:
    """Write the four weeks before `now` (aware) as the schema's owner, all or nothing; how many events.

    Equal seeds and days bring equal weeks. Targets hold in them from before the first day on.
    """
    restaurants = {each.slug: each for each in cache.of_tenant(tenant_id)}
    orders = [order for each in restaurants.values() for order in _orders(tenant_id, each, now, seed)]
    history = History(tenant_id, orders, lambda slug, moment: restaurants[slug].calendar.day_of(moment))
    for each in restaurants.values():
        _set_targets(tenant_id, each, now)
    return sum(history.write())


def _set_targets(tenant_id: uuid.UUID, restaurant: RestaurantSettings, now: dt.datetime) -> None:
    """Those that an earlier try, which was broken off, has not set."""
    first = restaurant.calendar.day_of(now) - dt.timedelta(days=DAYS + 1)
    by = Principal(tenant_id, ACTOR, "Simulated manager")
    for (stage, fulfilment), minutes in MINUTES.items():
        if not restaurant.targets.holds_since(stage, fulfilment, first):
            save_target(restaurant.id, Target(stage, fulfilment, first, minutes * 60), by=by, now=now)


def services(restaurant: RestaurantSettings, now: dt.datetime) -> Iterator[ServiceDay]:
    """The days that are drawn, today's included."""
    today = restaurant.calendar.day_of(now)
    for ago in range(DAYS, -1, -1):
        day = today - dt.timedelta(days=ago)
        is_troubled = restaurant.slug == TROUBLED and day.weekday() == _FRIDAY and 0 < ago <= _TROUBLED_DAYS
        trouble = TROUBLE_FROM if is_troubled else None
        yield ServiceDay(restaurant.slug, day, restaurant.calendar.zone_on(day), trouble)


def _orders(
    tenant_id: uuid.UUID, restaurant: RestaurantSettings, now: dt.datetime, seed: str
) -> Iterator[PastOrder]:
    until = (now - _ENDED_BEFORE).timestamp()
    for service in services(restaurant, now):
        yield from (_order(tenant_id, each) for each in service.visits(seed) if each.ended_at < until)


def _order(tenant_id: uuid.UUID, visit: Visit) -> PastOrder:
    guest = visit.guest
    placed_at = dt.datetime.fromtimestamp(visit.at[FIRST], dt.UTC)
    steps = []
    for status, at in visit.at.items():
        metadata = SIMULATED | ({"reason": guest.reason} if status == OrderStatus.CANCELLED else {})
        by = Principal(tenant_id, ACTOR, f"Simulated {_hand(status)}")
        steps.append(PastStep(status, dt.datetime.fromtimestamp(at, dt.UTC), by, metadata))
    return PastOrder(guest.order(placed_at, speed=1.0), tuple(steps))


def _hand(status: OrderStatus) -> str:
    if status == FIRST:
        return "guest"
    return Role.KITCHEN if status in _BY_KITCHEN else Role.DISPATCH
