"""What stands out in a report, in a sentence each: which restaurant, which shift, which stage, since when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from ordertrack.sla import wording
from ordertrack.sla.figures import Figures, Group, Report
from ordertrack.sla.headline import of_chosen
from ordertrack.sla.report_tables import worst_first, worst_stage
from ordertrack.sla.selection import Selection

FEWEST = 10  # orders: fewer say nothing of a restaurant, a shift or a day
STANDS_OUT = 0.03  # in share in target under the rest: less is chance
_Link: TypeAlias = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Finding:
    """What `about` (a shift, a stage, ...) is `name`d and how bad it is; `link`: a report of nothing else."""

    about: str
    name: str
    how_bad: str
    link: str | None = None


def findings(report: Report) -> list[Finding]:
    """The worst restaurant, shift and stage, the worst day, and since when days were worse than before."""
    found = [
        _worst("Restaurant", report.restaurants, partial(_restaurant_link, report.selection)),
        _worst("Shift", report.shifts),
        _stage(report),
        _worst("Day", report.days, partial(_day_link, report.selection)),
        _since(report),
    ]
    return [finding for finding in found if finding is not None]


def _worst(about: str, groups: Sequence[Group], link: _Link = lambda _key: None) -> Finding | None:
    enough = worst_first(group for group in groups if group.figures.count >= FEWEST)
    if len(enough) < 2:
        return None
    worst, *others = enough
    figures = worst.figures
    label = wording.day(dt.date.fromisoformat(worst.key)) if about == "Day" else worst.label
    if figures.share is None:
        return Finding(about, label, f"slowest, 9 of 10 within {wording.time(figures.p90)}", link(worst.key))
    if figures.share == 1:
        return None
    rest = _share_of_all([group.figures for group in others])
    if rest is not None and rest - figures.share < STANDS_OUT:
        return None
    elsewhere = "" if rest is None else f"; the rest {wording.share(rest)}"
    return Finding(about, label, _how_bad(figures) + elsewhere, link(worst.key))


def _stage(report: Report) -> Finding | None:
    worst = worst_stage(report.stages)
    if worst is None:
        return None
    link = f"?{report.selection.but(stage=worst.stage).query}"
    return Finding("Stage", wording.STAGES[worst.stage], _how_bad(worst.now), link)


def _since(report: Report) -> Finding | None:
    """The first of the last days in a row, two at least, that were worse than the period before."""
    usual = of_chosen(report).before.share
    if usual is None:
        return None
    since: Group | None = None
    days = 0
    for group in reversed([group for group in report.days if group.figures.judged]):
        share = group.figures.share
        if share is None or share >= usual:
            break
        since, days = group, days + 1
    if since is None or days < 2:
        return None
    day = wording.day(dt.date.fromisoformat(since.key))
    return Finding("Since", day, f"every day under the {wording.share(usual)} of the period before")


def _restaurant_link(selection: Selection, slug: str) -> str:
    return next(f"?{selection.of(place).query}" for place in selection.restaurants if place.slug == slug)


def _day_link(selection: Selection, day: str) -> str:
    return f"?{selection.on(dt.date.fromisoformat(day)).query}"


def _how_bad(figures: Figures) -> str:
    late = figures.judged - figures.in_target
    share = f"{wording.share(figures.share)} in target, {late:,} of {figures.judged:,} late"
    return f"{share}, 9 of 10 within {wording.time(figures.p90)}"


def _share_of_all(figures: Sequence[Figures]) -> float | None:
    judged = sum(each.judged for each in figures)
    return sum(each.in_target for each in figures) / judged if judged else None
