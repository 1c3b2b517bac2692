"""Since when the days of a report are worse than before, as far as their numbers bear that."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ordertrack.i18n import formats
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import number
from ordertrack.sla.measure.figures import Figures, Group
from ordertrack.sla.report.contents import Report
from ordertrack.sla.report.headline import is_turned_by_mix
from ordertrack.sla.report.ranking import FEWEST
from ordertrack.sla.statistics.change_point import change_points, overdispersion
from ordertrack.sla.statistics.decomposition import Part
from ordertrack.sla.statistics.intervals import difference, wilson, z_of


@dataclass(frozen=True, slots=True)
class Finding:
    """What `about` (a shift, a stage, ...) is `name`d and how bad it is; `link`: a report of nothing else."""

    about: str
    name: str
    how_bad: str
    link: str | None = None


def finding(report: Report) -> Finding | None:
    """From which day on days were worse than the same weekdays before, and than those until then.

    Two days at least. Where it may as well have been another day, it is said which these are.
    """
    if report.compared.target_changed or is_turned_by_mix(report.compared):
        return None
    days = [day for day in report.days if day.figures.judged and not _is_running(report, day)]
    earlier = report.selection.first - report.selection.before.first
    before = {_date(day) + earlier: day.figures for day in report.days_before}
    spread = overdispersion([_part(each) for each in before.values()])
    may_be = change_points([_part(day.figures) for day in days], spread)
    if not may_be or may_be[-1] > len(days) - 2:
        return None
    until, since = days[: may_be[0]], days[may_be[-1] :]
    alike = _part(together([before[day] for day in map(_date, since) if day in before]))
    those = _part(together([day.figures for day in since]))
    for others in (alike, _part(together([day.figures for day in until]))):
        if not _is_less(those, others, spread, len(days)):
            return None
    said = _(
        "%(num)s of %(judged)s late since then; on the same weekdays before %(share)s in target",
        share=formats.share(alike.total / alike.counted),
        num=number(int(those.counted - those.total)),
        judged=number(int(those.counted)),
    )
    first, last = _date(days[may_be[0]]), _date(since[0])
    if first == last:
        return Finding(_("Since"), formats.day(first), said)
    return Finding(_("Since one of these days"), formats.days(first, last), said)


def _is_less(those: Part, others: Part, spread: float, among: int) -> bool:
    """Whether the share is lower, though days vary so much and it is the most striking of so many."""
    if min(those.counted, others.counted) < FEWEST:
        return False
    shares = [each.total / each.counted for each in (those, others)]
    ranges = [wilson(each.total / spread, each.counted / spread, z_of(among)) for each in (those, others)]
    return difference(shares[0], ranges[0], shares[1], ranges[1]).high < 0


def _part(figures: Figures) -> Part:
    return Part(figures.judged, figures.in_target)


def _date(day: Group) -> dt.date:
    return dt.date.fromisoformat(day.key)


def _is_running(report: Report, day: Group) -> bool:
    """Whether it is compared with whole days though it is not over."""
    return report.selection.hours_over is not None and _date(day) == report.selection.last


def together(several: Sequence[Figures]) -> Figures:
    """What is needed of them together to compare one with them."""
    known = [each.histogram for each in several if each.histogram is not None]
    return Figures(
        *(sum(each.count for each in several), None, None, None, None),
        judged=sum(each.judged for each in several),
        in_target=sum(each.in_target for each in several),
        left_out={},
        histogram=np.sum(known, axis=0) if known else None,
    )
