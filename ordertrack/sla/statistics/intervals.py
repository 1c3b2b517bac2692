"""How far a share or a percentile may be from the one that stands behind it, and whether two of them differ.

Shares: Wilson's score interval, and Newcombe's for the difference of two. Percentiles: order statistics,
which assume nothing of how times are spread.
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

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


@lru_cache(maxsize=4096)
def z_of(among: int = 1) -> float:
    """How many standard errors an interval reaches that is so sure."""
    return NormalDist().inv_cdf((1 + confidence(among)) / 2)


def wilson(met: float, of: float, z: float | None = None) -> Range:
    """In which range the share behind `met` of `of` lies; anywhere from 0 to 1 if of none."""
    if not of:
        return Range(0.0, 1.0)
    z = z_of() if z is None else z
    share, squared = met / of, z * z
    middle = (share + squared / (2 * of)) / (1 + squared / of)
    half = z / (1 + squared / of) * math.sqrt(share * (1 - share) / of + squared / (4 * of * of))
    return Range(0.0 if met == 0 else max(0.0, middle - half), 1.0 if met == of else min(1.0, middle + half))


def wilson_high(met: NDArray[Any], of: NDArray[Any]) -> NDArray[Any]:
    """The upper end of it, of many at once, none of which is of none."""
    z = z_of()
    share, squared = met / of, z * z
    middle = (share + squared / (2 * of)) / (1 + squared / of)
    half = z / (1 + squared / of) * np.sqrt(share * (1 - share) / of + squared / (4 * of * of))
    return np.where(met == of, 1.0, np.minimum(1.0, middle + half))


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
    if not count:
        return Ranks(None, None)
    tail = (1 - sure) / 2
    first, chances = _binomial(count, share)
    under = np.cumsum(chances)  # the chance that at most first, first + 1, ... times lie under the percentile
    low = first + int(np.searchsorted(under, tail, "right"))
    high = first + int(np.searchsorted(under, 1 - tail * (1 + 1e-9))) + 1
    return Ranks(low if low >= 1 else None, high if high <= count else None)


def _binomial(count: int, share: float) -> tuple[int, NDArray[np.float64]]:
    """The chances of each number of hits among `count`, from the first that is not next to impossible."""
    middle, reach = count * share, 9 * math.sqrt(count * share * (1 - share)) + 12
    first, last = max(0, math.floor(middle - reach)), min(count, math.ceil(middle + reach))
    begins = (
        math.lgamma(count + 1)
        - math.lgamma(first + 1)
        - math.lgamma(count - first + 1)
        + first * math.log(share)
        + (count - first) * math.log1p(-share)
    )
    hits = np.arange(first, last)
    steps = np.log((count - hits) / (hits + 1)) + math.log(share) - math.log1p(-share)
    return first, np.exp(begins + np.concatenate([[0.0], np.cumsum(steps)]))
