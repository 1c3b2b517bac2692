"""What stands out in a report, in a sentence each: which restaurant, which shift, which stage, since when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeAlias

from ordertrack.i18n import formats
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import ngettext, number
from ordertrack.restaurants import naming
from ordertrack.rules.stages import Stage
from ordertrack.sla.measure.figures import Figure, Figures, Group, Over, Under
from ordertrack.sla.report import order_links, since, wording
from ordertrack.sla.report.contents import Judged, Report
from ordertrack.sla.report.headline import of_chosen
from ordertrack.sla.report.ranking import FEWEST, holds_drives, worst_first, worst_stage
from ordertrack.sla.report.selection import Grouping, Selection
from ordertrack.sla.report.since import Finding, together
from ordertrack.sla.statistics.intervals import differ, difference, wilson, z_of

STANDS_OUT = 0.03  # in share in target under the rest: less is chance
_Link: TypeAlias = Callable[[str], str | None]


def findings(report: Report) -> list[Finding]:
    """The worst restaurant, shift, stage, weekday, day, shift of one day, and since when days are worse."""
    weekday = _weekday(report)
    found = [
        _worst(_("Restaurant"), _alike(report), partial(_restaurant_link, report.selection)),
        _worst(_("Shift"), report.shifts),
        _stage(report),
        weekday,
        _day(report, weekday),
        _single_shift(report),
        since.finding(report),
    ]
    return [finding for finding in found if finding is not None]


def _alike(report: Report) -> list[Group]:
    """The restaurants whose times are of the same work: of handovers none that hold the drives."""
    became = report.fates
    if report.selection.stage is not Stage.HANDOVER or not became.now.unleft:
        return report.restaurants
    if became.unleft is None:
        return []
    driven = {name for name, unleft, deliveries in became.unleft if holds_drives(unleft, deliveries)}
    return [each for each in report.restaurants if each.label not in driven]


def _weekday(report: Report) -> Finding | None:
    """The worst weekday, if each single one of it was worse than all days together."""
    named = [replace(each, label=naming.weekdays()[int(each.key)]) for each in report.weekdays]
    whole = of_chosen(report).now
    found = _worst(_("Weekday"), named, partial(_weekday_link, report))
    if found is None:
        return None
    number_of = {each.label: int(each.key) for each in named}
    those = [
        day.figures
        for day in report.days
        if day.figures.count and dt.date.fromisoformat(day.key).weekday() == number_of[found.name]
    ]
    return found if len(those) > 1 and all(_is_worse(whole, each) for each in those) else None


def _is_worse(whole: Figures, part: Figures) -> bool:
    if whole.share is not None:
        return part.share is not None and part.share < whole.share
    return (part.p90 or 0) > (whole.p90 or 0)


def _day(report: Report, weekday: Finding | None = None) -> Finding | None:
    """The worst day, at the targets of then; and at those of today, where they are others.

    None that is one of a `weekday` that stands out as such.
    """
    days = {day.key: _dated(day) for day in report.days}
    found = _worst(_("Day"), list(days.values()), partial(_day_link, report.selection))
    if found is None:
        return None
    key = next(key for key, day in days.items() if day.label == found.name)
    if weekday and naming.weekdays()[dt.date.fromisoformat(key).weekday()] == weekday.name:
        return None
    return replace(found, how_bad=_beside_today(found.how_bad, report.at_today.get(key)))


def _single_shift(report: Report) -> Finding | None:
    """The worst shift of one restaurant on one day, if it is no chance among so many."""
    worst = report.worst_shift
    if worst is None or not worst.rest.judged:
        return None
    share, rest = (each.in_target / each.judged for each in (worst.of_it, worst.rest))
    z = z_of(worst.among)
    ranges = [wilson(each.in_target, each.judged, z) for each in (worst.of_it, worst.rest)]
    if rest - share < STANDS_OUT or not differ(difference(share, ranges[0], rest, ranges[1])):
        return None
    restaurant = next(each for each in report.selection.restaurants if each.slug == worst.restaurant)
    name = formats.listed([restaurant.name, formats.day(worst.day), naming.shift(worst.shift)])
    said = _(
        "%(num)s of %(judged)s in target (%(share)s); all other shifts %(rest)s",
        num=number(worst.of_it.in_target),
        judged=number(worst.of_it.judged),
        share=formats.share(share),
        rest=formats.share(rest),
    )
    link = order_links.of_shift(report.selection.of(restaurant).on(worst.day), worst.shift)
    return Finding(_("Worst single shift"), name, _beside_today(said, worst.at_today), link)


def _beside_today(how_bad: str, at_today: Judged | None) -> str:
    """That this is at the targets of then, where others hold today."""
    if at_today is None:
        return how_bad
    if not at_today.judged:
        return _("%(how_bad)s; at the target of then, and today there is none", how_bad=how_bad)
    return _(
        "%(how_bad)s; at the target of then, at today's about %(num)s of %(judged)s in target",
        how_bad=how_bad,
        num=number(at_today.in_target),
        judged=number(at_today.judged),
    )


def _worst(about: str, groups: Sequence[Group], link: _Link = lambda _key: None) -> Finding | None:
    """The worst of these, if it is so much worse than the others together that it is no chance."""
    is_judged = any(group.figures.judged for group in groups)
    enough = worst_first(
        group for group in groups if (group.figures.judged if is_judged else group.figures.count) >= FEWEST
    )
    if len(enough) < 2:
        return None
    worst, *others = enough
    rest = together([group.figures for group in others])
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


def _dated(day: Group) -> Group:
    return replace(day, label=formats.day(dt.date.fromisoformat(day.key)))


def _stage(report: Report) -> Finding | None:
    worst = worst_stage(report)
    if worst is None or worst.now.share_range().high > 1 - STANDS_OUT:
        return None
    link = f"?{report.selection.but(stage=worst.stage).query}"
    return Finding(_("Stage"), naming.stage(worst.stage), _how_bad(worst.now), link)


def _restaurant_link(selection: Selection, slug: str) -> str:
    return next(f"?{selection.of(each).query}" for each in selection.restaurants if each.slug == slug)


def _weekday_link(report: Report, key: str) -> str | None:
    group = next(each for each in report.weekdays if each.key == key)
    return order_links.of_group(report.selection, Grouping.WEEKDAY, group)


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
