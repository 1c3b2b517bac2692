"""In which order the parts of a report are looked at: the worst first, hours from the start of the day."""

from __future__ import annotations

from collections.abc import Iterable

from ordertrack.rules.stages import Stage
from ordertrack.sla.measure.figures import Figures, Group, StageFigures
from ordertrack.sla.report.contents import Report
from ordertrack.sla.report.selection import Selection

FEWEST = 10  # orders: fewer say nothing of a stage, a restaurant, a shift or a day
_FEW_DRIVES = 0.05  # of deliveries: so few move no percentile that is shown
_NO_SHARE = 2.0  # sorts behind every share


def is_judged(report: Report) -> bool:
    """Whether anything of the chosen stage had a target."""
    return any(stage.now.judged for stage in report.stages if stage.stage is report.selection.stage)


def worst_stage(report: Report) -> StageFigures | None:
    """The stage that is surest to have the least share in target, if any missed one.

    No handover whose times hold the drives.
    """
    fates = report.fates.now
    hidden = {Stage.HANDOVER} if holds_drives(fates.unleft, fates.deliveries) else set()
    missed = [
        stage
        for stage in report.stages
        if stage.now.judged >= FEWEST and stage.now.late and stage.stage not in hidden
    ]
    return min(missed, key=lambda stage: _at_best(stage.now), default=None)


def holds_drives(unleft: int, deliveries: int) -> bool:
    """Whether for so many deliveries nobody tapped Leaving that the times of Handover are those of drives."""
    return unleft > _FEW_DRIVES * deliveries


def worst_first(groups: Iterable[Group]) -> list[Group]:
    """By the most that the share in target can be; where nothing has one, by the least that the p90 can be.

    So one late order of one stands behind 200 of 501.
    """
    return sorted(groups, key=lambda group: (_at_best(group.figures), *_slowness(group.figures)))


def hours_of_day(report: Report) -> list[int]:
    """The hours of a business day from its start on, as in the selection's first restaurant."""
    return hours_from_start(report.selection)


def hours_from_start(selection: Selection) -> list[int]:
    """The same of a selection."""
    first = 4
    if selection.restaurants:
        first = selection.restaurants[0].calendar.rules_on(selection.last).day_starts.hour
    return [(first + hour) % 24 for hour in range(24)]


def _at_best(figures: Figures) -> float:
    return _NO_SHARE if figures.share is None else figures.share_range().high


def _slowness(figures: Figures) -> tuple[float, float]:
    if figures.judged:
        return 0, 0
    return -(figures.time_range(0.9)[0] or 0), -(figures.p90 or 0)
