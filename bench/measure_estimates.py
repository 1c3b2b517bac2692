"""python bench/measure_estimates.py: how right estimates are on usual days, and on those that are not.

Days are drawn with a seed: 28 usual ones to learn from, then one that is scored. Every order takes longer the
more there are in the kitchen; on a slow day it takes 1.5 times as long. Scored is what the product scores:
the range of whole minutes that a guest reads when the order is confirmed. Prints a table in Markdown.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from statistics import median
from typing import NamedTuple

import numpy as np

from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.sla.estimates import waits
from ordertrack.sla.estimates.scoring import DAY, told
from ordertrack.sla.estimates.table import LEARNED_FROM, Estimates, table_from
from ordertrack.sla.estimates.waits import NO_WAITS, WAIT, Waits
from ordertrack.sla.measure import cells
from ordertrack.sla.measure.cells import FULFILMENTS, STATUSES, load_band
from ordertrack.sla.measure.fold import SECOND
from ordertrack.sla.measure.histogram import bins_of

SEEDS = 25
OPENS, CLOSES = 11, 23
HALF = 20 * 60.0  # seconds that half of the orders take where the kitchen has four
SPREAD = 0.35  # of the logarithm
KIND = FULFILMENTS.index(Fulfilment.PICKUP)
TODAY = 20_000

Pace = Callable[[float], float]
"""How many times as long as usual an order takes that is confirmed at this hour."""

DAYS: dict[str, Pace] = {
    "a usual day": lambda hour: 1.0,
    "1.5 × slower all day": lambda hour: 1.5,
    "1.5 × slower from 18:00 on": lambda hour: 1.5 if hour >= 18 else 1.0,
    "0.75 × all day": lambda hour: 0.75,
}


class Score(NamedTuple):
    """Shares of the orders of a day, and the width of the range in minutes on the mean."""

    sooner: float
    within: float
    later: float
    later_after_third: float
    width: float


def day(chance: np.random.Generator, number: int, an_hour: float, pace: Pace) -> Waits:
    """The orders of one day: so many an hour, more at lunch and at dinner."""
    orders, open_until, hour = [], list[float](), float(OPENS)
    while True:
        rush = 1 + 0.8 * math.exp(-(((hour - 13) / 1.2) ** 2)) + 1.3 * math.exp(-(((hour - 20) / 1.4) ** 2))
        hour += chance.exponential(1 / (an_hour * rush))
        if hour > CLOSES:
            return waits.together([np.array(orders, WAIT)])
        at = hour * 3600
        open_until = [each for each in open_until if each > at]
        load = len(open_until) + 1
        took = HALF * pace(hour) * (0.8 + 0.05 * min(load, 14)) * math.exp(chance.normal(0, SPREAD))
        open_until.append(at + took)
        began = number * DAY + int(at * SECOND)
        orders.append((began, began + int(took * SECOND), load_band(load), int(hour), KIND))


def learned(days: Sequence[Waits]) -> Estimates:
    confirmed = STATUSES.index(OrderStatus.CONFIRMED)
    return table_from(
        [
            cells.counted(
                cells.pack_estimate(
                    bins_of(waits.seconds_of(each)),
                    each["band"].astype(np.int64),
                    each["hour"].astype(np.int64),
                    np.full(len(each), confirmed),
                    each["fulfilment"].astype(np.int64),
                )
            )
            for each in days
        ]
    )


def scored(today: Waits, table: Estimates, *, follows: bool) -> Score:
    """`follows`: what was said heeds the orders of the day, or only the days before."""
    low, high, is_said = told(today, today if follows else NO_WAITS, {int(today["began"][0] // DAY): table})
    by_time = np.argsort(today["began"])[is_said]
    ended, low, high = today["ended"][by_time], low[by_time], high[by_time]
    sooner, later = ended < low, ended >= high
    return Score(
        float(sooner.mean()),
        float((~sooner & ~later).mean()),
        float(later.mean()),
        float(later[len(later) // 3 :].mean()),
        float((high - low).mean() / SECOND / 60),
    )


def main() -> None:
    write = sys.stdout.write
    write("| orders an hour | day | follows it | sooner | within | later | later, from its second third on |")
    write(" width, min |\n|---|---|---|---|---|---|---|---|\n")
    for an_hour in (3, 12):
        for name, pace in DAYS.items():
            for follows in (False, True):
                scores = [_drawn(seed, an_hour, pace, follows=follows) for seed in range(SEEDS)]
                *shares, width = (median(each) for each in zip(*scores, strict=True))
                said = " | ".join(f"{100 * share:.0f} %" for share in shares)
                write(f"| {an_hour} | {name} | {'yes' if follows else 'no'} | {said} | {width:.1f} |\n")


def _drawn(seed: int, an_hour: float, pace: Pace, *, follows: bool) -> Score:
    chance = np.random.default_rng(seed)
    usual = DAYS["a usual day"]
    past = [day(chance, TODAY - before, an_hour, usual) for before in range(LEARNED_FROM, 0, -1)]
    return scored(day(chance, TODAY, an_hour, pace), learned(past), follows=follows)


if __name__ == "__main__":
    main()
