"""Where the orders are that a figure counts."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from ordertrack.sla.measure.figures import Figures, Group, HeatCell
from ordertrack.sla.report.selection import Grouping, Selection


class Fate(StrEnum):
    """What became of orders, as counts beside the figures tell them apart."""

    ALL = "all"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NOT_ENDED = "not_ended"
    OPEN = "open"
    UNFINISHED = "unfinished"
    PROMISED = "promised"
    KEPT = "kept"
    BROKEN = "broken"
    MOVED = "moved"
    HELD = "held"
    DELIVERIES = "deliveries"
    UNLEFT = "unleft"


def of_fate(selection: Selection, fate: Fate, count: int, **of_it: Any) -> str | None:
    """The address of the page that lists the orders of a fate; None where there are none."""
    if not count:
        return None
    return f"/sla/became?{selection.query}&{urlencode({'fate': fate.value, **of_it})}"


def behind(selection: Selection, figures: Figures, **of_it: Any) -> str | None:
    """The address of the page that lists them (see `sla.orders_behind`); None where there are none."""
    if not figures.count:
        return None
    return _behind(selection, **of_it)


def beside(selection: Selection, which: str) -> str | None:
    """Those that stand beside the figures of the stage, of one kind; None of none."""
    return _behind(selection, which=which) if which else None


def late(selection: Selection, figures: Figures) -> str | None:
    """Those that missed their target."""
    return _behind(selection, which="late") if figures.late else None


def of_shift(selection: Selection, shift: str) -> str:
    """Those of a shift that has some, the most late first."""
    return _behind(selection, shift=shift)


def _behind(selection: Selection, **of_it: Any) -> str:
    return "/sla/orders?" + "&".join(part for part in (selection.query, urlencode(of_it)) if part)


def of_group(selection: Selection, grouping: Grouping, group: Group) -> str | None:
    """Those of a bar."""
    match grouping:
        case Grouping.SHIFT:
            return behind(selection, group.figures, shift=group.key)
        case Grouping.WEEKDAY:
            return behind(selection, group.figures, weekday=group.key)
        case Grouping.DAY | Grouping.WEEK | Grouping.MONTH:
            first = dt.date.fromisoformat(group.key)
            return behind(selection.between(first, last_of(grouping, first)), group.figures)
    (restaurant,) = (each for each in selection.restaurants if each.slug == group.key)
    return behind(selection.of(restaurant), group.figures)


def last_of(grouping: Grouping, first: dt.date) -> dt.date:
    """The last day of the day, week or month that begins with it."""
    if grouping is Grouping.MONTH:
        return (first.replace(day=1) + dt.timedelta(31)).replace(day=1) - dt.timedelta(1)
    return first + dt.timedelta(6 if grouping is Grouping.WEEK else 0)


def of_cell(selection: Selection, cell: HeatCell) -> str | None:
    return behind(selection, cell.figures, weekday=cell.weekday, hour=cell.hour)
