"""How long an order is likely to take still: between what half and what nine tenths of others like it took.

Like it are orders of the same fulfilment that entered the same status around this hour with about as many
in the kitchen; where those were too few, ever more others count as well, and at last nothing is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.sla.measure.cells import FULFILMENTS, LOAD_BANDS, STATUSES, Cells, load_band, merged
from ordertrack.sla.measure.histogram import BINS, VALUES, percentile_bins

LEARNED_FROM = 28  # days
FEWEST = 30  # orders that an estimate is made of
LOW, HIGH = 0.5, 0.9

_HOURS = 24
_BANDS = len(LOAD_BANDS) + 1
_SHAPE = (len(FULFILMENTS), len(STATUSES), _HOURS, _BANDS + 1)  # the last band is for a load nobody counted

Counts = NDArray[np.int64]
Bins = NDArray[np.uint8]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Range:
    """Seconds from entering a status to the goal: half of such orders were sooner than `low`, a tenth later
    than `high`."""

    low: float
    high: float

    def times(self, factor: float) -> Range:
        """Where everything takes so many times as long."""
        return Range(factor * self.low, factor * self.high)


class Estimates:
    """What one restaurant's orders teach, worked out for every fulfilment, status, hour and load."""

    __slots__ = ("_high", "_is_said", "_low")

    def __init__(self, low: Bins, high: Bins, is_said: Mask) -> None:
        self._low = low
        self._high = high
        self._is_said = is_said

    @property
    def is_silent(self) -> bool:
        """Whether there is nothing to go on at all."""
        return not self._is_said.any()

    def range_for(
        self, status: OrderStatus, fulfilment: Fulfilment, hour: int, load: int | None
    ) -> Range | None:
        """For an order that entered `status` at this hour (local, 0 to 23) with so many in the kitchen."""
        band = _BANDS if load is None else load_band(load)
        place = FULFILMENTS.index(fulfilment), STATUSES.index(status), hour, band
        if not self._is_said[place]:
            return None
        return Range(float(VALUES[self._low[place]]), float(VALUES[self._high[place]]))

    def bins_for(
        self, fulfilment: NDArray[Any], hour: NDArray[Any], band: NDArray[Any], status: OrderStatus
    ) -> tuple[Bins, Bins, Mask]:
        """The same for many orders at once, as the bins of both ends, and whether anything is said at all."""
        place = fulfilment, STATUSES.index(status), hour, band
        return self._low[place], self._high[place], self._is_said[place]


def table_from(parts: Sequence[Cells]) -> Estimates:
    """The estimates made of the cells of some days, in whatever order they come."""
    low, high = np.zeros(_SHAPE, np.uint8), np.zeros(_SHAPE, np.uint8)
    is_said = np.zeros(_SHAPE, bool)
    cells = merged(parts)
    kind = cells["key"] >> 15
    for each in np.unique(kind):
        place = int(each >> 3), int(each & 7)
        levels = _levels(_counts(cells[kind == each]))
        for level in levels:  # from the least alike to the most
            is_enough = level.sum(axis=-1) >= FEWEST
            if is_enough.any():
                for bins, share in ((low, LOW), (high, HIGH)):
                    found = np.zeros(is_enough.shape, np.uint8)
                    found[is_enough] = percentile_bins(level[is_enough], share)
                    bins[place] = np.where(is_enough, found, bins[place])
                is_said[place] |= is_enough
    return Estimates(low, high, is_said)


def _counts(cells: Cells) -> Counts:
    """How often each time occurred, by hour, load band and bin; nothing is known of the last band."""
    key = cells["key"].astype(np.int64)
    place = ((key >> 10 & 31) * (_BANDS + 1) + (key >> 8 & 3)) * BINS + (key & 0xFF)
    size = _HOURS * (_BANDS + 1) * BINS
    return (
        np.bincount(place, cells["count"], minlength=size).astype(np.int64).reshape(_HOURS, _BANDS + 1, BINS)
    )


def _levels(counts: Counts) -> list[Counts]:
    """Ever fewer orders that are ever more alike: all; of this load; around this hour; both."""
    near = counts + np.roll(counts, 1, axis=0) + np.roll(counts, -1, axis=0)
    return [
        counts.sum(axis=(0, 1), keepdims=True),
        counts.sum(axis=0, keepdims=True),
        near.sum(axis=1, keepdims=True),
        near,
    ]
