"""What is said of the orders themselves: what became of them, of their promises, and who tapped Leaving."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial

from ordertrack.i18n import formats
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import ngettext, number
from ordertrack.restaurants import naming
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.sla.report import order_links, terms, wording
from ordertrack.sla.report.contents import Became, Report
from ordertrack.sla.report.order_links import Fate
from ordertrack.sla.report.summary.sentence import Sentence, restaurants


def orders(report: Report) -> Iterator[Sentence]:
    became, of_fate = report.fates, partial(order_links.of_fate, report.selection)
    if not became.orders:
        return
    count = became.orders
    said = ngettext(
        "%(num)s order: %(fates)s.",
        "%(num)s orders: %(fates)s.",
        count,
        num=number(count),
        fates=wording.fates(became),
    )
    yield Sentence(said, of_fate(Fate.ALL, count))
    if became.now.all_cancelled:
        stages = formats.listed(
            terms.cancelled_from(status, became.now.cancelled[status])
            for status in OrderStatus
            if status in became.now.cancelled
        )
        reasons = formats.listed(
            _(
                "%(reason)s (%(num)s)",
                reason=reason,
                num=number(times),
            )
            for reason, times in _reasons(became)
        )
        if reasons:
            said = _("Cancelled: %(stages)s. Why: %(reasons)s.", stages=stages, reasons=reasons)
        else:
            said = _("Cancelled: %(stages)s.", stages=stages)
        yield Sentence(said, of_fate(Fate.CANCELLED, became.now.all_cancelled))
    if became.open.count:
        yield Sentence(_still_open(report), of_fate(Fate.NOT_ENDED, became.open.count))
    if became.now.held:
        held = became.now.held
        said = ngettext(
            "%(num)s was held for a while: its times hold the wait too.",
            "%(num)s were held for a while: their times hold the wait too.",
            held,
            num=number(held),
        )
        yield Sentence(said, of_fate(Fate.HELD, held))


def _reasons(became: Became) -> Iterator[tuple[str, int]]:
    """Why orders were cancelled, in words; the rarer reasons as one."""
    for reason, times in became.reasons:
        yield _(reason) if reason else _("no reason given"), times
    if became.other_reasons:
        yield _("other reasons"), became.other_reasons


def _still_open(report: Report) -> str:
    open_ = report.fates.open
    statuses = formats.listed(
        terms.open_orders(status, open_.by_status[status])
        for status in OrderStatus
        if open_.by_status.get(status)
    )
    age = wording.age(dt.datetime.now(dt.UTC) - open_.since) if open_.since else formats.NOTHING
    said = _("Not ended: %(statuses)s; the oldest began %(age)s ago.", statuses=statuses, age=age)
    if not open_.unfinished:
        return said
    count = open_.unfinished
    return ngettext(
        "%(said)s %(num)s has not been touched for hours: it is in the times of those stages only that"
        " it finished.",
        "%(said)s %(num)s have not been touched for hours: they are in the times of those stages only that"
        " they finished.",
        count,
        said=said,
        num=number(count),
    )


def promises(report: Report) -> Iterator[Sentence]:
    became = report.fates.now
    if not became.promised:
        return
    said = _(
        "Promises: %(num)s of %(promised)s kept", num=number(became.on_time), promised=number(became.promised)
    )
    rest = [wording.moved(became.moved)] if became.moved else []
    broken = order_links.of_fate(report.selection, Fate.BROKEN, became.promised - became.on_time)
    yield Sentence(f"{formats.listed([said, *rest])}.", broken)


def handover(report: Report) -> Iterator[Sentence]:
    became = report.fates.now
    if not became.unleft:
        return
    said = ngettext(
        "Nobody tapped Leaving for %(num)s of %(all)s deliveries: the driver's trip is counted as waiting, in"
        " %(handover)s, and is missing from %(road)s.",
        "Nobody tapped Leaving for %(num)s of %(all)s deliveries: the driver's trip is counted as waiting, in"
        " %(handover)s, and is missing from %(road)s.",
        became.unleft,
        num=number(became.unleft),
        all=number(became.deliveries),
        handover=naming.stage(Stage.HANDOVER),
        road=naming.stage(Stage.ROAD),
    )
    where = [said, *_where(report)]
    yield Sentence(" ".join(where), order_links.of_fate(report.selection, Fate.UNLEFT, became.unleft))


def _where(report: Report) -> Iterator[str]:
    """At which restaurants nobody tapped Leaving, the most first."""
    unleft = report.fates.unleft
    if unleft:
        listed = [
            _("%(name)s (%(num)s of %(all)s)", name=name, num=number(count), all=number(deliveries))
            for name, count, deliveries in unleft
        ]
        yield _("At %(restaurants)s.", restaurants=restaurants(listed))
