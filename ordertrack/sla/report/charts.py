"""What each chart of a report is given: names, numbers and what is said of them, in the reader's language.

How they look, and the marks of their axes, is the page's business.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ordertrack.i18n import formats
from ordertrack.i18n.translate import gettext as _
from ordertrack.restaurants import naming
from ordertrack.sla.measure.figures import Figures, Group
from ordertrack.sla.measure.histogram import BEYOND
from ordertrack.sla.report import chart_wording, order_links, wording
from ordertrack.sla.report.contents import Report, TargetSteps
from ordertrack.sla.report.ranking import hours_of_day, is_judged, worst_first, worst_stage
from ordertrack.sla.report.selection import WEEK, Grouping, Selection

MOST_BARS = 15  # of restaurants; the table has them all
MOST_LINES = 4  # of targets that say in the picture what they are
FEWEST = 5  # orders of an hour of a weekday: fewer are shown without a colour
_FEW = 8  # names that fit beside each other

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Chart:
    """`table` names the table with the same figures; `description` is for those who cannot see it.

    `data["said"]` is what is said of each bar, point or cell; `targets` whom the lines across them are for.
    """

    name: str
    table: str
    title: str
    description: str
    data: Json
    note: str = ""
    targets: tuple[str, ...] = ()


def charts(report: Report) -> dict[str, Chart]:
    """Those that have something to show, by name."""
    made = [_stages(report), _groups(report), _shares(report), _hours(report)]
    if report.selection.group is not Grouping.RESTAURANT:
        made.append(_restaurants(report))
    return {chart.name: chart for chart in made if chart is not None}


def _stages(report: Report) -> Chart | None:
    timed = [stage for stage in report.stages if stage.now.count]
    if not timed:
        return None
    worst = worst_stage(report)
    labels = [naming.stage(stage.stage) for stage in timed]
    data = _bars(labels, [stage.now for stage in timed], is_lying=True)
    data["orders"] = [
        order_links.behind(report.selection.but(stage=stage.stage), stage.now) for stage in timed
    ]
    described = _("p50 and p90 of every stage as bars.")
    if worst is not None:
        data["worst"] = timed.index(worst)
        data["said"][data["worst"]] += "\n" + _("worst against its target")
        name = naming.stage(worst.stage)
        described = _("%(bars)s %(stage)s is the worst against its target.", bars=described, stage=name)
    return Chart("stages", "stages", _("Stages"), described, data)


def _groups(report: Report) -> Chart | None:
    match report.selection.group:
        case Grouping.SHIFT:
            return _bar_chart(report, Grouping.SHIFT, _("Times by shift"), report.shifts)
        case Grouping.DAY:
            return _bar_chart(report, Grouping.DAY, _("Times by day"), report.days)
        case Grouping.WEEKDAY | Grouping.WEEK | Grouping.MONTH as period:
            return _bar_chart(report, period, _period_title(period), named_periods(report))
    return _restaurants(report)


def _restaurants(report: Report) -> Chart | None:
    title = _("Restaurants, the worst first")
    return _bar_chart(report, Grouping.RESTAURANT, title, worst_first(report.restaurants))


def _bar_chart(report: Report, grouping: Grouping, title: str, groups: Sequence[Group]) -> Chart | None:
    timed = [group for group in groups if group.figures.count]
    if not timed:
        return None
    is_by_day = grouping is Grouping.DAY
    shown = timed if is_by_day else timed[:MOST_BARS]
    is_lying = not is_by_day and len(shown) > _FEW
    labels = _days(shown) if is_by_day else [group.label for group in shown]
    data = _bars(labels, [group.figures for group in shown], is_lying=is_lying)
    data["orders"] = [order_links.of_group(report.selection, grouping, group) for group in shown]
    if is_by_day and len(shown) > 1:
        data["steps"] = [_stepped(line, shown) for line in report.steps]
        lines: Sequence[tuple[int, str]] = []
        targets = tuple(chart_wording.of_steps(line) for line in report.steps)
    else:
        lines = report.targets
        targets = tuple(
            chart_wording.of_target(wording.target(seconds), whom) for seconds, whom in lines if whom
        )
    # Each length once, and more than a few without their words: those stand above.
    seconds = sorted({each for each, _whom in lines})
    said = [chart_wording.of_target(wording.target(each)) for each in seconds]
    data["targets"] = [
        [each, words if len(seconds) <= MOST_LINES else ""] for each, words in zip(seconds, said, strict=True)
    ]
    described = _("%(title)s: p50 and p90 as bars, the target as a line.", title=title)
    note = chart_wording.only_first(len(shown), len(timed))
    return Chart(grouping.table, grouping.table, title, described, data, note, targets)


def _stepped(line: TargetSteps, groups: Sequence[Group]) -> list[int | None]:
    """What held on the day of each bar."""
    found: list[int | None] = []
    for group in groups:
        day = dt.date.fromisoformat(group.key)
        found.append([seconds for since, seconds in line.steps if since <= day][-1])
    return found


def named_periods(report: Report) -> list[Group]:
    """Weekdays, weeks or months by their names."""
    return [replace(each, label=_period(report.selection, each.key)) for each in report.periods]


def _period(selection: Selection, key: str) -> str:
    match selection.group:
        case Grouping.WEEK:
            first = max(dt.date.fromisoformat(key), selection.first)
            last = min(dt.date.fromisoformat(key) + dt.timedelta(6), selection.last)
            return formats.days_alone(first, last)
        case Grouping.MONTH:
            return formats.month(dt.date.fromisoformat(key))
    return naming.weekdays()[int(key)]


def _period_title(group: Grouping) -> str:
    return {
        Grouping.WEEKDAY: _("Times by weekday"),
        Grouping.WEEK: _("Times by week"),
        Grouping.MONTH: _("Times by month"),
    }[group]


def _days(groups: Sequence[Group]) -> list[str]:
    return [formats.day(_date(group)) for group in groups]


def _date(day: Group) -> dt.date:
    return dt.date.fromisoformat(day.key)


def _bars(labels: list[str], figures: Sequence[Figures], *, is_lying: bool) -> Json:
    return {
        "kind": "bars",
        "names": [_("p50: half within"), _("p90: 9 of 10 within")],
        "said": [chart_wording.of_bars(label, each) for label, each in zip(labels, figures, strict=True)],
        "labels": [chart_wording.counted(*each) for each in zip(labels, figures, strict=True)],
        "p50": [round(each.p50 or 0) for each in figures],
        "p90": [round(each.p90 or 0) for each in figures],
        "beyond": BEYOND,
        "targets": [],
        "steps": [],
        "worst": None,
        "isLying": is_lying,
    }


def _shares(report: Report) -> Chart | None:
    if not is_judged(report) or len(report.days) < 2:
        return None
    labels = _days(report.days)
    changed = chart_wording.target_changes(report.steps)
    data = {
        "kind": "shares",
        "names": [_("In target")],
        "labels": labels,
        "shares": [_rounded(group.figures.share) for group in report.days],
        "orders": [order_links.of_group(report.selection, Grouping.DAY, group) for group in report.days],
        "said": [
            "\n".join([label, chart_wording.of_share(group.figures), *changed.get(_date(group), ())])
            for label, group in zip(labels, report.days, strict=True)
        ],
    }
    described = _("The share in target of each day as a line.")
    lines = tuple(chart_wording.of_steps(line) for line in report.steps if len(line.steps) > 1)
    return Chart("shares", "days", _("In target by day"), described, data, targets=lines)


def _hours(report: Report) -> Chart | None:
    cells = [cell for cell in report.heat if cell.figures.p90 is not None]
    if not cells:
        return None
    order = _worked(hours_of_day(report), {cell.hour for cell in cells})
    weekdays = naming.weekdays()
    rows = sorted(_weekdays_of(report.selection) | {cell.weekday for cell in cells})
    places = {day: row for row, day in enumerate(rows)}
    data = {
        "kind": "hours",
        "fewest": FEWEST,
        "beyond": BEYOND,
        "names": [_("slower"), _("faster")],
        "weekdays": [weekdays[day] for day in rows],
        "hours": [formats.hour(hour) for hour in order],
        "cells": [
            [order.index(cell.hour), places[cell.weekday], round(cell.figures.p90 or 0), cell.figures.count]
            for cell in cells
        ],
        "said": [chart_wording.of_hour(weekdays[cell.weekday], cell) for cell in cells],
        "orders": [order_links.of_cell(report.selection, cell) for cell in cells],
    }
    title = _("p90 by hour and weekday")
    note = _("In minutes. Hours with fewer than %(number)s orders have no colour.", number=FEWEST)
    described = _("%(title)s, the stronger the colour the slower.", title=title)
    return Chart("hours", "hours", title, described, data, note)


def _weekdays_of(selection: Selection) -> set[int]:
    """From 0 (Monday) to 6; a restaurant whose day is not over there has orders on the one before."""
    return {(selection.first + dt.timedelta(days)).weekday() for days in range(min(selection.length, WEEK))}


def _worked(hours: list[int], with_orders: set[int]) -> list[int]:
    """The hours of a day from the first with orders to the last."""
    places = [place for place, hour in enumerate(hours) if hour in with_orders]
    return hours[places[0] : places[-1] + 1]


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 3)
