"""Targets that a restaurant could set itself: what it keeps for three of four orders, and for nine of ten.

A target that nearly all orders keep says nothing, and one that most of them break is not looked at any more.
"""

from __future__ import annotations

import datetime as dt
import math
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import text

from ordertrack.database.session import db
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.sla.measure import cells
from ordertrack.sla.measure.cells import FULFILMENTS, Cells
from ordertrack.sla.measure.histogram import BINS, VALUES, percentile_bins

LOOKED_AT = 28  # business days, that have ended
FEWEST = 30  # orders that something is suggested of
TIGHT, LOOSE = 0.75, 0.9
_SHORT = 180  # seconds: below this minutes are too coarse

_READ = text("""
    SELECT stage, string_agg(cells, '') AS cells FROM sla_restaurant_days
     WHERE tenant_id = :tenant_id AND restaurant_id = :restaurant_id
       AND business_date BETWEEN :first AND :last
     GROUP BY stage
""")


@dataclass(frozen=True, slots=True)
class SuggestedTarget:
    """Seconds that three of four (`tight`) and nine of ten (`loose`) of `count` orders took at most.

    `fulfilment` None: of every order.
    """

    stage: Stage
    fulfilment: Fulfilment | None
    count: int
    tight: int
    loose: int


def of_restaurant(
    tenant_id: uuid.UUID, restaurant_id: uuid.UUID, today: dt.date
) -> tuple[SuggestedTarget, ...]:
    """From the last days before this business day, by stage; of its fulfilments where there are several."""
    rows = db.session.execute(
        _READ,
        {
            "tenant_id": tenant_id,
            "restaurant_id": restaurant_id,
            "first": today - dt.timedelta(days=LOOKED_AT),
            "last": today - dt.timedelta(days=1),
        },
    )
    stored = {Stage(row.stage): cells.read(row.cells) for row in rows}
    return tuple(each for stage in Stage if stage in stored for each in suggested(stage, stored[stage]))


def suggested(stage: Stage, times: Cells) -> Iterator[SuggestedTarget]:
    """Of the times of one stage that are to be trusted."""
    key = times["key"]
    beside = (cells.left_out_of, cells.cancelled_of, cells.walked_of, cells.drawn_of)
    trusted = times[~np.logical_or.reduce([told(key) > 0 for told in beside])]
    number = cells.fulfilment_of(trusted["key"])
    made = [_of(stage, None, trusted)]
    several = [_of(stage, each, trusted[number == place]) for place, each in enumerate(FULFILMENTS)]
    made += several if sum(each is not None for each in several) > 1 else []
    yield from (each for each in made if each is not None)


def _of(stage: Stage, fulfilment: Fulfilment | None, times: Cells) -> SuggestedTarget | None:
    counts: Any = np.bincount(cells.bin_of(times["key"]), times["count"], BINS)
    total = int(counts.sum())
    if total < FEWEST:
        return None
    tight, loose = (_rounded(float(VALUES[percentile_bins(counts, share)])) for share in (TIGHT, LOOSE))
    return SuggestedTarget(stage, fulfilment, total, tight, loose)


def _rounded(seconds: float) -> int:
    """Up to the next minute; a short time to the next half."""
    step = 30 if seconds < _SHORT else 60
    return math.ceil(seconds / step - 1e-9) * step
