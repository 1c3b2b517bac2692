"""Which tables a report has, and what stands in them: the worst first where one looks for the worst."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from ordertrack.sla import wording
from ordertrack.sla.figures import Figures, Group, Report, SlowOrder, StageFigures
from ordertrack.sla.tables import (
    COUNT,
    DAY,
    DOUBTS,
    IN_TARGET,
    ORDER,
    SHARE,
    TEXT,
    TIME,
    Column,
    Kind,
    Row,
    Table,
)

_FULFILMENTS = {"delivery": "Delivery", "pickup": "Pickup", "dine_in": "Dine in"}
_NO_SHARE = 2.0  # sorts behind every share

_COUNTS = (Column("Orders", COUNT),)
_TIMES = (Column("Mean", TIME), Column("p50", TIME), Column("p90", TIME), Column("p95", TIME))
_IN_TARGET = (Column("In target", IN_TARGET),)
_ORDER = (
    Column("Order", ORDER),
    Column("Restaurant", TEXT),
    Column("Business day", DAY),
    Column("Shift", TEXT),
    Column("Fulfilment", TEXT),
    Column("Time", TIME),
)


def stages(report: Report) -> Table:
    """Every stage with the period before; the worst against its target is marked."""
    worst = worst_stage(report.stages)
    judged = any(stage.now.judged for stage in report.stages)
    rows = [
        Row(
            (
                wording.STAGES[stage.stage],
                *_cells(stage.now, judged),
                stage.before.p50,
                stage.before.p90,
            ),
            f"?{report.selection.but(stage=stage.stage).query}",
            "worst against its target" if stage is worst else None,
        )
        for stage in report.stages
    ]
    columns = (
        *_columns(report, "Stage", TEXT, judged),
        Column("p50 before", TIME),
        Column("p90 before", TIME),
    )
    return Table("stages", "Every stage of an order", columns, rows)


def shifts(report: Report) -> Table:
    judged = is_judged(report)
    rows = [Row((group.label, *_cells(group.figures, judged))) for group in report.shifts]
    return Table("shifts", "By shift", _columns(report, "Shift", TEXT, judged), rows)


def days(report: Report) -> Table:
    judged = is_judged(report)
    rows = []
    for group in report.days:
        day = dt.date.fromisoformat(group.key)
        link = f"?{report.selection.on(day).query}"
        rows.append(Row((day, *_cells(group.figures, judged)), link))
    return Table("days", "By business day", _columns(report, "Business day", DAY, judged), rows)


def restaurants(report: Report) -> Table:
    judged = is_judged(report)
    by_slug = {place.slug: place for place in report.selection.restaurants}
    rows = [
        Row(
            (group.label, *_cells(group.figures, judged)),
            f"?{report.selection.of(by_slug[group.key]).query}",
        )
        for group in worst_first(report.restaurants)
    ]
    return Table("restaurants", "By restaurant", _columns(report, "Restaurant", TEXT, judged), rows)


def hours(report: Report) -> Table:
    """By weekday and hour, each day from the hour at which it starts."""
    judged = is_judged(report)
    place_of = {hour: place for place, hour in enumerate(hours_of_day(report))}
    cells = sorted(report.heat, key=lambda cell: (cell.weekday, place_of[cell.hour]))
    rows = [
        Row((wording.WEEKDAYS[cell.weekday], wording.hour(cell.hour), *_cells(cell.figures, judged)))
        for cell in cells
    ]
    first, *rest = _columns(report, "Weekday", TEXT, judged)
    return Table("hours", "By weekday and hour", (first, Column("Hour", TEXT), *rest), rows)


def slowest(report: Report) -> Table:
    """The orders that took longest, doubtful ones too where they are counted in."""
    rows = []
    for order in report.slowest:
        late = "late" if order.is_breach else ""
        doubt = (_doubt(order),) if report.selection.with_left_out else ()
        rows.append(_order_row(order, (*_order_cells(order), late, *doubt)))
    doubts = (Column("Doubt", TEXT),) if report.selection.with_left_out else ()
    columns = (*_ORDER, Column("Against its target", TEXT), *doubts)
    return Table("slowest", "The slowest orders", columns, rows)


def doubtful(report: Report) -> Table:
    """Orders whose time is not to be trusted, and why."""
    rows = [_order_row(order, (*_order_cells(order), _doubt(order))) for order in report.doubtful]
    return Table("doubtful", "Times not to be trusted", (*_ORDER, Column("Why", TEXT)), rows)


def estimates(report: Report) -> Table:
    """How the ranges that guests were given turned out."""
    outcome = report.outcome
    rows = [
        Row((words, count, count / outcome.given if outcome.given else None))
        for words, count in (
            ("Within the range", outcome.within),
            ("Sooner", outcome.sooner),
            ("Later", outcome.later),
        )
    ]
    rows.append(Row(("No estimate was given", outcome.silent, None)))
    columns = (Column("The order was there", TEXT), Column("Orders", COUNT), Column("Of those given", SHARE))
    return Table("estimates", "How often estimates were right", columns, rows)


TABLES: dict[str, Callable[[Report], Table]] = {
    make.__name__: make for make in (stages, shifts, days, restaurants, hours, slowest, doubtful, estimates)
}


def is_judged(report: Report) -> bool:
    """Whether anything of the chosen stage had a target."""
    return any(stage.now.judged for stage in report.stages if stage.stage is report.selection.stage)


def worst_stage(stages: Iterable[StageFigures]) -> StageFigures | None:
    """The stage with the least share in target, if any missed one."""
    missed = [stage for stage in stages if stage.now.share is not None and stage.now.share < 1]
    return min(missed, key=lambda stage: _share_of(stage.now), default=None)


def worst_first(groups: Iterable[Group]) -> list[Group]:
    """By share in target; where nothing has one, by the p90."""
    return sorted(groups, key=lambda group: (_share_of(group.figures), -(group.figures.p90 or 0)))


def hours_of_day(report: Report) -> list[int]:
    """The hours of a business day from its start on, as in the selection's first restaurant."""
    selection = report.selection
    first = 4
    if selection.restaurants:
        first = selection.restaurants[0].calendar.rules_on(selection.last).day_starts.hour
    return [(first + hour) % 24 for hour in range(24)]


def _share_of(figures: Figures) -> float:
    return _NO_SHARE if figures.share is None else figures.share


def _columns(report: Report, first: str, kind: Kind, with_share: bool) -> tuple[Column, ...]:
    shares = _IN_TARGET if with_share else ()
    doubts = Column("Doubtful, counted in" if report.selection.with_left_out else "Left out", DOUBTS)
    return (Column(first, kind), *_COUNTS, *_TIMES, *shares, doubts)


def _cells(figures: Figures, with_share: bool) -> tuple[Any, ...]:
    times = (figures.count, figures.mean, figures.p50, figures.p90, figures.p95)
    shares = (figures,) if with_share else ()
    return (*times, *shares, figures.left_out)


def _order_cells(order: SlowOrder) -> tuple[Any, ...]:
    shift = order.shift or wording.NOTHING
    fulfilment = _FULFILMENTS[order.fulfilment]
    return (order, order.restaurant, order.business_date, shift, fulfilment, order.seconds)


def _doubt(order: SlowOrder) -> str:
    return wording.DOUBTS[order.left_out] if order.left_out else ""


def _order_row(order: SlowOrder, cells: tuple[Any, ...]) -> Row:
    return Row(cells, f"/orders/{order.order_id}")
