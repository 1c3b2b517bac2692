"""What a report shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from ordertrack.rules.state_machine import OrderStatus
from ordertrack.sla.estimates.scoring import TurnedOut
from ordertrack.sla.measure.fates import Fates
from ordertrack.sla.measure.figures import Figures, Group, HeatCell, SlowOrder, StageFigures
from ordertrack.sla.report.selection import Selection
from ordertrack.sla.statistics.decomposition import Split


@dataclass(frozen=True, slots=True)
class Open:
    """Orders that began in the range and have not ended: by status, and since when the first of them waits.

    The `unfinished` of them have stood in one status for longer than their restaurant's bound.
    """

    by_status: Mapping[OrderStatus, int] = field(default_factory=dict)
    unfinished: int = 0
    since: dt.datetime | None = None

    @property
    def count(self) -> int:
        return sum(self.by_status.values())


@dataclass(frozen=True, slots=True)
class Became:
    """What became of the orders of the range; of those `like` the ones `before`, where a day still runs.

    `reasons` of cancellations, the most frequent first; how many had others. `unleft` where nobody tapped
    Leaving: of each restaurant its name, how many, of how many deliveries; None where that was not read.
    """

    now: Fates = field(default_factory=Fates)
    like: Fates = field(default_factory=Fates)
    before: Fates = field(default_factory=Fates)
    open: Open = field(default_factory=Open)
    reasons: Sequence[tuple[str | None, int]] = ()
    other_reasons: int = 0
    unleft: Sequence[tuple[str, int, int]] | None = None

    @property
    def orders(self) -> int:
        """All that began in the range."""
        return self.now.ended + self.open.count


@dataclass(frozen=True, slots=True)
class AtOneTarget:
    """How many of those judged would have met the target that holds today, now and before."""

    now: Figures
    before: Figures


@dataclass(frozen=True, slots=True)
class Compared:
    """What the change of the stage is made of: of the share in target where there is one, else of the mean.

    `by_restaurant` is None where there is one; what it has `moved` are names. `is_too_much`: restaurants and
    days are too many to be read one by one, so nothing was split or held against today's target.
    `at_target`: there where targets changed in between; then it is what was split.
    """

    by_restaurant: Split | None = None
    by_fulfilment: Split | None = None
    at_target: AtOneTarget | None = None
    target_changed: bool = False
    is_of_shares: bool = True
    is_too_much: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """How many of how many were in target."""

    judged: int
    in_target: int


@dataclass(frozen=True, slots=True)
class WorstShift:
    """One shift of one day of one restaurant (its slug), judged at the target of then.

    `among`: the worst of so many; `rest`: all others together. `at_today`: the same at the targets that hold
    today, where these are others.
    """

    restaurant: str
    day: dt.date
    shift: str
    of_it: Judged
    rest: Judged
    among: int
    at_today: Judged | None = None


@dataclass(frozen=True, slots=True)
class RestaurantCompared:
    """A restaurant in the days before, and what of now is compared with these; `at_today` where targets
    changed in between: both at the one that holds today.
    """

    now: Figures
    before: Figures
    at_today: AtOneTarget | None = None


@dataclass(frozen=True, slots=True)
class TargetSteps:
    """Of whom: from each of these days on that many seconds, or none."""

    whom: str
    steps: Sequence[tuple[dt.date, int | None]]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the page shows of a selection; `targets` are seconds and what each is for.

    `periods`: weekdays, weeks or months, where bars are by those. `steps`: the target of each day, of each
    for whom it is. `days_before`: those that it is compared with. `at_today`: days (ISO dates) at the target
    that holds today, where then another one did. `restaurants_compared`, by slug, unless they are too many.
    `weekdays` (0 Monday), where the range has each more than once.

    `as_of`: up to when the log is in it; None where nothing of it is yet.
    """

    selection: Selection
    stages: list[StageFigures]
    shifts: list[Group]
    days: list[Group]
    restaurants: list[Group]
    heat: list[HeatCell]
    slowest: list[SlowOrder]
    doubtful: list[SlowOrder]
    targets: list[tuple[int, str]]
    outcome: TurnedOut
    as_of: dt.datetime | None
    is_behind: bool
    fates: Became = field(default_factory=Became)
    compared: Compared = field(default_factory=Compared)
    periods: list[Group] = field(default_factory=list)
    steps: list[TargetSteps] = field(default_factory=list)
    days_before: list[Group] = field(default_factory=list)
    worst_shift: WorstShift | None = None
    at_today: Mapping[str, Judged] = field(default_factory=dict)
    restaurants_compared: Mapping[str, RestaurantCompared] = field(default_factory=dict)
    weekdays: list[Group] = field(default_factory=list)

    @property
    def is_made(self) -> bool:
        """Whether anything of the log is in it; else it could only say what is not so."""
        return not (self.is_behind and self.as_of is None)


@dataclass(frozen=True, slots=True)
class RunningShift:
    """A shift that runs now: `figures` of the selection's stage so far, `open` orders, `late` of them now.

    `late_next_at` is when the next of them will be late if nothing happens; None if none will be. `forgotten`
    are no part of them: they have stood in one status for longer than the restaurant's bound.
    """

    restaurant: str
    slug: str
    name: str
    begins: dt.datetime
    ends: dt.datetime
    zone: ZoneInfo
    figures: Figures
    open: Mapping[OrderStatus, int]
    late: int
    late_next_at: dt.datetime | None = None
    forgotten: int = 0
