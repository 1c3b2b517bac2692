"""How times, shares, days and doubts read on the reports, in words and in the numbers of the reader."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from ordertrack.i18n import formats, labels
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import ngettext, number, remembered
from ordertrack.rules.stages import LeftOut
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.sla.measure.figures import Figures, Over, Under
from ordertrack.sla.report import terms
from ordertrack.sla.report.contents import Became, RunningShift
from ordertrack.sla.report.order_links import Fate
from ordertrack.sla.report.selection import Selection
from ordertrack.sla.statistics.intervals import Range

_HOUR = 3600


@remembered
def time(seconds: float | None) -> str:
    """As `14 min 05 s`, `over 36 h` or `under 5 s`; a dash for None."""
    if seconds is None:
        return formats.NOTHING
    said = labels.duration(dt.timedelta(seconds=round(seconds)))
    if isinstance(seconds, Under):
        return _("under %(seconds)s s", seconds=number(round(seconds)))
    if not isinstance(seconds, Over):
        return said
    if seconds % _HOUR == 0:
        said = _("%(hours)s h", hours=number(int(seconds // _HOUR)))
    return _("over %(time)s", time=said)


def hours_over(selection: Selection) -> str | None:
    """The hour up to which the last day is compared, as the clock says it; None where that day is over."""
    if selection.hours_over is None:
        return None
    starts = selection.restaurants[0].calendar.rules_on(selection.last).day_starts.hour
    return formats.hour((starts + selection.hours_over) % 24)


def target(seconds: int) -> str:
    """As `15 min` or `1 min 30 s`."""
    if seconds % 60 or seconds >= _HOUR:
        return time(seconds)
    return _("%(minutes)s min", minutes=seconds // 60)


def left_out(counts: Mapping[LeftOut, int]) -> str:
    """As `24: 3 forgotten, 12 mass, 9 early`, without those there are none of."""
    total = number(sum(counts.values()))
    reasons = _reasons(counts)
    return _("%(total)s: %(reasons)s", total=total, reasons=reasons) if reasons else total


def left_out_text(counts: Mapping[LeftOut, int], are_in: bool = False) -> str:
    """As `24 left out: 3 forgotten, 12 mass, 9 early`; `are_in`: they are counted, doubtful as they are."""
    total = sum(counts.values())
    if not total:
        return _("nothing doubtful") if are_in else _("nothing left out")
    said = {"num": number(total), "reasons": _reasons(counts)}
    if are_in:
        return ngettext(
            "%(num)s doubtful, counted in: %(reasons)s",
            "%(num)s doubtful, counted in: %(reasons)s",
            total,
            **said,
        )
    return ngettext("%(num)s left out: %(reasons)s", "%(num)s left out: %(reasons)s", total, **said)


def beside(figures: Figures, are_in: bool = False) -> str:
    """What stands beside a figure: left out, entered again, cancelled, skipped by a channel, drawn.

    As `24 left out: 3 forgotten, 21 mass · 2 again · 1 cancelled late`, without those there are none of.
    """
    return " · ".join(words for _which, words in each_beside(figures, are_in))


def each_beside(figures: Figures, are_in: bool = False) -> list[tuple[str, str]]:
    """The parts of it, each with what the page of orders calls these (`which`)."""
    parts = [("left_out" if figures.all_left_out else "", left_out_text(figures.left_out, are_in))]
    if count := figures.again:
        parts.append(("again", ngettext("%(num)s again", "%(num)s again", count, num=number(count))))
    if count := figures.cancelled:
        said = ngettext("%(num)s cancelled late", "%(num)s cancelled late", count, num=number(count))
        parts.append(("cancelled", said))
    if count := figures.walked:
        said = ngettext(
            "%(num)s skipped by a channel", "%(num)s skipped by a channel", count, num=number(count)
        )
        parts.append(("skipped", said))
    if count := figures.drawn:
        said = ngettext("%(num)s drawn by a replay", "%(num)s drawn by a replay", count, num=number(count))
        parts.append(("drawn", said))
    return parts


def share_range(found: Range) -> str:
    """As `between 83% and 91%`: where the share lies that is behind what was counted."""
    low, high = formats.percent(found.low), formats.percent(found.high)
    return _("between %(low)s and %(high)s", low=low, high=high)


def time_range(figures: Figures, share: float) -> str:
    """The same of a percentile; nothing where there are no times."""
    if not figures.count or figures.histogram is None:
        return ""
    low, high = figures.time_range(share)
    if low is None:
        return _("too few to say how far off")
    if high is None:
        return _("%(time)s or more", time=time(low))
    return _("between %(low)s and %(high)s", low=time(low), high=time(high))


def some_of(some: int, of: int) -> str:
    """As `1 of 3`: of a few no share is said."""
    return _("%(some)s of %(num)s", some=number(some), num=number(of))


def age(length: dt.timedelta) -> str:
    """As `12 min 05 s`, or of days `3 days`."""
    if length < dt.timedelta(days=2):
        return labels.duration(length)
    return ngettext("%(num)s day", "%(num)s days", length.days, num=number(length.days))


def unjudged(count: int) -> str:
    return ngettext("%(num)s without a target", "%(num)s without a target", count, num=number(count))


def moved(count: int) -> str:
    return ngettext(
        "%(num)s only as a delay had moved it",
        "%(num)s only as a delay had moved them",
        count,
        num=number(count),
    )


def fates(became: Became) -> str:
    """As `290 completed, 12 cancelled, 7 open, 3 never finished`, without those there are none of."""
    return formats.listed(words for _fate, words in each_fate(became))


def each_fate(became: Became) -> list[tuple[Fate, str]]:
    """The parts of it."""
    now, open_ = became.now, became.open
    count = now.completed
    parts = [(Fate.COMPLETED, ngettext("%(num)s completed", "%(num)s completed", count, num=number(count)))]
    if count := now.all_cancelled:
        said = ngettext("%(num)s cancelled", "%(num)s cancelled", count, num=number(count))
        parts.append((Fate.CANCELLED, said))
    if count := open_.count - open_.unfinished:
        said = ngettext("%(num)s still open", "%(num)s still open", count, num=number(count))
        parts.append((Fate.OPEN, said))
    if count := open_.unfinished:
        said = ngettext("%(num)s never finished", "%(num)s never finished", count, num=number(count))
        parts.append((Fate.UNFINISHED, said))
    return parts


def _reasons(counts: Mapping[LeftOut, int]) -> str:
    return formats.listed(terms.doubtful(reason, counts[reason]) for reason in LeftOut if counts.get(reason))


def open_orders(shift: RunningShift) -> str:
    """As `2 pending, 5 preparing`; nothing where no order is open."""
    counts = ((status, shift.open.get(status, 0)) for status in OrderStatus)
    return formats.listed(terms.open_orders(status, count) for status, count in counts if count)
