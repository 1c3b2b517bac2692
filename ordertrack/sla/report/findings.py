"""What stands out in a report, in a sentence each: which restaurant, which shift, which stage, since when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

import numpy as np

from ordertrack.i18n import formats
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import ngettext, number
from ordertrack.restaurants import naming
from ordertrack.sla.measure.figures import Figure, Figures, Group, Over, Under
from ordertrack.sla.report import wording
from ordertrack.sla.report.contents import Report
from ordertrack.sla.report.headline import is_turned_by_mix, of_chosen
from ordertrack.sla.report.ranking import FEWEST, worst_first, worst_stage
from ordertrack.sla.report.selection import Selection
from ordertrack.sla.statistics.intervals import differ, difference

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
    """The worst of these, if it is so much worse than the others together that it is no chance."""
    is_judged = any(group.figures.judged for group in groups)
    enough = worst_first(
        group for group in groups if (group.figures.judged if is_judged else group.figures.count) >= FEWEST
    )
    if len(enough) < 2:
        return None
    worst, *others = enough
    rest = _together([group.figures for group in others])
    if not is_judged:
        return _slowest(about, worst, rest, len(enough), link)
    figures = worst.figures
    if figures.share is None or rest.share is None or rest.share - figures.share < STANDS_OUT:
        return None
    ranges = figures.share_range(len(enough)), rest.share_range(len(enough))
    if not differ(difference(figures.share, ranges[0], rest.share, ranges[1])):
        return None
    share = formats.share(rest.share)
    said = _("%(how_bad)s; the rest %(share)s", how_bad=_how_bad(figures), share=share)
    return Finding(about, worst.label, said, link(worst.key))


def _slowest(about: str, worst: Group, rest: Figures, among: int, link: _Link) -> Finding | None:
    """Where there is no target: the one with the longest p90."""
    figures = worst.figures
    at_least, at_most = figures.time_range(0.9, among)[0], rest.time_range(0.9, among)[1]
    if at_least is None or at_most is None or at_least <= at_most:
        return None
    said = {"time": wording.time(figures.p90), "num": number(figures.count)}
    slowest = _("slowest, 9 of 10 within %(time)s, of %(num)s", **said)
    if isinstance(figures.p90, Over):
        slowest = _("slowest, 1 of 10 took %(time)s, of %(num)s", **said)
    return Finding(about, worst.label, slowest, link(worst.key))


def _together(several: Sequence[Figures]) -> Figures:
    """What is needed of them together to compare one with them."""
    known = [each.histogram for each in several if each.histogram is not None]
    return Figures(
        *(sum(each.count for each in several), None, None, None, None),
        judged=sum(each.judged for each in several),
        in_target=sum(each.in_target for each in several),
        left_out={},
        histogram=np.sum(known, axis=0) if known else None,
    )


def _dated(day: Group) -> Group:
    return replace(day, label=formats.day(dt.date.fromisoformat(day.key)))


def _stage(report: Report) -> Finding | None:
    worst = worst_stage(report.stages)
    if worst is None or worst.now.share_range().high > 1 - STANDS_OUT:
        return None
    link = f"?{report.selection.but(stage=worst.stage).query}"
    return Finding(_("Stage"), naming.stage(worst.stage), _how_bad(worst.now), link)


def _since(report: Report) -> Finding | None:
    """The first of the last days in a row, two at least, that were worse than the period before."""
    before = of_chosen(report).before
    usual = before.share
    if usual is None or before.judged < FEWEST:
        return None
    if report.compared.target_changed or is_turned_by_mix(report.compared):
        return None
    worse: list[Group] = []
    for group in reversed([group for group in report.days if group.figures.judged]):
        share = group.figures.share
        if share is None or share >= usual:
            break
        worse.append(group)
    those = _together([group.figures for group in worse])
    if len(worse) < 2 or those.share is None or those.judged < FEWEST:
        return None
    if not differ(difference(those.share, those.share_range(), usual, before.share_range())):
        return None
    day = formats.day(dt.date.fromisoformat(worse[-1].key))
    said = {
        "share": formats.share(usual),
        "num": number(those.late),
        "judged": number(those.judged),
    }
    said_so = _(
        "every day under the %(share)s of the days before: since then %(num)s of %(judged)s late", **said
    )
    return Finding(_("Since"), day, said_so)


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
