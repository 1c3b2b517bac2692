"""Which tables a report has, and what stands in them: the worst first where one looks for the worst."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, NamedTuple

from ordertrack.i18n import formats, labels
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import number
from ordertrack.restaurants import naming
from ordertrack.rules.stages import Stage
from ordertrack.sla.measure.fates import CANCELLED_FROM
from ordertrack.sla.measure.figures import Figures, Group, SlowOrder, StageFigures
from ordertrack.sla.report import chart_wording, order_links, terms
from ordertrack.sla.report.charts import named_periods
from ordertrack.sla.report.contents import Report
from ordertrack.sla.report.headline import CLEAR, change_of, time_change, too_few
from ordertrack.sla.report.order_links import Fate
from ordertrack.sla.report.ranking import hours_of_day, is_judged, worst_first, worst_stage
from ordertrack.sla.report.selection import PERIODS, Grouping
from ordertrack.sla.report.tables.estimate_tables import estimates
from ordertrack.sla.report.tables.table import (
    ASIDE,
    COUNT,
    DAY,
    DOUBTS,
    HOUR,
    IN_TARGET,
    NAME,
    ORDER,
    TEXT,
    TIME,
    Column,
    Kind,
    Row,
    Table,
)


def stages(report: Report) -> Table:
    """Every stage with the period before; the worst against its target is marked."""
    worst = worst_stage(report)
    shown = _shown(report, any(stage.now.judged for stage in report.stages))
    rows = [
        Row(
            (
                naming.stage(stage.stage),
                *_cells(stage.now, shown),
                stage.before.p50,
                stage.before.p90,
                _changed(stage),
            ),
            f"?{report.selection.but(stage=stage.stage).query}",
            _mark(report, stage, stage is worst),
            order_links.behind(report.selection.but(stage=stage.stage), stage.now),
        )
        for stage in report.stages
    ]
    columns = (
        *_columns(report, _("Stage"), TEXT, shown),
        Column(_("p50 before"), TIME),
        Column(_("p90 before"), TIME),
        Column(_("Clear change"), ASIDE),
    )
    return Table("stages", _("Every stage of an order"), columns, rows)


def _mark(report: Report, stage: StageFigures, is_worst: bool) -> str | None:
    marks = [_("worst against its target")] if is_worst else []
    now = report.fates.now
    if stage.stage is Stage.HANDOVER and now.unleft:
        marks.append(_with_drives(now.unleft, now.deliveries))
    return formats.listed(marks) if marks else None


def _with_drives(unleft: int, deliveries: int) -> str:
    """That the drives of so many deliveries are in these times, as nobody tapped Leaving."""
    if unleft == deliveries:
        return _("with the drive")
    return _("with the drive of %(num)s of %(all)s deliveries", num=number(unleft), all=number(deliveries))


def _changed(stage: StageFigures) -> str:
    """What of both percentiles the numbers bear, in few words: the column is narrow."""
    p50, p90 = (time_change(stage, share) or too_few(stage) for share in (0.5, 0.9))
    if p50 is None or p90 is None:
        return ""
    clear = []
    if p50.tone in CLEAR:
        clear.append(_("p50 %(time)s", time=p50.words))
    if p90.tone in CLEAR:
        clear.append(_("p90 %(time)s", time=p90.words))
    return formats.listed(clear) if clear else p50.words


def shifts(report: Report) -> Table:
    shown = _shown(report, is_judged(report))
    rows = [
        Row(
            (group.label, *_cells(group.figures, shown)),
            orders=order_links.of_group(report.selection, Grouping.SHIFT, group),
        )
        for group in report.shifts
    ]
    return Table("shifts", _("By shift"), _columns(report, _("Shift"), NAME, shown), rows)


def days(report: Report) -> Table:
    shown = _shown(report, is_judged(report))
    rows = []
    for group in report.days:
        day = dt.date.fromisoformat(group.key)
        link = f"?{report.selection.on(day).query}"
        orders = order_links.of_group(report.selection, Grouping.DAY, group)
        mark = _new_target(report, day, day)
        rows.append(Row((day, *_cells(group.figures, shown)), link, mark, orders))
    return Table("days", _("By business day"), _columns(report, _("Business day"), DAY, shown), rows)


def periods(report: Report) -> Table:
    """By weekday, week or month: by which the bars are."""
    shown = _shown(report, is_judged(report))
    chosen = report.selection.group
    by = chosen if chosen in PERIODS else Grouping.WEEKDAY
    rows = [
        Row(
            (group.label, *_cells(group.figures, shown)),
            mark=None if by is Grouping.WEEKDAY else _new_target(report, *_span(by, group.key)),
            orders=order_links.of_group(report.selection, by, group),
        )
        for group in named_periods(report)
    ]
    columns = _columns(report, terms.groupings()[by], TEXT, shown)
    return Table("periods", _("By weekday, week or month"), columns, rows)


def _span(by: Grouping, key: str) -> tuple[dt.date, dt.date]:
    first = dt.date.fromisoformat(key)
    return first, order_links.last_of(by, first)


def _new_target(report: Report, first: dt.date, last: dt.date) -> str | None:
    """Which targets changed in these days: shares before and after are not of the same."""
    changed = chart_wording.target_changes(report.steps)
    said = [words for day, those in sorted(changed.items()) if first <= day <= last for words in those]
    return formats.listed(said) if said else None


def fates(report: Report) -> Table:
    """What became of the orders that began in the range; each count leads to its orders."""
    became, now = report.fates, report.fates.now
    rows: list[tuple[str, int, Fate | None, dict[str, str]]] = [
        (_("Orders"), became.orders, Fate.ALL, {}),
        (_("Completed"), now.completed, Fate.COMPLETED, {}),
    ]
    rows += [
        (
            _("Cancelled: %(when)s", when=terms.cancelled_when(status)),
            now.cancelled.get(status, 0),
            Fate.CANCELLED,
            {"before": status.value},
        )
        for status in CANCELLED_FROM
    ]
    rows += [
        (_("Still open"), became.open.count - became.open.unfinished, Fate.OPEN, {}),
        (_("Never finished"), became.open.unfinished, Fate.UNFINISHED, {}),
        (_("Had a promise"), now.promised, Fate.PROMISED, {}),
        (_("On time against the promise"), now.on_time, Fate.KEPT, {}),
        (_("Of those only as a delay had moved it"), now.moved, Fate.MOVED, {}),
        (_("Held for a while"), now.held, Fate.HELD, {}),
        (_("Deliveries completed"), now.deliveries, Fate.DELIVERIES, {}),
        (_("Of those nobody tapped Leaving"), now.unleft, Fate.UNLEFT, {}),
    ]
    rows += [
        (
            _("Reason: %(reason)s", reason=_(reason) if reason else _("no reason given")),
            times,
            Fate.CANCELLED,
            {"reason": reason or ""},
        )
        for reason, times in became.reasons
    ]
    rows.append((_("Other reasons"), became.other_reasons, None, {}))
    columns = (Column(_("What became of them"), TEXT), Column(_("Orders"), COUNT))
    shown = [
        Row(
            (said, count),
            orders=fate and order_links.of_fate(report.selection, fate, count, **of_it),
        )
        for place, (said, count, fate, of_it) in enumerate(rows)
        if place < 2 or count
    ]
    return Table("fates", _("What became of the orders"), columns, shown)


def restaurants(report: Report) -> Table:
    shown = _shown(report, is_judged(report))
    by_slug = {restaurant.slug: restaurant for restaurant in report.selection.restaurants}
    unleft = report.fates.unleft if report.selection.stage is Stage.HANDOVER else None
    driven = {name: _with_drives(*counts) for name, *counts in unleft or ()}
    rows = [
        Row(
            (group.label, *_cells(group.figures, shown), *_before(report, group, shown)),
            f"?{report.selection.of(by_slug[group.key]).query}",
            driven.get(group.label),
            orders=order_links.of_group(report.selection, Grouping.RESTAURANT, group),
        )
        for group in worst_first(report.restaurants)
    ]
    columns = _columns(report, _("Restaurant"), NAME, shown)
    if report.restaurants_compared:
        before = Column(_("In target before"), IN_TARGET) if shown.shares else Column(_("p50 before"), TIME)
        columns = (*columns, before, Column(_("Clear change"), ASIDE))
    return Table("restaurants", _("By restaurant"), columns, rows)


def _before(report: Report, group: Group, shown: _Shown) -> tuple[Any, ...]:
    """How a restaurant was in the days before, and what of the difference its numbers bear."""
    found = report.restaurants_compared.get(group.key)
    if found is None:
        return ()
    compared = StageFigures(report.selection.stage, group.figures, found.before, found.now)
    change = change_of(report.selection, compared, found.at_today)
    return (found.before if shown.shares else found.before.p50, change.words if change else "")


def hours(report: Report) -> Table:
    """By weekday and hour, each day from the hour at which it starts."""
    shown = _shown(report, is_judged(report))
    place_of = {hour: place for place, hour in enumerate(hours_of_day(report))}
    cells = sorted(report.heat, key=lambda cell: (cell.weekday, place_of[cell.hour]))
    weekdays = naming.weekdays()
    rows = [
        Row(
            (weekdays[cell.weekday], cell.hour, *_cells(cell.figures, shown)),
            orders=order_links.of_cell(report.selection, cell),
        )
        for cell in cells
    ]
    first, *rest = _columns(report, _("Weekday"), TEXT, shown)
    return Table("hours", _("By weekday and hour"), (first, Column(_("Hour"), HOUR), *rest), rows)


def slowest(report: Report) -> Table:
    """The orders that took longest, doubtful ones too where they are counted in."""
    rows = []
    for order in report.slowest:
        doubt = (_doubt(order),) if report.selection.with_left_out else ()
        rows.append(_order_row(order, (*_order_cells(order), order.late_by, *doubt)))
    doubts = (Column(_("Doubt"), TEXT),) if report.selection.with_left_out else ()
    columns = (*_order_columns(), Column(_("Late by"), TIME), *doubts)
    return Table("slowest", _("The slowest orders"), columns, rows)


def doubtful(report: Report) -> Table:
    """Orders whose time is not to be trusted, and why."""
    rows = [_order_row(order, (*_order_cells(order), _doubt(order))) for order in report.doubtful]
    columns = (*_order_columns(), Column(_("Why"), TEXT))
    return Table("doubtful", _("Times not to be trusted"), columns, rows)


TABLES: dict[str, Callable[[Report], Table]] = {
    make.__name__: make
    for make in (stages, fates, shifts, days, periods, restaurants, hours, slowest, doubtful, estimates)
}


class _Shown(NamedTuple):
    """What only some reports have: shares in target; stages entered again and orders cancelled late; what
    channels skipped; times that a replay drew."""

    shares: bool
    unplanned: bool
    walked: bool
    drawn: bool


def _shown(report: Report, shares: bool) -> _Shown:
    stages = [stage.now for stage in report.stages]
    unplanned = any(each.again or each.cancelled for each in stages)
    walked, drawn = any(each.walked for each in stages), any(each.drawn for each in stages)
    return _Shown(shares, unplanned, walked, drawn)


def _columns(report: Report, first: str, kind: Kind, shown: _Shown) -> tuple[Column, ...]:
    times = (_("Mean"), _("p50"), _("p90"), _("p95"))
    shares = (Column(_("In target"), IN_TARGET),) if shown.shares else ()
    unplanned = (Column(_("Again"), COUNT), Column(_("Cancelled late"), COUNT)) if shown.unplanned else ()
    walked = (Column(_("Skipped by a channel"), COUNT),) if shown.walked else ()
    drawn = (Column(_("Drawn by a replay"), COUNT),) if shown.drawn else ()
    doubts = _("Doubtful, counted in") if report.selection.with_left_out else _("Left out")
    return (
        Column(first, kind),
        Column(_("Counted"), COUNT),
        *(Column(title, TIME) for title in times),
        *shares,
        *unplanned,
        *walked,
        *drawn,
        Column(doubts, DOUBTS),
    )


def _cells(figures: Figures, shown: _Shown) -> tuple[Any, ...]:
    times = (figures.count, figures.mean, figures.p50, figures.p90, figures.p95)
    shares = (figures,) if shown.shares else ()
    unplanned = (figures.again, figures.cancelled) if shown.unplanned else ()
    walked = (figures.walked,) if shown.walked else ()
    drawn = (figures.drawn,) if shown.drawn else ()
    return (*times, *shares, *unplanned, *walked, *drawn, figures.left_out)


def _order_columns() -> tuple[Column, ...]:
    return (
        Column(_("Order"), ORDER),
        Column(_("Restaurant"), NAME),
        Column(_("Business day"), DAY),
        Column(_("Shift"), NAME),
        Column(_("Fulfilment"), TEXT),
        Column(_("Time"), TIME),
    )


def _order_cells(order: SlowOrder) -> tuple[Any, ...]:
    shift = order.shift or formats.NOTHING
    fulfilment = labels.fulfilment(order.fulfilment)
    return (order, order.restaurant, order.business_date, shift, fulfilment, order.seconds)


def _doubt(order: SlowOrder) -> str:
    return terms.doubt(order.left_out) if order.left_out else ""


def _order_row(order: SlowOrder, cells: tuple[Any, ...]) -> Row:
    return Row(cells, f"/orders/{order.order_id}")
