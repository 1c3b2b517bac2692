"""Figures of any buckets of the roll-up put together: adding histograms up and reading them off.

A report adds up a million cells. So each is looked at once: counted at its group, and at its reason, target
and bin, which are the low bits of its key. Everything else is read off the small table that this makes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ordertrack.rules.state_machine import Fulfilment
from ordertrack.sla.measure import cells, histogram
from ordertrack.sla.measure.cells import ENTRY, FULFILMENTS, LEFT_OUT, Cells
from ordertrack.sla.measure.figures import Figure, Figures, Over, Under
from ordertrack.sla.measure.histogram import BEYOND, BINS, SHORTEST, least_mean, mean, percentile

_KINDS = (len(LEFT_OUT), 4, BINS)  # what the low bits of a key say: reason, target, bin
_LOW_BITS = np.uint32(math.prod(_KINDS) - 1)

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
        average = _means(histograms)
        p50, p90, p95 = (_percentiles(histograms, share) for share in (0.5, 0.9, 0.95))
        return [
            Figures(
                count=int(judged[number].sum()),
                mean=average[number],
                p50=p50[number],
                p90=p90[number],
                p95=p95[number],
                judged=int(judged[number, cells.IN_TARGET] + judged[number, cells.BREACH]),
                in_target=int(judged[number, cells.IN_TARGET]),
                left_out={
                    reason: int(reasons[number, place])
                    for place, reason in enumerate(LEFT_OUT)
                    if reason is not None
                },
                again=int(self.again[number]),
                cancelled=int(self.cancelled[number]),
                walked=int(self.walked[number]),
                drawn=int(self.drawn[number]),
                histogram=histograms[number],
            )
            for number in range(len(judged))
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
    known = percentile(histograms, share)
    is_under, is_over = histogram.is_shortest(histograms, share), histogram.is_beyond(histograms, share)
    return [
        Under(SHORTEST) if is_under[place] else Over(BEYOND) if is_over[place] else _known(known[place])
        for place in range(len(histograms))
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
