"""What stands out in a report, in a sentence each: which restaurant, which shift, which stage, since when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

from ordertrack.i18n import formats
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import ngettext, number
from ordertrack.restaurants import naming
from ordertrack.sla.measure.figures import Figure, Figures, Group, Over, Under
from ordertrack.sla.report import wording
from ordertrack.sla.report.contents import Report
from ordertrack.sla.report.headline import is_comparable, of_chosen
from ordertrack.sla.report.ranking import worst_first, worst_stage
from ordertrack.sla.report.selection import Selection

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
        _worst(_("Restaurant"), report.restaurants, partial(_restaurant_link, report.selection)),
        _worst(_("Shift"), report.shifts),
        _stage(report),
        _worst(_("Day"), [_dated(day) for day in report.days], partial(_day_link, report.selection)),
        _since(report),
    ]
    return [finding for finding in found if finding is not None]


def _worst(about: str, groups: Sequence[Group], link: _Link = lambda _key: None) -> Finding | None:
    enough = worst_first(group for group in groups if group.figures.count >= FEWEST)
    if len(enough) < 2:
        return None
    worst, *others = enough
    figures = worst.figures
    if figures.share is None:
        time = _within(figures.p90)
        slowest = _("slowest, 9 of 10 within %(time)s", time=time)
        if isinstance(figures.p90, Over):
            slowest = _("slowest, 1 of 10 took %(time)s", time=time)
        return Finding(about, worst.label, slowest, link(worst.key))
    if figures.share == 1:
        return None
    rest = _share_of_all([group.figures for group in others])
    if rest is not None and rest - figures.share < STANDS_OUT:
        return None
    said = _how_bad(figures)
    if rest is not None:
        said = _("%(how_bad)s; the rest %(share)s", how_bad=said, share=formats.share(rest))
    return Finding(about, worst.label, said, link(worst.key))


def _dated(day: Group) -> Group:
    return replace(day, label=formats.day(dt.date.fromisoformat(day.key)))


def _stage(report: Report) -> Finding | None:
    worst = worst_stage(report.stages)
    if worst is None:
        return None
    link = f"?{report.selection.but(stage=worst.stage).query}"
    return Finding(_("Stage"), naming.stage(worst.stage), _how_bad(worst.now), link)


def _since(report: Report) -> Finding | None:
    """The first of the last days in a row, two at least, that were worse than the period before."""
    stage = of_chosen(report)
    usual = stage.before.share
    if usual is None or not is_comparable(stage):
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
    day = formats.day(dt.date.fromisoformat(since.key))
    said = _("every day under the %(share)s of the period before", share=formats.share(usual))
    return Finding(_("Since"), day, said)


def _restaurant_link(selection: Selection, slug: str) -> str:
    return next(f"?{selection.of(each).query}" for each in selection.restaurants if each.slug == slug)


def _day_link(selection: Selection, day: str) -> str:
    return f"?{selection.on(dt.date.fromisoformat(day)).query}"


def _how_bad(figures: Figures) -> str:
    late = figures.judged - figures.in_target
    said = {
        "num": number(late),
        "share": formats.share(figures.share),
        "judged": number(figures.judged),
        "time": _within(figures.p90),
    }
    if isinstance(figures.p90, Over):
        return ngettext(
            "%(share)s in target, %(num)s of %(judged)s late, 1 of 10 took %(time)s",
            "%(share)s in target, %(num)s of %(judged)s late, 1 of 10 took %(time)s",
            late,
            **said,
        )
    return ngettext(
        "%(share)s in target, %(num)s of %(judged)s late, 9 of 10 within %(time)s",
        "%(share)s in target, %(num)s of %(judged)s late, 9 of 10 within %(time)s",
        late,
        **said,
    )


def _within(figure: Figure) -> str:
    """What most were within: of what is under something that is the same."""
    return wording.time(float(figure) if isinstance(figure, Under) else figure)


def _share_of_all(figures: Sequence[Figures]) -> float | None:
    judged = sum(each.judged for each in figures)
    return sum(each.in_target for each in figures) / judged if judged else None
