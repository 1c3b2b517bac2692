"""What a report says: the figures of each stage, shift, day, restaurant and hour, all times in seconds."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from numpy.typing import NDArray

from ordertrack.rules.stages import LeftOut, Stage
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.sla.measure.histogram import BEYOND, BINS, SHORTEST, VALUES
from ordertrack.sla.statistics import intervals
from ordertrack.sla.statistics.intervals import Range

ERROR = 0.02  # every time given is within this share of the exact one


class Bounded(float):
    """A figure of which only a bound is known, in seconds."""


class Under(Bounded):
    """It is less: times of the first bin are not told apart."""


class Over(Bounded):
    """It is more: times of the last bin are not told apart."""


Figure: TypeAlias = float | Under | Over | None
"""Seconds: within the error, or a bound; None where there is nothing to say, or nothing would be right."""


class Says(StrEnum):
    """What a figure says, for whoever writes it down."""

    VALUE = "value"
    UNDER = "under"
    OVER = "over"
    NONE = "none"


def says(figure: Figure) -> Says:
    """Which of these it is."""
    match figure:
        case None:
            return Says.NONE
        case Under():
            return Says.UNDER
        case Over():
            return Says.OVER
    return Says.VALUE


@dataclass(frozen=True, slots=True)
class Figures:
    """Of the times of one stage in some bucket.

    There is no `mean` where the shortest times could move it by more than the error.

    `judged` of `count` began under a target, and `in_target` of those met it. `left_out` were measured and
    are not trusted: when a report leaves them out they are not in `count`, when it has them in they are.
    `again` of `count` were left and entered again. `cancelled` orders were called off late while the stage
    ran: they have no time, and are in no other figure; nor are those that were `walked` through the stage,
    because their channel told a later status only. `drawn` began or ended at a time that a replay drew, which
    nobody measured: they are in no other figure either, unless what is doubtful was asked for.
    """

    count: int
    mean: Figure
    p50: Figure
    p90: Figure
    p95: Figure
    judged: int
    in_target: int
    left_out: Mapping[LeftOut, int]
    again: int = 0
    cancelled: int = 0
    walked: int = 0
    drawn: int = 0
    histogram: NDArray[Any] | None = field(default=None, compare=False, repr=False)

    @property
    def unjudged(self) -> int:
        """How many had no target."""
        return self.count - self.judged

    @property
    def late(self) -> int:
        return self.judged - self.in_target

    def share_range(self, among: int = 1) -> Range:
        """In which range the share in target lies that stands behind these, the worst of so many groups."""
        return intervals.wilson(self.in_target, self.judged, intervals.z_of(among))

    def time_range(self, share: float, among: int = 1) -> tuple[float | None, float | None]:
        """In which range the percentile lies, in seconds; None where there are too few for a bound."""
        if self.histogram is None:
            return None, None
        running = self.histogram.cumsum()
        return tuple(  # type: ignore[return-value]
            None if rank is None else _value(int((running >= rank).argmax()))
            for rank in intervals.ranks(self.count, share, intervals.confidence(among))
        )

    @property
    def share(self) -> float | None:
        """In target, 0 to 1; None where nothing had a target."""
        return self.in_target / self.judged if self.judged else None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known: no time, be it doubtful or drawn, and nothing cancelled or walked."""
        return not (self.count or self.all_left_out or self.cancelled or self.walked or self.drawn)

    @property
    def all_left_out(self) -> int:
        return sum(self.left_out.values())


def _value(place: int) -> float:
    if place == 0:
        return Under(SHORTEST)
    return Over(BEYOND) if place == BINS - 1 else float(VALUES[place])


@dataclass(frozen=True, slots=True)
class Group:
    """One bar: a shift, a day (`key` its ISO date) or a restaurant (`key` its slug)."""

    key: str
    label: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class StageFigures:
    """A stage in the chosen range, and in the days that it is compared with.

    `like` is the part of the range that has its like before: all of it, but of a day that still runs only the
    hours that are over.
    """

    stage: Stage
    now: Figures
    before: Figures
    like: Figures | None = None

    @property
    def compared(self) -> Figures:
        return self.now if self.like is None else self.like


@dataclass(frozen=True, slots=True)
class HeatCell:
    """An hour (0 to 23, local) of a weekday (0 Monday, of the business day) in which the stage began."""

    weekday: int
    hour: int
    figures: Figures


@dataclass(frozen=True, slots=True)
class SlowOrder:
    """An order with the time that its stage took."""

    order_id: uuid.UUID
    number: int
    restaurant: str
    fulfilment: Fulfilment
    business_date: dt.date
    shift: str | None
    seconds: float
    left_out: LeftOut | None
    late_by: float | None  # seconds over its target; None where it was not late


@dataclass(frozen=True, slots=True)
class Outcome:
    """How estimates turned out: the order came before, within or after its range, or none was given."""

    sooner: int
    within: int
    later: int
    silent: int
