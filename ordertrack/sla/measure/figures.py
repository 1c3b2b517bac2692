"""What a report says: the figures of each stage, shift, day, restaurant and hour, all times in seconds."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from ordertrack.rules.stages import LeftOut, Stage
from ordertrack.rules.state_machine import Fulfilment

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
    nobody measured: they are in no other figure either, unless drawn times were asked for.
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


@dataclass(frozen=True, slots=True)
class Group:
    """One bar: a shift, a day (`key` its ISO date) or a restaurant (`key` its slug)."""

    key: str
    label: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class StageFigures:
    """A stage in the chosen range, and in as many days before it."""

    stage: Stage
    now: Figures
    before: Figures


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
    is_breach: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """How estimates turned out: the order came before, within or after its range, or none was given."""

    sooner: int
    within: int
    later: int
    silent: int

    @property
    def given(self) -> int:
        return self.sooner + self.within + self.later
