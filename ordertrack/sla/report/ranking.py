"""In which order the parts of a report are looked at: the worst first, hours from the start of the day."""

from __future__ import annotations

from collections.abc import Iterable

from ordertrack.sla.measure.figures import Figures, Group, StageFigures
from ordertrack.sla.report.contents import Report
from ordertrack.sla.report.selection import Selection

FEWEST = 10  # orders: fewer say nothing of a stage, a restaurant, a shift or a day
_NO_SHARE = 2.0  # sorts behind every share


def is_judged(report: Report) -> bool:
    """Whether anything of the chosen stage had a target."""
    return any(stage.now.judged for stage in report.stages if stage.stage is report.selection.stage)


def worst_stage(stages: Iterable[StageFigures]) -> StageFigures | None:
    """The stage that is surest to have the least share in target, if any missed one."""
    missed = [stage for stage in stages if stage.now.judged >= FEWEST and stage.now.late]
    return min(missed, key=lambda stage: _at_best(stage.now), default=None)


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
