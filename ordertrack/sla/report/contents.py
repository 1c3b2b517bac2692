"""What a report shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ordertrack.rules.state_machine import OrderStatus
from ordertrack.sla.estimates.scoring import TurnedOut
from ordertrack.sla.measure.figures import Figures, Group, HeatCell, SlowOrder, StageFigures
from ordertrack.sla.report.selection import Selection


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the page shows of a selection; `targets` are seconds and what each is for.

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
