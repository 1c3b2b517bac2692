"""Taps that tell nothing of the work: too early, forgotten or many at once, as often as in real logs."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Protocol

from ordertrack.rules.state_machine import OrderStatus

EARLY_SHARE = 0.034
FORGOTTEN_SHARE = 0.005
MASS_SHARE = 0.3  # of days: our own guess

# Seconds. Early: from accepted to ready. Forgotten: how much longer than it took.
_EARLY = (8, 55)
_FORGOTTEN = (4.1 * 3600, 9 * 3600)
_TOGETHER = 4.5
_FEWEST, _MOST = 3, 6


class Timed(Protocol):
    """Whatever knows when (in seconds) it entered each status, in the order in which it did."""

    at: dict[OrderStatus, float]


def make(orders: Sequence[Timed], chance: random.Random) -> None:
    """Change the times of some orders of one restaurant's day."""
    for order in orders:
        drawn = chance.random()
        if OrderStatus.READY not in order.at:
            continue
        if drawn < EARLY_SHARE:
            _tap_early(order, chance)
        elif drawn < EARLY_SHARE + FORGOTTEN_SHARE:
            _forget(order, chance)
    if chance.random() < MASS_SHARE:
        _tap_together(orders, chance)


def _tap_early(order: Timed, chance: random.Random) -> None:
    took = chance.uniform(*_EARLY)
    accepted = order.at[OrderStatus.CONFIRMED]
    _enter(order, OrderStatus.PREPARING, accepted + took * chance.random())
    _enter(order, OrderStatus.READY, accepted + took)


def _forget(order: Timed, chance: random.Random) -> None:
    status = OrderStatus.READY
    if OrderStatus.DELIVERING in order.at and chance.random() < 0.5:
        status = OrderStatus.COMPLETED
    _enter(order, status, order.at[status] + chance.uniform(*_FORGOTTEN))


def _tap_together(orders: Sequence[Timed], chance: random.Random) -> None:
    """At one moment everything that is being prepared is called ready, if that is a handful."""
    ready = [order for order in orders if OrderStatus.READY in order.at]
    moments = [order.at[OrderStatus.PREPARING] for order in ready]
    chance.shuffle(moments)
    for moment in moments:
        there = [o for o in ready if o.at[OrderStatus.PREPARING] <= moment < o.at[OrderStatus.READY]]
        if len(there) >= _FEWEST:
            for order in there[:_MOST]:
                _enter(order, OrderStatus.READY, moment + chance.uniform(0, _TOGETHER))
            return


def _enter(order: Timed, status: OrderStatus, at: float) -> None:
    """Enter a status then, and all later ones as much earlier or later."""
    shift = at - order.at[status]
    statuses = list(order.at)
    for each in statuses[statuses.index(status) :]:
        order.at[each] += shift
