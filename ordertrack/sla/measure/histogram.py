"""Counting times in 256 bins, so that any histograms add up and every percentile of the sum is within 2 %.

A bin is logarithmic, and its value is the one whose relative error is the same at both of its ends. Times
under five seconds are one bin and those over 36 hours another, and of these it is known only that they were
shorter, or longer: what rests on one of them says so.
"""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]

ERROR = 0.02
BINS = 256
SHORTEST = 5.0  # seconds
_GAMMA = (1 + ERROR) / (1 - ERROR)
_LOG_GAMMA = math.log(_GAMMA)
LONGEST = SHORTEST * _GAMMA ** (BINS - 2)


# By so small a share the shortest times may move a mean that is said to be within the error.
_UNNOTICED = 0.0005


def _values() -> Floats:
    upper = SHORTEST * _GAMMA ** np.arange(1, BINS - 1)
    return np.concatenate([[SHORTEST / 2], upper * 2 / (_GAMMA + 1), [LONGEST]])


VALUES = _values()
"""What a time in each bin is taken to be, in seconds."""

BEYOND = 36 * 3600
"""What times of the last bin are longer than, in seconds, within the error."""

_LEAST = np.concatenate([[0.0], SHORTEST * _GAMMA ** np.arange(BINS - 2), [BEYOND]])  # the least of each bin


def bins_of(seconds: Floats) -> Ints:
    """The bin of each time."""
    with np.errstate(divide="ignore", invalid="ignore"):
        place = np.ceil(np.log(seconds / SHORTEST) / _LOG_GAMMA)
    logarithmic = np.clip(np.nan_to_num(place, nan=0, neginf=0), 1, BINS - 1)
    return np.where(seconds < SHORTEST, 0, logarithmic).astype(np.int64)


def percentile_bins(counts: NDArray[Any], share: float) -> Ints:
    """For histograms along the last axis: the bin that holds this share of the times; -1 if there are none.

    The nearest rank: of n times, the ceil(share * n)th.
    """
    running = np.cumsum(counts, axis=-1)
    total = running[..., -1:]
    rank = np.maximum(np.ceil(total * share - 1e-9), 1)
    found = (running >= rank).argmax(axis=-1)
    return np.where(total[..., 0] > 0, found, -1)


def percentile(counts: NDArray[Any], share: float) -> Floats:
    """The same in seconds; nan if there are none."""
    bins = percentile_bins(counts, share)
    return np.where(bins >= 0, VALUES[bins], np.nan)


def mean(counts: NDArray[Any]) -> Floats:
    """The mean time in seconds; nan if there are none. Only where it `is_mean` it is within the error."""
    total = counts.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > 0, counts @ VALUES / total, np.nan)


def is_mean(counts: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether the mean of each histogram is not moved by what its shortest times may have been."""
    shortest = counts[..., 0]
    rest = counts[..., 1:] @ VALUES[1:]
    found: NDArray[np.bool_] = shortest * SHORTEST / 2 <= rest * _UNNOTICED
    return found


def least_mean(counts: NDArray[Any]) -> Floats:
    """A lower bound of the mean, in seconds: each time counts as the least one of its bin; nan for none."""
    total = counts.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > 0, counts @ _LEAST / total, np.nan)
