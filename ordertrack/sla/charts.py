"""What each chart of a report is given: names and numbers; how they look is the page's business."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ordertrack.sla import wording
from ordertrack.sla.figures import Group, Report
from ordertrack.sla.report_tables import hours_of_day, is_judged, worst_first, worst_stage
from ordertrack.sla.selection import Grouping

MOST_BARS = 15  # of restaurants; the table has them all
MOST_LINES = 4  # of targets; more cannot be told apart
FEWEST = 5  # orders of an hour of a weekday: fewer are shown without a colour
_FEW = 8  # names that fit beside each other

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Chart:
    """`table` names the table with the same figures; `description` is for those who cannot see it."""

    name: str
    table: str
    title: str
    description: str
    data: Json
    note: str = ""


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
    worst = worst_stage(report.stages)
    labels = [wording.STAGES[stage.stage] for stage in timed]
    data = _bars(labels, [stage.now for stage in timed], is_lying=True)
    data["worst"] = next((place for place, stage in enumerate(timed) if stage is worst), None)
    said = f" {wording.STAGES[worst.stage]} is the worst against its target." if worst else ""
    return Chart("stages", "stages", "Stages", f"p50 and p90 of every stage as bars.{said}", data)


def _groups(report: Report) -> Chart | None:
    match report.selection.group:
        case Grouping.SHIFT:
            return _bar_chart(report, "shifts", "Times by shift", report.shifts)
        case Grouping.DAY:
            return _bar_chart(report, "days", "Times by day", report.days)
    return _restaurants(report)


def _restaurants(report: Report) -> Chart | None:
    return _bar_chart(report, "restaurants", "Restaurants, the worst first", worst_first(report.restaurants))


def _bar_chart(report: Report, name: str, title: str, groups: Sequence[Group]) -> Chart | None:
    timed = [group for group in groups if group.figures.count]
    if not timed:
        return None
    shown = timed if name == "days" else timed[:MOST_BARS]
    is_lying = name != "days" and len(shown) > _FEW
    labels = _days(shown) if name == "days" else [group.label for group in shown]
    data = _bars(labels, [group.figures for group in shown], is_lying=is_lying)
    data["targets"] = _target_lines(report)
    note = f"The first {len(shown)} of {len(timed)}; the table has all." if len(shown) < len(timed) else ""
    described = f"{title}: p50 and p90 as bars, the target as a line."
    return Chart(name, name, title, described, data, note)


def _target_lines(report: Report) -> list[list[Any]]:
    """Seconds and a name each."""
    if len(report.targets) > MOST_LINES:
        return []
    return [[seconds, f"target {whom}".strip()] for seconds, whom in report.targets]


def _days(groups: Sequence[Group]) -> list[str]:
    return [wording.day(dt.date.fromisoformat(group.key)) for group in groups]


def _bars(labels: list[str], figures: Sequence[Any], *, is_lying: bool) -> Json:
    return {
        "kind": "bars",
        "labels": labels,
        "p50": [round(each.p50) for each in figures],
        "p90": [round(each.p90) for each in figures],
        "orders": [each.count for each in figures],
        "targets": [],
        "worst": None,
        "isLying": is_lying,
    }


def _shares(report: Report) -> Chart | None:
    if not is_judged(report) or len(report.days) < 2:
        return None
    data = {
        "kind": "shares",
        "labels": _days(report.days),
        "shares": [_percent(group.figures.share) for group in report.days],
        "judged": [group.figures.judged for group in report.days],
    }
    return Chart("shares", "days", "In target by day", "The share in target of each day as a line.", data)


def _hours(report: Report) -> Chart | None:
    cells = [cell for cell in report.heat if cell.figures.p90 is not None]
    if not cells:
        return None
    order = _worked(hours_of_day(report), {cell.hour for cell in cells})
    data = {
        "kind": "hours",
        "fewest": FEWEST,
        "weekdays": list(wording.WEEKDAYS),
        "hours": [wording.hour(hour) for hour in order],
        "cells": [
            [order.index(cell.hour), cell.weekday, round(cell.figures.p90 or 0), cell.figures.count]
            for cell in cells
        ],
    }
    title = "p90 by hour and weekday"
    note = f"In minutes. Hours with fewer than {FEWEST} orders have no colour."
    return Chart("hours", "hours", title, f"{title}, the stronger the colour the slower.", data, note)


def _worked(hours: list[int], with_orders: set[int]) -> list[int]:
    """The hours of a day from the first with orders to the last."""
    places = [place for place, hour in enumerate(hours) if hour in with_orders]
    return hours[places[0] : places[-1] + 1]


def _percent(share: float | None) -> float | None:
    return None if share is None else round(share * 100, 1)
