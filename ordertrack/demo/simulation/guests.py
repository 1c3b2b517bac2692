"""Who comes to the demo's restaurants in a simulated service: what they order, and how long it all takes."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from ordertrack.demo.simulation import distributions, menu
from ordertrack.demo.simulation.menu import Dish
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.rules.state_machine import Fulfilment, OrderStatus

Drawn = TypeVar("Drawn")

SIMULATED = {"simulated": True}

_FULFILMENTS = {Fulfilment.DELIVERY: 55, Fulfilment.PICKUP: 25, Fulfilment.DINE_IN: 20}
_QUANTITIES = {1: 70, 2: 20, 3: 7, 4: 3}
_CANCELLED_SHARE = 0.04
_PROMISED_SHARE = 0.5
_PROMISED_MINUTES = (20, 30, 40, 50, 60)
_NOTED_SHARE = 0.25
_MODIFIED_SHARE = 0.3
_TABLES = 24


@dataclass(frozen=True, slots=True)
class Guest:
    """One order to come. All times are in seconds of real service, `after` since the guest before."""

    after: float
    restaurant: str
    fulfilment: Fulfilment
    items: tuple[NewItem, ...]
    name: str | None
    table: int
    promised_in: float | None
    stays: dict[OrderStatus, float]
    cancelled_from: OrderStatus | None
    reason: str

    def order(self, now: dt.datetime, speed: float) -> NewOrder:
        """What the guest says at the counter or on the phone, where time runs `speed` times as fast."""
        is_at_table = self.fulfilment == Fulfilment.DINE_IN
        promised_at = None
        if self.promised_in is not None and not is_at_table:
            promised_at = now + dt.timedelta(seconds=self.promised_in / speed)
        return NewOrder(
            restaurant=self.restaurant,
            fulfilment=self.fulfilment,
            items=self.items,
            reference=f"Table {self.table}" if is_at_table else None,
            customer={"name": self.name} if self.name is not None and not is_at_table else None,
            promised_at=promised_at,
            metadata=SIMULATED,
        )


class Guests:
    """An endless queue of guests, the same for the same seed; `rate` is guests a second of real service."""

    def __init__(self, seed: str, restaurants: tuple[str, ...], rate: float) -> None:
        self._restaurants = restaurants
        self._rate = rate
        self._chance = cache(lambda purpose: distributions.stream(seed, purpose))
        self._time = 0.0
        self._hour = -1
        self._loads: list[int] = []

    def next(self, restaurant: str | None = None) -> Guest:
        """The next guest, who comes to a restaurant as busy as this hour has it, or to the one named."""
        after = self._chance("arrivals").expovariate(self._rate)
        self._time += after
        drawn = self._chance("restaurants").choices(self._restaurants, self._loads_now())[0]
        restaurant = restaurant or drawn
        return Guest(
            after=after,
            restaurant=restaurant,
            fulfilment=_weighted(_FULFILMENTS, self._chance("fulfilments")),
            items=_items(menu.of(restaurant), self._chance("items")),
            name=_sometimes(0.8, self._chance("names").choice(menu.GUESTS), self._chance("names")),
            table=self._chance("tables").randint(1, _TABLES),
            promised_in=_sometimes(
                _PROMISED_SHARE,
                60.0 * self._chance("promises").choice(_PROMISED_MINUTES),
                self._chance("promises"),
            ),
            stays=distributions.stays(self._chance("stage times")),
            cancelled_from=_sometimes(
                _CANCELLED_SHARE,
                self._chance("cancellations").choice((OrderStatus.PENDING, OrderStatus.CONFIRMED)),
                self._chance("cancellations"),
            ),
            reason=self._chance("reasons").choice(menu.CANCELLED_BECAUSE),
        )

    def stays(self) -> dict[OrderStatus, float]:
        """How long an order takes that was found and not drawn."""
        return distributions.stays(self._chance("orders found"))

    def _loads_now(self) -> list[int]:
        """How busy each restaurant is in this hour of service, drawn anew every hour."""
        hour = int(self._time // 3600)
        if hour != self._hour:
            self._hour = hour
            chance = self._chance("loads")
            self._loads = [
                distributions.count(distributions.ORDERS_PER_RESTAURANT_HOUR, chance)
                for _ in self._restaurants
            ]
        return self._loads


def _items(dishes: tuple[Dish, ...], chance: random.Random) -> tuple[NewItem, ...]:
    lines = min(distributions.count(distributions.LINES_PER_ORDER, chance), len(dishes))
    return tuple(_item(dish, chance) for dish in chance.sample(dishes, lines))


def _item(dish: Dish, chance: random.Random) -> NewItem:
    modifiers = tuple(each for each in dish.modifiers[:2] if chance.random() < _MODIFIED_SHARE)
    notes = chance.choice(dish.notes) if dish.notes and chance.random() < _NOTED_SHARE else None
    return NewItem(dish.name, _weighted(_QUANTITIES, chance), notes, modifiers)


def _weighted(weights: dict[Drawn, int], chance: random.Random) -> Drawn:
    return chance.choices(list(weights), list(weights.values()))[0]


def _sometimes(share: float, drawn: Drawn, chance: random.Random) -> Drawn | None:
    return drawn if chance.random() < share else None
