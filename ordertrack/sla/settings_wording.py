"""How shifts and targets read on the settings page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ordertrack.orders.state_machine import Fulfilment
from ordertrack.sla.shifts import EVERY_WEEKDAY, Shift
from ordertrack.sla.stages import Stage
from ordertrack.sla.targets import Targets
from ordertrack.sla.wording import MEASURES, STAGES, WEEKDAYS

WHOM = {
    None: "every order",
    Fulfilment.DELIVERY: "deliveries",
    Fulfilment.PICKUP: "pickups",
    Fulfilment.DINE_IN: "dine-in orders",
}


@dataclass(frozen=True, slots=True)
class StageTargets:
    """A stage, what it measures, the targets that hold (a line each), and those that are to."""

    name: str
    measures: str
    holding: tuple[str, ...]
    coming: tuple[str, ...]


def stage_targets(targets: Targets, today: dt.date) -> list[StageTargets]:
    """Every stage with its targets as of a business day."""
    return [
        StageTargets(
            STAGES[stage],
            MEASURES[stage],
            tuple(_holding(targets, stage, today)),
            tuple(_coming(targets, stage, today)),
        )
        for stage in Stage
    ]


def allowed(seconds: int | None) -> str:
    """As `15 min`, `7 min 30 s` or `no target`."""
    if seconds is None:
        return "no target"
    minutes, rest = divmod(seconds, 60)
    return " ".join([*([f"{minutes} min"] if minutes else []), *([f"{rest} s"] if rest else [])])


def date(day: dt.date) -> str:
    """As `Thu 20 Nov 2025`; the first of all days is the beginning."""
    return "the beginning" if day == dt.date.min else day.strftime(f"%a {day.day} %b %Y")


def shifts_in_words(shifts: Sequence[Shift]) -> str:
    """As `Lunch 11:00–16:00, Brunch 10:00–14:00 (Sat, Sun)`."""
    return ", ".join(_shift_in_words(shift) for shift in shifts) or "none"


def _shift_in_words(shift: Shift) -> str:
    said = f"{shift.name} {shift.starts:%H:%M}–{shift.ends:%H:%M}"
    if shift.weekdays == EVERY_WEEKDAY:
        return said
    return f"{said} ({', '.join(WEEKDAYS[weekday] for weekday in sorted(shift.weekdays))})"


def _holding(targets: Targets, stage: Stage, today: dt.date) -> Iterator[str]:
    own = {each: targets.own_at(stage, each, today) for each in Fulfilment}
    general = targets.own_at(stage, None, today)
    if general is not None:
        others = "other orders" if any(own.values()) else WHOM[None]
        yield f"{allowed(general)} for {others}"
    for fulfilment, seconds in own.items():
        if seconds is not None:
            yield f"{allowed(seconds)} for {WHOM[fulfilment]}"


def _coming(targets: Targets, stage: Stage, today: dt.date) -> Iterator[str]:
    changes = [
        (day, fulfilment, seconds)
        for fulfilment in (None, *Fulfilment)
        for day, seconds in targets.coming(stage, fulfilment, today).items()
    ]
    for day, fulfilment, seconds in sorted(changes, key=lambda change: change[0]):
        yield f"{allowed(seconds)} for {WHOM[fulfilment]} from {date(day)}"
