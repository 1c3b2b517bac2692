"""What is said of the bars, points, cells and lines of a chart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from ordertrack.i18n import formats
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import ngettext, number
from ordertrack.sla.measure.figures import Figures, HeatCell
from ordertrack.sla.report import wording
from ordertrack.sla.report.contents import TargetSteps


def of_bars(label: str, figures: Figures) -> str:
    times = [
        _("p50 %(time)s", time=wording.time(figures.p50)),
        _("p90 %(time)s", time=wording.time(figures.p90)),
    ]
    ranges = [wording.time_range(figures, share) for share in (0.5, 0.9)]
    times = [f"{time} ({found})" if found else time for time, found in zip(times, ranges, strict=True)]
    return "\n".join([label, *times, _times(figures.count)])


def counted(label: str, figures: Figures) -> str:
    """The name of a bar with how many it is of."""
    return _("%(name)s (%(num)s)", name=label, num=number(figures.count))


def _times(count: int) -> str:
    return ngettext("%(num)s time", "%(num)s times", count, num=number(count))


def of_share(figures: Figures) -> str:
    if figures.share is None:
        return _("no time with a target")
    judged = number(figures.judged)
    said = _("%(share)s of %(number)s in target", share=formats.share(figures.share), number=judged)
    return f"{said}\n{wording.share_range(figures.share_range())}"


def of_hour(weekday: str, cell: HeatCell) -> str:
    when = _("%(weekday)s, %(hour)s", weekday=weekday, hour=formats.hour(cell.hour))
    time = _("p90 %(time)s", time=wording.time(cell.figures.p90))
    return "\n".join([when, time, _times(cell.figures.count)])


def of_target(time: str, whom: str = "") -> str:
    return _("target %(whom)s: %(time)s", whom=whom, time=time) if whom else _("target %(time)s", time=time)


def of_steps(line: TargetSteps) -> str:
    """As `target deliveries: 15 min, from Fri 14 Nov 20 min`."""
    said = []
    for place, (day, seconds) in enumerate(line.steps):
        length = _("none") if seconds is None else wording.target(seconds)
        said.append(_since(day, seconds) if place else length)
    return of_target(formats.listed(said), line.whom)


def target_changes(lines: Sequence[TargetSteps]) -> dict[dt.date, list[str]]:
    """What changed on which days, as `target deliveries: from Fri 14 Nov 20 min`; not on the first one."""
    found: dict[dt.date, list[str]] = {}
    for line in lines:
        for day, seconds in line.steps[1:]:
            found.setdefault(day, []).append(of_target(_since(day, seconds), line.whom))
    return found


def _since(day: dt.date, seconds: int | None) -> str:
    since = _("from %(day)s", day=formats.day(day))
    length = _("none") if seconds is None else wording.target(seconds)
    return _("%(whom)s %(what)s", whom=since, what=length)


def only_first(shown: int, of: int) -> str:
    if shown == of:
        return ""
    return _("The first %(shown)s of %(all)s; the table has all.", shown=shown, all=number(of))
