"""Targets: how long a stage may take, from which day on, and what a card's timer makes of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from ordertrack.restaurants.calendar import Calendar
from ordertrack.restaurants.timeline import Timeline
from ordertrack.rules.stages import SPANS, Stage, running
from ordertrack.rules.state_machine import Fulfilment, OrderStatus

DUE_SHARE = 0.75  # of the target: from here on a timer says that it is nearly time


@dataclass(frozen=True, slots=True)
class Target:
    """Seconds that a stage may take from a business day on; None: no target from then on.

    `fulfilment` None is every fulfilment that has no target of its own.
    """

    stage: Stage
    fulfilment: Fulfilment | None
    valid_from: dt.date
    seconds: int | None


class Targets:
    """The targets of one restaurant, in the order of saving: of those from one day the last holds."""

    def __init__(self, rows: Iterable[Target] = ()) -> None:
        saved: dict[tuple[Stage, Fulfilment | None], list[tuple[dt.date, int | None]]] = {}
        for row in rows:
            saved.setdefault((row.stage, row.fulfilment), []).append((row.valid_from, row.seconds))
        self._own = {kind: Timeline(versions) for kind, versions in saved.items()}
        self._judging = {
            (stage, fulfilment): _resolved(self._saved(stage, fulfilment), self._saved(stage, None))
            for stage in Stage
            for fulfilment in Fulfilment
        }

    def changes(
        self, stage: Stage, fulfilment: Fulfilment, first: dt.date, last: dt.date
    ) -> list[tuple[dt.date, int | None]]:
        """What holds on `first`, and each day up to `last` from which on something else does."""
        found = [(first, self.at(stage, fulfilment, first))]
        for day, seconds in self._judging[stage, fulfilment].after(first).items():
            if day <= last and seconds != found[-1][1]:
                found.append((day, seconds))
        return found

    def at(self, stage: Stage, fulfilment: Fulfilment, day: dt.date) -> int | None:
        """The target (seconds) of a stage that begins on this day; a fulfilment's own comes first."""
        return self._judging[stage, fulfilment].at(day)

    def own_at(self, stage: Stage, fulfilment: Fulfilment | None, day: dt.date) -> int | None:
        """What was saved for just this fulfilment, or for None in general, and holds on this day."""
        return self._saved(stage, fulfilment).at(day)

    def coming(self, stage: Stage, fulfilment: Fulfilment | None, day: dt.date) -> dict[dt.date, int | None]:
        """What was saved for just this fulfilment and begins to hold after this day, by that day."""
        return self._saved(stage, fulfilment).after(day)

    def holds_since(self, stage: Stage, fulfilment: Fulfilment | None, day: dt.date) -> bool:
        """Whether one of just this fulfilment holds on this day or on any after it."""
        later = self.coming(stage, fulfilment, day).values()
        return any(seconds is not None for seconds in (self.own_at(stage, fulfilment, day), *later))

    def _saved(self, stage: Stage, fulfilment: Fulfilment | None) -> Timeline[int | None]:
        return self._own.get((stage, fulfilment)) or Timeline()


def is_breach(seconds: float, target: int) -> bool:
    """Whether a stage that took so long broke its target. The one rule of cards, charts and reports."""
    return seconds > target


_DUE_BEFORE = dt.timedelta(minutes=1)
_PROMISE_DUE_BEFORE = dt.timedelta(minutes=5)


class TimerState(StrEnum):
    CALM = "calm"
    DUE = "due"
    LATE = "late"


class Against(StrEnum):
    """What a late order is late against: what its guest was promised, or what the house wants of itself."""

    PROMISE = "promise"
    TARGET = "target"


@dataclass(frozen=True, slots=True)
class Timer:
    """The moments (UTC) from which an order's timer is due, and after which it is late; None: never.

    `promised_at` is what its guest was promised, as long as the guest waits for it: then it is late after
    that moment at the latest.
    """

    due_at: dt.datetime | None = None
    late_at: dt.datetime | None = None
    promised_at: dt.datetime | None = None

    def no_later_than(self, moment: dt.datetime, due_before: dt.timedelta = _DUE_BEFORE) -> Timer:
        """The same, but late after this moment at the latest, and due a little before."""
        due_at = moment - due_before
        return replace(
            self,
            due_at=min(self.due_at or due_at, due_at),
            late_at=min(self.late_at or moment, moment),
        )

    def promised(self, moment: dt.datetime) -> Timer:
        """The same of an order whose guest was promised this moment, and waits."""
        return replace(self.no_later_than(moment, _PROMISE_DUE_BEFORE), promised_at=moment)

    def state(self, now: dt.datetime) -> TimerState:
        if _is_past(self.late_at, now):
            return TimerState.LATE
        if self.due_at is not None and now >= self.due_at:
            return TimerState.DUE
        return TimerState.CALM

    def late_since(self, now: dt.datetime) -> tuple[dt.datetime, Against] | None:
        """From when on the minutes count that it is late by, and against what; None while it is not late.

        A broken promise is counted before a target that was broken earlier: it is what the guest counts.
        `static/js/core/clocks.js` counts the same.
        """
        if self.promised_at is not None and _is_past(self.promised_at, now):
            return self.promised_at, Against.PROMISE
        if self.late_at is not None and _is_past(self.late_at, now):
            return self.late_at, Against.TARGET
        return None

    def changes_at(self, now: dt.datetime) -> dt.datetime | None:
        """The next moment after which it is late, or late against something else."""
        coming = (at for at in (self.late_at, self.promised_at) if at is not None and at >= now)
        return min(coming, default=None)


def _is_past(moment: dt.datetime | None, now: dt.datetime) -> bool:
    return moment is not None and is_breach((now - moment).total_seconds(), 0)


def timer(
    status: OrderStatus,
    fulfilment: Fulfilment,
    entered: Mapping[OrderStatus, dt.datetime],
    calendar: Calendar,
    targets: Targets,
) -> Timer:
    """The timer of an order in `status`, by whichever running stage comes first to its target.

    `entered` is when the order entered each status that it has been in.
    """
    lengths = []
    for stage in running(status):
        began = entered.get(SPANS[stage].begins)
        if began is None:
            continue
        target = targets.at(stage, fulfilment, calendar.day_of(began))
        if target is not None:
            lengths.append((began, dt.timedelta(seconds=target)))
    if not lengths:
        return Timer()
    return Timer(
        due_at=min(began + DUE_SHARE * length for began, length in lengths),
        late_at=min(began + length for began, length in lengths),
    )


def _resolved(own: Timeline[int | None], general: Timeline[int | None]) -> Timeline[int | None]:
    """What judges a fulfilment: its own target where there is one, else the general one."""
    both = {day: (own.at(day), general.at(day)) for day in {*own.days, *general.days}}
    return Timeline((day, one if one is not None else other) for day, (one, other) in both.items())
