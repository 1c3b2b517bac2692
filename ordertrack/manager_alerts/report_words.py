"""How the mail reads that tells how a day or a shift went."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ordertrack.i18n import formats
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import ngettext, number
from ordertrack.restaurants import naming
from ordertrack.sla.measure.figures import Figures
from ordertrack.sla.report import wording
from ordertrack.sla.report.contents import Report
from ordertrack.sla.report.ranking import worst_first

MOST_RESTAURANTS = 10


@dataclass(frozen=True, slots=True)
class Said:
    title: str
    body: str


def of_report(report: Report, shift: str | None) -> Said | None:
    """In the language spoken now, of one business day or of one `shift` of it; None if nothing happened."""
    selection = report.selection
    figures = _figures(report, shift)
    if figures is None or figures.is_empty:
        return None
    when = formats.day(selection.last)
    if shift is not None:
        when = _("%(shift)s, %(day)s", shift=naming.shift(shift), day=when)
    about = selection.restaurants[0].name if len(selection.restaurants) == 1 else _("All your restaurants")
    title = _("%(about)s, %(when)s: %(headline)s", about=about, when=when, headline=_headline(figures))
    lines = [*_lines(report, figures), *([] if shift else _of_each(report))]
    return Said(title, "\n".join(lines))


def _figures(report: Report, shift: str | None) -> Figures | None:
    if shift is None:
        return next(each.now for each in report.stages if each.stage == report.selection.stage)
    return next((each.figures for each in report.shifts if each.key == shift), None)


def _headline(figures: Figures) -> str:
    if figures.share is not None:
        return _("%(share)s in target", share=formats.share(figures.share))
    return ngettext("%(num)s order", "%(num)s orders", figures.count, num=number(figures.count))


def _lines(report: Report, figures: Figures) -> Iterator[str]:
    stage = naming.stage(report.selection.stage)
    orders = ngettext("%(num)s order", "%(num)s orders", figures.count, num=number(figures.count))
    yield _("%(stage)s: %(orders)s.", stage=stage, orders=orders)
    if figures.count:
        yield _(
            "Half were done within %(half)s, 9 of 10 within %(most)s.",
            half=wording.time(figures.p50),
            most=wording.time(figures.p90),
        )
    if figures.judged:
        yield ngettext(
            "In target: %(met)s of %(num)s order with a target.",
            "In target: %(met)s of %(num)s orders with a target.",
            figures.judged,
            met=number(figures.in_target),
            num=number(figures.judged),
        )
    yield _("Beside these: %(beside)s.", beside=wording.beside(figures))


def _of_each(report: Report) -> Iterator[str]:
    """The restaurants, the worst first."""
    groups = [each for each in worst_first(report.restaurants) if each.figures.count]
    if len(report.selection.restaurants) < 2 or not groups:
        return
    yield ""
    for each in groups[:MOST_RESTAURANTS]:
        yield _("%(restaurant)s: %(headline)s", restaurant=each.label, headline=_headline(each.figures))
    if len(groups) > MOST_RESTAURANTS:
        yield "…"
