"""The running shifts as the page shows them: where most is late first, and when to look again unasked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from ordertrack.sla.report.contents import RunningShift


def latest_first(shifts: Iterable[RunningShift]) -> list[RunningShift]:
    """By orders that are late now, then by open ones."""
    return sorted(shifts, key=lambda shift: (-shift.late, -sum(shift.open.values()), shift.restaurant))


def next_change(shifts: Sequence[RunningShift]) -> dt.datetime | None:
    """When this is no longer true though nothing happens: one more is late, or a shift ends."""
    moments = [shift.ends for shift in shifts]
    moments += [shift.late_next_at for shift in shifts if shift.late_next_at is not None]
    return min(moments, default=None)
