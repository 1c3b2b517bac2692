"""How far a share or a percentile may be from the one that stands behind it, and whether two of them differ.

Shares: Wilson's score interval, and Newcombe's for the difference of two. Percentiles: order statistics,
which assume nothing of how times are spread.
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist
from typing import NamedTuple

CONFIDENCE = 0.95


class Range(NamedTuple):
    """From `low` to `high`, both in it."""

    low: float
    high: float


class Ranks(NamedTuple):
    """Of times in order of size, counted from 1; None: there are too few for a bound on that side."""

    low: int | None
    high: int | None


def confidence(among: int = 1) -> float:
    """How sure each of so many must be, of which the most striking one is looked at (Bonferroni)."""
    return 1 - (1 - CONFIDENCE) / max(among, 1)


def z_of(among: int = 1) -> float:
    """How many standard errors an interval reaches that is so sure."""
    return NormalDist().inv_cdf((1 + confidence(among)) / 2)


def wilson(met: int, of: int, z: float | None = None) -> Range:
    """In which range the share behind `met` of `of` lies; anywhere from 0 to 1 if of none."""
    if not of:
        return Range(0.0, 1.0)
    z = z_of() if z is None else z
    share, squared = met / of, z * z
    middle = (share + squared / (2 * of)) / (1 + squared / of)
    half = z / (1 + squared / of) * math.sqrt(share * (1 - share) / of + squared / (4 * of * of))
    return Range(0.0 if met == 0 else max(0.0, middle - half), 1.0 if met == of else min(1.0, middle + half))


def difference(first: float, first_range: Range, second: float, second_range: Range) -> Range:
    """In which range `first - second` lies, each known to lie in its own (Newcombe; Zou and Donner)."""
    apart = first - second
    below = math.hypot(first - first_range.low, second_range.high - second)
    above = math.hypot(first_range.high - first, second - second_range.low)
    return Range(apart - below, apart + above)


def differ(found: Range) -> bool:
    """Whether such a difference is one: nothing is no part of it."""
    return found.low > 0 or found.high < 0


@lru_cache(maxsize=4096)
def ranks(count: int, share: float, sure: float = CONFIDENCE) -> Ranks:
    """Between which of `count` times, in order of size, the percentile behind them lies.

    The narrowest whose tails are at most half of what is missing to the confidence each.
    """
    tail = (1 - sure) / 2
    low, high = None, None
    below = 0.0  # the chance that at most `under` of the times lie under the percentile
    for under, chance in _binomial(count, share):
        before, below = below, below + chance
        if before <= tail < below and under >= 1:
            low = under
        if high is None and 1 - below <= tail * (1 + 1e-9) and under + 1 <= count:
            high = under + 1
            break
    return Ranks(low, high)


def _binomial(count: int, share: float) -> list[tuple[int, float]]:
    """The chances of each number of hits among `count`, from the first that is not next to impossible."""
    if not count:
        return []
    middle, reach = count * share, 12 * math.sqrt(count * share * (1 - share)) + 12
    first, last = max(0, math.floor(middle - reach)), min(count, math.ceil(middle + reach))
    log = (
        math.lgamma(count + 1)
        - math.lgamma(first + 1)
        - math.lgamma(count - first + 1)
        + first * math.log(share)
        + (count - first) * math.log1p(-share)
    )
    odds = math.log(share) - math.log1p(-share)
    found = []
    for hits in range(first, last + 1):
        found.append((hits, math.exp(log)))
        if hits < count:
            log += math.log((count - hits) / (hits + 1)) + odds
    return found
