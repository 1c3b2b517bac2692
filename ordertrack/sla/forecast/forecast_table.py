"""The forecast as its page and its file show it: a column a day, a row an hour, and how wrong it has been."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from ordertrack.i18n import formats
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import ngettext, number
from ordertrack.sla.forecast.demand import HOURS, Forecast, Trial
from ordertrack.sla.report.tables.table import DAY, HOUR, Column, Kind, Row, Table

_LEAST = 0.5  # orders an hour, on any day: quieter hours before the first and after the last are left away


@dataclass(frozen=True, slots=True)
class Cell:
    """Orders of one hour; `strength` from 0 to 4 says how they compare with the busiest hour."""

    said: str
    strength: int


@dataclass(frozen=True, slots=True)
class Hour:
    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Days:
    """`days` from `first` on with the orders expected on each; None where nothing can be said.

    `hours` are those of a business day, from where it starts, between the first and the last busy one.
    """

    first: dt.date
    days: tuple[dt.date, ...]
    orders: tuple[tuple[float, ...] | None, ...]
    hours: tuple[Hour, ...]
    order_of_hours: tuple[int, ...]
    trial: Trial | None

    @property
    def is_empty(self) -> bool:
        return all(day is None for day in self.orders)

    def names(self) -> list[str]:
        return [formats.day(day) for day in self.days]

    def totals(self) -> list[str]:
        return [formats.NOTHING if day is None else number(round(sum(day))) for day in self.orders]

    def error(self) -> str:
        """How wrong the same forecast was on the last days, and of what that is said."""
        trial = self.trial
        if trial is None or not trial.is_enough:
            return _("There are too few days yet to say how far off this is.")
        tried = ngettext(
            "Tried on the last %(num)s day, with what was known a week before (%(orders)s orders):",
            "Tried on the last %(num)s days, with what was known a week before (%(orders)s orders):",
            trial.days,
            num=number(trial.days),
            orders=number(trial.orders),
        )
        off = _(
            "off by %(day)s of a day's orders and by %(hour)s of an hour's. Taking each hour as it was a week"
            " before would have been off by %(naive)s.",
            day=formats.share(trial.by_day / trial.orders),
            hour=formats.share(trial.by_hour / trial.orders),
            naive=formats.share(trial.same_as_last_week / trial.orders),
        )
        return f"{tried} {off}"


def days_of(made: Forecast, first: dt.date, starts: int) -> Days:
    """`starts`: the hour with which a business day begins."""
    days = tuple(first + dt.timedelta(days=ahead) for ahead in range(len(made.orders)))
    order = _busy([(starts + hour) % HOURS for hour in range(HOURS)], made.orders)
    most = max((max(day) for day in made.orders if day is not None), default=0.0)
    hours = tuple(
        Hour(formats.hour(hour), tuple(_cell(day, hour, most) for day in made.orders)) for hour in order
    )
    return Days(first, days, made.orders, hours, tuple(order), made.trial)


def _busy(order: list[int], orders: Sequence[tuple[float, ...] | None]) -> list[int]:
    busy = [
        place
        for place, hour in enumerate(order)
        if any(day is not None and day[hour] >= _LEAST for day in orders)
    ]
    return order[busy[0] : busy[-1] + 1] if busy else []


def _cell(day: tuple[float, ...] | None, hour: int, most: float) -> Cell:
    if day is None:
        return Cell(formats.NOTHING, 0)
    return Cell(number(round(day[hour])), round(4 * day[hour] / most) if most else 0)


ORDERS = Kind(lambda orders: number(round(orders)), lambda orders: (round(orders, 1),), look="n whole")


def csv_table(made: Days) -> Table:
    """A row an hour of a day."""
    rows = [
        Row((day, hour, orders[hour]))
        for day, orders in zip(made.days, made.orders, strict=True)
        if orders is not None
        for hour in made.order_of_hours
    ]
    columns = (Column(_("Business day"), DAY), Column(_("Hour"), HOUR), Column(_("Orders"), ORDERS))
    return Table("forecast", _("Orders expected"), columns, rows)
