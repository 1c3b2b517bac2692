"""In which order the parts of a report are looked at: the worst first, hours from the start of the day."""

from __future__ import annotations

from collections.abc import Iterable

from ordertrack.sla.measure.figures import Figures, Group, StageFigures
from ordertrack.sla.report.contents import Report

_NO_SHARE = 2.0  # sorts behind every share


def is_judged(report: Report) -> bool:
    """Whether anything of the chosen stage had a target."""
    return any(stage.now.judged for stage in report.stages if stage.stage is report.selection.stage)


def worst_stage(stages: Iterable[StageFigures]) -> StageFigures | None:
    """The stage with the least share in target, if any missed one."""
    missed = [stage for stage in stages if stage.now.share is not None and stage.now.share < 1]
    return min(missed, key=lambda stage: _share_of(stage.now), default=None)


def worst_first(groups: Iterable[Group]) -> list[Group]:
    """By share in target; where nothing has one, by the p90."""
    return sorted(groups, key=lambda group: (_share_of(group.figures), -(group.figures.p90 or 0)))


def hours_of_day(report: Report) -> list[int]:
    """The hours of a business day from its start on, as in the selection's first restaurant."""
    selection = report.selection
    first = 4
    if selection.restaurants:
        first = selection.restaurants[0].calendar.rules_on(selection.last).day_starts.hour
    return [(first + hour) % 24 for hour in range(24)]


def _share_of(figures: Figures) -> float:
    return _NO_SHARE if figures.share is None else figures.share
