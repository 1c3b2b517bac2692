"""Weeks of service made up for tests of reports: honest taps, forgotten and early ones, several at once."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace

from flask import Flask

from ordertrack.database.session import enter_tenant
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.past.orders import PastOrder, PastStep
from ordertrack.past.writer import History
from ordertrack.restaurants.cache import of_tenant
from ordertrack.rules.stages import CANCELLED_LATE_IN
from ordertrack.rules.state_machine import ADDED, Fulfilment, OrderStatus, RuleSet
from ordertrack.tenants.principal import Principal
from support.cast import House

_WAY = (
    OrderStatus.PENDING,
    OrderStatus.CONFIRMED,
    OrderStatus.PREPARING,
    OrderStatus.READY,
    OrderStatus.DELIVERING,
    OrderStatus.COMPLETED,
)
_MEDIANS = (200, 90, 700, 150, 1200)  # seconds from each status to the next


def service(
    house: House,
    seed: int,
    first: dt.datetime,
    days: float,
    orders: int,
    *,
    extended: bool = False,
    skipping: bool = False,
) -> list[PastOrder]:
    """So many orders of the house's restaurants, placed within `days` from `first` on, in order of time.

    `extended`: some are recalled, come back, or are cancelled late, as the house's rules must allow.
    `skipping`: some are moved by a channel, which skips steps.
    """
    chance = random.Random(seed)
    placed = sorted(chance.uniform(0, days * 86_400) for _ in range(orders))
    made = [
        _order(house, chance, first + dt.timedelta(seconds=seconds), f"past:{seed}:{number}", extended)
        for number, seconds in enumerate(placed)
    ]
    return [_by_channel(house, chance, order) if skipping else order for order in made]


def until(orders: list[PastOrder], moment: dt.datetime) -> list[PastOrder]:
    """What of them had happened by then."""
    return [
        replace(order, steps=tuple(step for step in order.steps if step.at < moment))
        for order in orders
        if order.steps[0].at < moment
    ]


def write(operator: Flask, house: House, orders: list[PastOrder]) -> None:
    """Write them into the house's log, with their own times."""
    with operator.app_context():
        enter_tenant(house.tenant_id)
        calendars = {each.slug: each.calendar for each in of_tenant(house.tenant_id)}
        history = History(house.tenant_id, orders, lambda slug, moment: calendars[slug].day_of(moment))
        list(history.write())


def _order(house: House, chance: random.Random, placed: dt.datetime, key: str, extended: bool) -> PastOrder:
    fulfilment = chance.choice(list(Fulfilment))
    way = [each for each in _WAY if fulfilment == Fulfilment.DELIVERY or each != OrderStatus.DELIVERING]
    if chance.random() < 0.05:
        way = [*way[: chance.randint(1, 2)], OrderStatus.CANCELLED]
    elif chance.random() < 0.05:
        way = way[: chance.randint(1, len(way) - 1)]  # still open
    if extended:
        way = _unplanned(chance, way)
    hands = chance.choice((house.nour, house.karim)).principal
    steps, at = [], placed
    for place, status in enumerate(way):
        if place:
            at += dt.timedelta(seconds=_seconds(chance, min(place, len(_MEDIANS)) - 1))
        if status == OrderStatus.READY and chance.random() < 0.4:
            # Several are found to be ready at once, when somebody looks.
            at = at.replace(hour=at.hour // 2 * 2, minute=0, second=chance.randint(0, 9)) + dt.timedelta(
                hours=2
            )
        is_asked = place and (way[place - 1], status) in ADDED
        steps.append(
            PastStep(status, at, hands if place else house.program, {"reason": "No gas"} if is_asked else {})
        )
    restaurant = chance.choice(house.restaurants)
    rule_set = RuleSet.EXTENDED if extended else RuleSet.STRICT
    return PastOrder(NewOrder(restaurant, fulfilment, (NewItem("Kebab", 1),)), tuple(steps), key, rule_set)


def _by_channel(house: House, chance: random.Random, order: PastOrder) -> PastOrder:
    """The same order as a channel moved it, of every other one; what it skipped stands at the next moment."""
    if chance.random() < 0.5:
        return order
    channel = Principal(house.tenant_id, f"channel:{house.slug}", "Shop")
    told, steps = order.steps[-1], []
    for place, step in reversed(list(enumerate(order.steps))):
        is_skipped = 0 < place < len(order.steps) - 1 and chance.random() < 0.4
        told = told if is_skipped else step
        way = {"walked": [order.steps[place - 1].status, told.status]} if is_skipped else {}
        steps.append(PastStep(step.status, told.at, channel, {**step.metadata, **way}))
    return replace(order, steps=tuple(reversed(steps)))


def _unplanned(chance: random.Random, way: list[OrderStatus]) -> list[OrderStatus]:
    """The way with what the extended rules allow put into it."""
    made: list[OrderStatus] = []
    for status in way:
        made.append(status)
        while status == OrderStatus.READY and chance.random() < 0.15:
            made += [OrderStatus.PREPARING, OrderStatus.READY]
        while status == OrderStatus.DELIVERING and chance.random() < 0.15:
            made += [OrderStatus.READY, OrderStatus.DELIVERING]
        if status in CANCELLED_LATE_IN and chance.random() < 0.05:
            return [*made, OrderStatus.CANCELLED]
    return made


def _seconds(chance: random.Random, place: int) -> float:
    kind = chance.random()
    if kind < 0.02:
        return chance.uniform(4 * 3600, 9 * 3600)  # forgotten
    if kind < 0.08:
        return round(chance.uniform(0, 60), 6)  # early
    return round(chance.lognormvariate(0, 0.6) * _MEDIANS[place], 6)
