"""Figures of any buckets of the roll-up put together: adding histograms up and reading them off."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ordertrack.orders.state_machine import Fulfilment
from ordertrack.sla import cells
from ordertrack.sla.cells import ENTRY, FULFILMENTS, LEFT_OUT, Cells
from ordertrack.sla.figures import Figures
from ordertrack.sla.histogram import BINS, Ints, mean, percentile


class Tally:
    """Cells from many rows, of which one fulfilment may be wanted; `row` says which row each came from."""

    def __init__(
        self, stored: Sequence[bytes], fulfilment: Fulfilment | None, *, with_left_out: bool
    ) -> None:
        lengths = [len(each) // ENTRY.itemsize for each in stored]
        together: Cells = np.frombuffer(b"".join(stored), ENTRY)
        row = np.repeat(np.arange(len(stored)), lengths)
        if fulfilment is not None:
            wanted = cells.fulfilment_of(together["key"]) == FULFILMENTS.index(fulfilment)
            together, row = together[wanted], row[wanted]
        self.key = together["key"]
        self.row: Ints = row
        self._count = together["count"].astype(np.float64)
        self._left_out = cells.left_out_of(self.key)
        self._counts = self._left_out == 0
        if with_left_out:
            self._counts = np.ones(len(self.key), bool)

    def figures(self, group: NDArray[Any], groups: int) -> list[Figures]:
        """The figures of each group, numbered from 0; `group` says which one each cell is in, -1 in none."""
        within = group >= 0
        counted = within & self._counts
        histograms = self._sum(group, cells.bin_of(self.key), counted, groups, BINS)
        judged = self._sum(group, cells.target_of(self.key), counted, groups, 4)
        reasons = self._sum(group, self._left_out, within, groups, len(LEFT_OUT))
        average = mean(histograms)
        p50, p90, p95 = (percentile(histograms, share) for share in (0.5, 0.9, 0.95))
        return [
            Figures(
                count=int(histograms[number].sum()),
                mean=_known(average[number]),
                p50=_known(p50[number]),
                p90=_known(p90[number]),
                p95=_known(p95[number]),
                judged=int(judged[number, cells.IN_TARGET] + judged[number, cells.BREACH]),
                in_target=int(judged[number, cells.IN_TARGET]),
                left_out={
                    reason: int(reasons[number, place])
                    for place, reason in enumerate(LEFT_OUT)
                    if reason is not None
                },
            )
            for number in range(groups)
        ]

    def _sum(self, group: Any, value: Any, chosen: Any, groups: int, values: int) -> NDArray[np.float64]:
        place = group[chosen].astype(np.int64) * values + value[chosen]
        summed: NDArray[Any] = np.bincount(place, self._count[chosen], groups * values)
        return summed.reshape(groups, values)


def _known(seconds: float) -> float | None:
    return None if math.isnan(seconds) else float(seconds)
