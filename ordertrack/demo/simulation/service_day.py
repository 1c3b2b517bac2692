"""One day of one restaurant as it might have been: who came when, and how long the kitchen took for it."""

from __future__ import annotations

import datetime as dt
import heapq
import random
from dataclasses import dataclass
from itertools import pairwise
from zoneinfo import ZoneInfo

from ordertrack.demo.simulation import distributions, false_taps
from ordertrack.demo.simulation.guests import Guest, Guests
from ordertrack.rules.state_machine import FIRST, Fulfilment, OrderStatus

# How many times as busy each hour is as a published restaurant-hour; 24 is the hour after midnight.
BUSY = {
    11: 1.0,
    12: 3.0,
    13: 4.0,
    14: 3.0,
    15: 1.0,
    16: 1.0,
    17: 1.0,
    18: 2.5,
    19: 5.0,
    20: 6.0,
    21: 5.0,
    22: 3.0,
    23: 1.5,
    24: 0.5,
}
_FRIDAY, _SATURDAY = 4, 5
_WEEKEND_SHARE = 0.46
_MOST_IN_AN_HOUR = 17

# A kitchen alone with one order is quicker than a published one, and slower with every order more.
_ALONE = 0.75
_SLOWER_BY_EACH = 0.06
_SLOWEST = 1.8


@dataclass
class Visit:
    """A guest, and when (seconds since 1970) the order entered each status that it came to."""

    guest: Guest
    at: dict[OrderStatus, float]

    @property
    def ended_at(self) -> float:
        return max(self.at.values())


@dataclass(frozen=True)
class ServiceDay:
    """A business day of a restaurant. `trouble`: from this local hour on the kitchen takes twice as long."""

    restaurant: str
    day: dt.date
    zone: ZoneInfo
    trouble: int | None = None

    def visits(self, seed: str) -> list[Visit]:
        """The day's orders as they came, the same for the same seed whatever other days hold."""
        name = f"{seed}:{self.restaurant}:{self.day}"
        guests = Guests(name, (self.restaurant,), rate=1.0)
        cooking: list[float] = []
        visits = [self._visit(at, guests.next(), cooking) for at in self._arrivals(name)]
        false_taps.make(visits, distributions.stream(name, "false taps"))
        return visits

    def _arrivals(self, name: str) -> list[float]:
        chance = distributions.stream(name, "arrivals by the hour")
        return sorted(
            self._begins(hour) + chance.uniform(0, 3600)
            for hour, busy in BUSY.items()
            for _ in range(_guests_in_an_hour(busy * _busy_day(self.day), chance))
        )

    def _begins(self, hour: int) -> float:
        midnight = dt.datetime.combine(self.day, dt.time(), self.zone)
        return (midnight + dt.timedelta(hours=hour)).timestamp()

    def _visit(self, at: float, guest: Guest, cooking: list[float]) -> Visit:
        """`cooking` holds when each order before this one was ready."""
        while cooking and cooking[0] <= at:
            heapq.heappop(cooking)
        factor = min(_ALONE + _SLOWER_BY_EACH * len(cooking), _SLOWEST)
        if self.trouble is not None and at >= self._begins(self.trouble):
            factor *= 2
        visit = Visit(guest, {FIRST: at})
        for status, following in _way(guest):
            slower = factor if status in (OrderStatus.CONFIRMED, OrderStatus.PREPARING) else 1.0
            at += guest.stays[status] * slower
            visit.at[following] = at
        heapq.heappush(cooking, visit.at.get(OrderStatus.READY, at))
        return visit


def _guests_in_an_hour(busy: float, chance: random.Random) -> int:
    return min(round(distributions.ORDERS_PER_RESTAURANT_HOUR.draw(chance) * busy), _MOST_IN_AN_HOUR)


def _busy_day(day: dt.date) -> float:
    """A day's share of the week, held against an even one."""
    if day.weekday() in (_FRIDAY, _SATURDAY):
        return _WEEKEND_SHARE / 2 * 7
    return (1 - _WEEKEND_SHARE) / 5 * 7


def _way(guest: Guest) -> list[tuple[OrderStatus, OrderStatus]]:
    """Each status that the order leaves, and the one that it then enters."""
    statuses = [FIRST, OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.READY]
    if guest.fulfilment == Fulfilment.DELIVERY:
        statuses.append(OrderStatus.DELIVERING)
    statuses.append(OrderStatus.COMPLETED)
    if guest.cancelled_from is not None:
        statuses[statuses.index(guest.cancelled_from) + 1 :] = [OrderStatus.CANCELLED]
    return list(pairwise(statuses))
