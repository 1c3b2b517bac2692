"""Figures of any buckets of the roll-up put together: adding histograms up and reading them off.

A report adds up a million cells. So each is looked at once: counted at its group, and at its reason, target
and bin, which are the low bits of its key. Everything else is read off the small table that this makes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ordertrack.rules.state_machine import Fulfilment
from ordertrack.sla.measure import cells, histogram
from ordertrack.sla.measure.cells import ENTRY, FULFILMENTS, LEFT_OUT, Cells
from ordertrack.sla.measure.figures import Figure, Figures, Over, Under
from ordertrack.sla.measure.histogram import BEYOND, BINS, SHORTEST, least_mean, mean, percentile_bins

_KINDS = (len(LEFT_OUT), 4, BINS)  # what the low bits of a key say: reason, target, bin
_LOW_BITS = np.uint32(math.prod(_KINDS) - 1)
_WITHOUT_TIME_OF_DAY = np.uint32(cells.WITHOUT_TIME_OF_DAY)
_AT_ONCE = 16  # groups that are merged in one go: their table stays near the processor

Groups = NDArray[np.int32]
Counts = NDArray[Any]


@dataclass(frozen=True)
class Counted:
    """The table that figures are read off, a row a group."""

    by_kind: NDArray[Any]
    again: Counts
    cancelled: Counts
    walked: Counts
    drawn: Counts
    with_left_out: bool

    def together(self, parts: Sequence[Sequence[int]]) -> Counted:
        """The sums of these groups, one for each of `parts`."""
        kinds, again, cancelled, walked, drawn = (
            np.stack([each[list(part)].sum(axis=0) for part in parts])
            for each in (self.by_kind, self.again, self.cancelled, self.walked, self.drawn)
        )
        return Counted(kinds, again, cancelled, walked, drawn, self.with_left_out)

    def figures(self) -> list[Figures]:
        counted = self.by_kind.sum(axis=1) if self.with_left_out else self.by_kind[:, 0]
        histograms = counted.sum(axis=1)
        judged = counted.sum(axis=2)
        reasons = self.by_kind.sum(axis=(2, 3))
        met = judged[:, cells.IN_TARGET]
        counts = (judged.sum(axis=1), met + judged[:, cells.BREACH], met, self.again, self.cancelled)
        whole = (each.astype(int).tolist() for each in (*counts, self.walked, self.drawn, reasons))
        times = (_means(histograms), *(_percentiles(histograms, share) for share in (0.5, 0.9, 0.95)))
        return [
            Figures(
                count=count,
                mean=average,
                p50=p50,
                p90=p90,
                p95=p95,
                judged=under_target,
                in_target=in_target,
                left_out={reason: each for reason, each in zip(LEFT_OUT, left_out, strict=True) if reason},
                again=again,
                cancelled=cancelled,
                walked=walked,
                drawn=drawn,
                histogram=histogram_of_it,
            )
            for (
                (count, under_target, in_target, again, cancelled, walked, drawn, left_out),
                (average, p50, p90, p95),
                histogram_of_it,
            ) in zip(zip(*whole, strict=True), zip(*times, strict=True), histograms, strict=True)
        ]


class Tally:
    """Cells from many rows, of which one fulfilment may be wanted.

    `with_left_out`: what is doubtful counts too, and so do times that a replay drew.
    """

    def __init__(
        self,
        stored: Sequence[bytes],
        fulfilment: Fulfilment | None,
        *,
        with_left_out: bool,
    ) -> None:
        together: Cells = np.frombuffer(b"".join(stored), ENTRY)
        self.key = np.ascontiguousarray(together["key"])
        self._count = together["count"].astype(np.float64)
        if fulfilment is not None:
            self._count *= cells.fulfilment_of(self.key) == FULFILMENTS.index(fulfilment)
        self._lengths = [len(each) // ENTRY.itemsize for each in stored]
        self._with_left_out = with_left_out

    def __len__(self) -> int:
        """How many cells these are."""
        return len(self.key)

    def merged(self, numbers: Sequence[int], are_merged: Sequence[bool]) -> Tally:
        """The same times in fewer cells and rows: rows of one number are one row.

        `numbers` never fall from row to row, and all rows of one are merged or none; the cells of merged ones
        lose shift and hour.
        """
        group = self.per_row(numbers)
        is_kept = ~self.per_row(are_merged).astype(bool) | (self.key >> cells.FLAGS > 0)
        low, count = self.key & _WITHOUT_TIME_OF_DAY, np.where(is_kept, 0, self._count)
        groups = (numbers[-1] if numbers else -1) + 1
        parts = [(group[is_kept], self.key[is_kept], self._count[is_kept])]
        width = int(_WITHOUT_TIME_OF_DAY) + 1
        for first in range(0, groups, _AT_ONCE):
            those = slice(*np.searchsorted(group, (first, first + _AT_ONCE)))
            place = (group[those].astype(np.int64) - first) * width + low[those]
            table = np.bincount(place, count[those])
            found = np.flatnonzero(table)
            keys = (found % width).astype(np.uint32) | np.uint32(cells.NO_TIME_OF_DAY)
            parts.append(((found // width + first).astype(np.int32), keys, table[found].astype(np.float64)))
        together, key, counts = map(np.concatenate, zip(*parts, strict=True))
        order = np.argsort(together, kind="stable")
        made = copy(self)
        made.key, made._count = key[order], counts[order]
        made._lengths = np.bincount(together, minlength=groups).tolist()
        return made

    def per_row(self, numbers: Sequence[int] | NDArray[Any]) -> Groups:
        """For each cell, the number that its row has."""
        return np.repeat(np.asarray(numbers, np.int32), self._lengths)

    def times(self) -> Counts:
        """Of each cell how many times of the figures it holds: none where they are left out."""
        is_none = (cells.cancelled_of(self.key) > 0) | (cells.walked_of(self.key) > 0)
        if not self._with_left_out:
            is_none |= (cells.left_out_of(self.key) > 0) | (cells.drawn_of(self.key) > 0)
        counts: Counts = self._count * ~is_none
        return counts

    def figures(self, group: Groups, groups: int) -> list[Figures]:
        """The figures of each group, numbered from 0; `group` says which one each cell is in, -1 in none."""
        return self.counted(group, groups).figures()

    def counted(self, group: Groups, groups: int) -> Counted:
        """What `figures` are of, for groups of which sums are wanted too."""
        again, cancelled, walked, drawn, times = self._flagged(group, groups)
        place = (group.astype(np.int64) + 1) * (int(_LOW_BITS) + 1) + (self.key & _LOW_BITS)
        table = np.bincount(place, times, (groups + 1) * math.prod(_KINDS))
        by_kind: NDArray[Any] = table.reshape(groups + 1, *_KINDS)[1:]
        return Counted(by_kind, again, cancelled, walked, drawn, self._with_left_out)

    def _flagged(self, group: Groups, groups: int) -> tuple[Counts, Counts, Counts, Counts, Counts]:
        """Of each group the stages entered again, cancelled, walked and drawn; of each cell its times.

        Few cells are flagged, so the others are looked at no further.
        """
        places = np.flatnonzero(self.key >> cells.FLAGS)
        key, count, its_group = self.key[places], self._count[places], group[places].astype(np.int64) + 1
        is_cancelled, is_walked = cells.cancelled_of(key) > 0, cells.walked_of(key) > 0
        is_drawn = (cells.drawn_of(key) > 0) & ~is_walked
        is_none = is_cancelled | is_walked | (is_drawn if not self._with_left_out else False)
        is_again = (cells.again_of(key) > 0) & (self._with_left_out | (cells.left_out_of(key) == 0))
        again, cancelled, walked, drawn = (
            np.bincount(its_group, count * chosen, groups + 1)[1:]
            for chosen in (is_again & ~is_none, is_cancelled, is_walked, is_drawn)
        )
        times = self._count
        if is_none.any():
            times = times.copy()
            times[places[is_none]] = 0
        return again, cancelled, walked, drawn, times


def _percentiles(histograms: NDArray[Any], share: float) -> list[Figure]:
    return [
        None
        if place < 0
        else Under(SHORTEST)
        if place == 0
        else Over(BEYOND)
        if place == BINS - 1
        else float(histogram.VALUES[place])
        for place in percentile_bins(histograms, share).tolist()
    ]


def _means(histograms: NDArray[Any]) -> list[Figure]:
    """The mean of each histogram: Over a lower bound if it has times in the last bin.

    Under the shortest if it has no others; None if those it has may move it.
    """
    known, least, is_mean = mean(histograms), least_mean(histograms), histogram.is_mean(histograms)
    is_over = histograms[..., BINS - 1] > 0
    is_under = (histograms[..., 0] > 0) & (histograms[..., 1:].sum(axis=-1) == 0)
    found: list[Figure] = []
    for place in range(len(histograms)):
        if is_over[place]:
            found.append(Over(least[place]))
        elif is_under[place]:
            found.append(Under(SHORTEST))
        else:
            found.append(_known(known[place]) if is_mean[place] else None)
    return found


def _known(seconds: float) -> float | None:
    return None if math.isnan(seconds) else float(seconds)
