"""How long things take and how many there are: drawn from quantiles that real services published."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from statistics import NormalDist

from ordertrack.rules.state_machine import OrderStatus

_NORMAL = NormalDist()
_Z90 = _NORMAL.inv_cdf(0.90)
_Z99 = _NORMAL.inv_cdf(0.99)
_SMALLEST_SHARE = 0.0001


@dataclass(frozen=True, slots=True)
class Quantiles:
    """A distribution known by its median, its 90th and its 99th percentile.

    Lognormal from the median to p90 (and as steep below the median), lognormal of another steepness from
    p90 to p99, and cut off there: a simulation needs no order that takes all night.
    """

    p50: float
    p90: float
    p99: float

    def at(self, share: float) -> float:
        """The value that a `share` (0 to 1) of all values stays below."""
        z = _NORMAL.inv_cdf(min(max(share, _SMALLEST_SHARE), 0.99))
        if z <= _Z90:
            return self.p50 * math.exp(z * math.log(self.p90 / self.p50) / _Z90)
        return self.p90 * math.exp((z - _Z90) * math.log(self.p99 / self.p90) / (_Z99 - _Z90))

    def draw(self, chance: random.Random) -> float:
        return self.at(chance.random())


# Seconds. Measured on public samples: 14,339 orders of one city's deliveries, 30,914 of 1,697 restaurants.
ACCEPTING = Quantiles(190, 1183, 2440)
KITCHEN = Quantiles(835, 1844, 4935)
ON_THE_ROAD = Quantiles(1357, 2251, 3478)
# No sample has it: our own guess at how long a ready order waits to be taken.
WAITING_TO_BE_TAKEN = Quantiles(120, 420, 900)

LINES_PER_ORDER = Quantiles(5, 9, 14)
ORDERS_PER_RESTAURANT_HOUR = Quantiles(1, 2, 5)

# No sample splits the kitchen's time: our own guess at which share of it an order waits to be begun.
_SHARE_IN_QUEUE = (0.1, 0.4)


def stream(seed: str, purpose: str) -> random.Random:
    """The random numbers for one purpose: drawing more of them shifts no other purpose's."""
    return random.Random(f"{seed}:{purpose}")  # noqa: S311 (a simulation, to be repeated at will)


def stays(chance: random.Random) -> dict[OrderStatus, float]:
    """Seconds that an order spends in each status before it moves on; takes always as many numbers."""
    kitchen = KITCHEN.draw(chance)
    queueing = chance.uniform(*_SHARE_IN_QUEUE)
    return {
        OrderStatus.PENDING: ACCEPTING.draw(chance),
        OrderStatus.CONFIRMED: kitchen * queueing,
        OrderStatus.PREPARING: kitchen * (1 - queueing),
        OrderStatus.READY: WAITING_TO_BE_TAKEN.draw(chance),
        OrderStatus.DELIVERING: ON_THE_ROAD.draw(chance),
    }


def count(quantiles: Quantiles, chance: random.Random) -> int:
    """A whole number, 1 or more."""
    return max(1, round(quantiles.draw(chance)))
