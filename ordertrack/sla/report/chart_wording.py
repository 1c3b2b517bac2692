"""What is said of the bars, points, cells and lines of a chart."""

from __future__ import annotations

from ordertrack.i18n import formats
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import ngettext, number
from ordertrack.sla.measure.figures import Figures, HeatCell
from ordertrack.sla.report import wording


def of_bars(label: str, figures: Figures) -> str:
    times = [
        _("p50 %(time)s", time=wording.time(figures.p50)),
        _("p90 %(time)s", time=wording.time(figures.p90)),
    ]
    return "\n".join([label, *times, _orders(figures.count)])


def _orders(count: int) -> str:
    return ngettext("%(num)s order", "%(num)s orders", count, num=number(count))


def of_share(figures: Figures) -> str:
    if figures.share is None:
        return _("no order with a target")
    judged = number(figures.judged)
    return _("%(share)s of %(number)s in target", share=formats.share(figures.share), number=judged)


def of_hour(weekday: str, cell: HeatCell) -> str:
    when = _("%(weekday)s, %(hour)s", weekday=weekday, hour=formats.hour(cell.hour))
    time = _("p90 %(time)s", time=wording.time(cell.figures.p90))
    return "\n".join([when, time, _orders(cell.figures.count)])


def of_target(time: str, whom: str = "") -> str:
    return _("target %(whom)s: %(time)s", whom=whom, time=time) if whom else _("target %(time)s", time=time)


def only_first(shown: int, of: int) -> str:
    if shown == of:
        return ""
    return _("The first %(shown)s of %(all)s; the table has all.", shown=shown, all=number(of))
