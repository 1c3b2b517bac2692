"""Since when days have another share: how much days vary, and at which of them the change may lie."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ordertrack.sla.statistics.decomposition import Part

_SUPPORT = 1.92  # in log likelihood under the best: what an interval of 95 % holds


def overdispersion(days: Sequence[Part]) -> float:
    """How many times as much the shares of days vary as chance alone has them; at least 1.

    Days differ by weather and staff, so their orders are worth less than as many drawn one by one.
    """
    there = [day for day in days if day.counted]
    counted, total = sum(day.counted for day in there), sum(day.total for day in there)
    if len(there) < 3 or not 0 < total < counted:
        return 1.0
    share = total / counted
    apart = sum((day.total - day.counted * share) ** 2 / (day.counted * share * (1 - share)) for day in there)
    return max(1.0, apart / (len(there) - 1))


def change_points(days: Sequence[Part], dispersion: float = 1.0) -> list[int]:
    """At which days (counted from 0, never the first) another share may begin: all that are about as likely.

    One alone is sure. `days` follow each other; each before it is taken to have one share, each from it on
    another.
    """
    likelihoods = {
        place: (_likelihood(days[:place]) + _likelihood(days[place:])) / dispersion
        for place in range(1, len(days))
    }
    best = max(likelihoods.values(), default=0.0)
    return [place for place, each in likelihoods.items() if each >= best - _SUPPORT]


def _likelihood(days: Sequence[Part]) -> float:
    """The logarithm of how likely these are at the share that they have together."""
    counted, total = sum(day.counted for day in days), sum(day.total for day in days)
    return sum(part * math.log(part / counted) for part in (total, counted - total) if part > 0)
