"""A report: what the roll-up says of a selection, in a few queries whose size does not grow with the log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
from psycopg.rows import namedtuple_row

from ordertrack.database.session import db
from ordertrack.i18n.translate import gettext as _
from ordertrack.rules.stages import Stage
from ordertrack.sla.estimates import calibration
from ordertrack.sla.measure import cells, shift_names
from ordertrack.sla.measure.cells import NO_SHIFT
from ordertrack.sla.measure.figures import Group, HeatCell, StageFigures
from ordertrack.sla.measure.reached import reached
from ordertrack.sla.measure.tally import Tally
from ordertrack.sla.report import target_lines
from ordertrack.sla.report.contents import Report
from ordertrack.sla.report.selection import Selection
from ordertrack.sla.report.single_orders import SingleOrders

HOURS = 24

_TENANT_ROWS = """
    SELECT stage, business_date AS day, by_shift AS cells FROM sla_tenant_days
     WHERE tenant_id = %(tenant_id)s AND business_date BETWEEN %(first)s AND %(last)s
"""
_TENANT_STAGE = """
    SELECT business_date AS day, by_hour AS cells, slowest FROM sla_tenant_days
     WHERE tenant_id = %(tenant_id)s AND stage = %(stage)s AND business_date BETWEEN %(first)s AND %(last)s
"""
# Cells of one stage and restaurant one behind the other: they are to be added up in any case.
_BY_RESTAURANT = """
    SELECT restaurant_id, string_agg(cells, '') AS cells FROM sla_restaurant_days
     WHERE tenant_id = %(tenant_id)s AND stage = %(stage)s AND business_date BETWEEN %(first)s AND %(last)s
       AND restaurant_id = ANY (%(restaurants)s)
     GROUP BY restaurant_id
"""
_CHOSEN_ROWS = """
    SELECT stage, business_date AS day, string_agg(cells, '') AS cells FROM sla_restaurant_days
     WHERE tenant_id = %(tenant_id)s AND business_date BETWEEN %(first)s AND %(last)s
       AND restaurant_id = ANY (%(restaurants)s)
     GROUP BY stage, business_date
"""
_CHOSEN_STAGE = """
    SELECT business_date AS day, string_agg(cells, '') AS cells, string_agg(slowest, '') AS slowest
      FROM sla_restaurant_days
     WHERE tenant_id = %(tenant_id)s AND stage = %(stage)s AND business_date BETWEEN %(first)s AND %(last)s
       AND restaurant_id = ANY (%(restaurants)s)
     GROUP BY business_date
"""


def make(selection: Selection) -> Report:
    """The report of this selection, whose tenant is entered. Each time in it is within `figures.ERROR`."""
    return _Making(selection).report()


class _Making:
    def __init__(self, selection: Selection) -> None:
        self._selection = selection
        self._names = shift_names.names(selection.tenant_id)
        self._said = shift_names.shown(self._names)
        self._restaurants = [each.id for each in selection.restaurants]
        self._rows = self._read(
            _TENANT_ROWS if selection.is_all else _CHOSEN_ROWS, first=selection.before.first
        )
        self._of_stage = self._read(_TENANT_STAGE if selection.is_all else _CHOSEN_STAGE)
        self._chosen = [
            row for row in self._rows if row.stage == selection.stage and row.day >= selection.first
        ]
        self._tally = self._tallied([row.cells for row in self._chosen])

    def report(self) -> Report:
        selection = self._selection
        slow = SingleOrders(selection, self._said, [(row.day, row.slowest) for row in self._of_stage])
        as_of, is_behind = reached(selection.tenant_id)
        return Report(
            selection,
            self._stages(),
            self._shifts(),
            self._days(),
            self._by_restaurant(),
            self._heat(),
            slow.slowest(),
            slow.doubtful(),
            target_lines.of(selection),
            calibration.of_days(selection.tenant_id, self._restaurants, selection.first, selection.last),
            as_of,
            is_behind,
        )

    def _read(self, query: str, first: dt.date | None = None) -> list[Any]:
        selection = self._selection
        connection: Any = db.session.connection().connection.driver_connection
        values = {
            "tenant_id": selection.tenant_id,
            "stage": selection.stage.value,
            "restaurants": self._restaurants,
            "first": first or selection.first,
            "last": selection.last,
        }
        # As bytes: as text, what is read would be twice as long.
        with connection.cursor(row_factory=namedtuple_row, binary=True) as cursor:
            return list(cursor.execute(query, values).fetchall())

    def _tallied(self, stored: Sequence[bytes]) -> Tally:
        selection = self._selection
        return Tally(stored, selection.fulfilment, with_left_out=selection.with_left_out)

    def _stages(self) -> list[StageFigures]:
        """Each stage in the range, and in the one before it."""
        stages = list(Stage)
        first = self._selection.first
        numbers = [stages.index(Stage(row.stage)) * 2 + (row.day < first) for row in self._rows]
        tally = self._tallied([row.cells for row in self._rows])
        found = tally.figures(tally.per_row(numbers), 2 * len(stages))
        return [
            StageFigures(stage, found[2 * place], found[2 * place + 1]) for place, stage in enumerate(stages)
        ]

    def _shifts(self) -> list[Group]:
        shift = cells.shift_of(self._tally.key).astype(np.int32)
        found = self._tally.figures(shift, max(self._names, default=NO_SHIFT) + 1)
        there = [number for number, each in enumerate(found) if not each.is_empty]
        return [
            Group(self._names.get(number, ""), self._said.get(number, _("Outside shifts")), found[number])
            for number in sorted(there, key=self._place_of_shift)
        ]

    def _place_of_shift(self, number: int) -> tuple[bool, dt.timedelta, int]:
        """Shifts as they follow each other on the last day, then those of before, then what is outside."""
        name = self._names.get(number)
        for each in self._selection.restaurants:
            rules = each.calendar.rules_on(self._selection.last)
            for shift in rules.shifts:
                if shift.name == name:
                    after = _time(shift.starts) - _time(rules.day_starts)
                    return False, after % dt.timedelta(days=1), number
        return number == NO_SHIFT, dt.timedelta(days=1), number

    def _days(self) -> list[Group]:
        first, length = self._selection.first, self._selection.length
        numbers = [(row.day - first).days for row in self._chosen]
        found = self._tally.figures(self._tally.per_row(numbers), length)
        days = [first + dt.timedelta(number) for number in range(length)]
        return [Group(day.isoformat(), day.isoformat(), each) for day, each in zip(days, found, strict=True)]

    def _by_restaurant(self) -> list[Group]:
        rows = {row.restaurant_id: row.cells for row in self._read(_BY_RESTAURANT)}
        tally = self._tallied([rows.get(each, b"") for each in self._restaurants])
        found = tally.figures(tally.per_row(range(len(self._restaurants))), len(self._restaurants))
        return [
            Group(restaurant.slug, restaurant.name, each)
            for restaurant, each in zip(self._selection.restaurants, found, strict=True)
        ]

    def _heat(self) -> list[HeatCell]:
        tally = self._tallied([row.cells for row in self._of_stage])
        weekday = tally.per_row([row.day.weekday() for row in self._of_stage])
        found = tally.figures(weekday * HOURS + cells.hour_of(tally.key).astype(np.int32), 7 * HOURS)
        return [
            HeatCell(place // HOURS, place % HOURS, each)
            for place, each in enumerate(found)
            if not each.is_empty
        ]


def _time(clock: dt.time) -> dt.timedelta:
    return dt.timedelta(hours=clock.hour, minutes=clock.minute)
