"""The rows of the roll-up that a report is made of, in a few queries."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from psycopg.rows import namedtuple_row, tuple_row

from ordertrack.database.session import db
from ordertrack.sla.report.selection import Selection

# `days`: the range, and the days that it is compared with. Of the last day of each, if it still runs, the
# hours are needed; rows of restaurants have them, those of a tenant in a column of their own.
_TENANT_ROWS = """
    SELECT stage, business_date AS day, by_shift AS cells,
        CASE WHEN business_date = ANY (%(cut)s) THEN by_hour END AS hours
      FROM sla_tenant_days
     WHERE tenant_id = %(tenant_id)s AND {days}
"""
_TENANT_STAGE = """
    SELECT business_date AS day, by_hour AS cells, slowest FROM sla_tenant_days
     WHERE tenant_id = %(tenant_id)s AND stage = %(stage)s AND {range}
"""
_TENANT_FATES = """
    SELECT business_date AS day, cells,
        CASE WHEN business_date >= %(first)s THEN jsonb_build_array(reasons) END AS reasons
      FROM sla_tenant_order_days WHERE tenant_id = %(tenant_id)s AND {days}
"""
# Cells of one stage and restaurant one behind the other, day by day only from one on; names of restaurants as
# text, which is told apart sooner.
_BY_RESTAURANT = """
    SELECT restaurant_id::text, {day} < %(first)s AS is_before, {day} = ANY (%(cut)s) AS is_cut,
        CASE WHEN {day} >= %(each_from)s THEN {day} END AS day,
        string_agg(cells, '') AS cells FROM sla_restaurant_days
     WHERE tenant_id = %(tenant_id)s AND stage = %(stage)s AND {days}
       AND restaurant_id = ANY (%(restaurants)s)
     GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""
_CHOSEN_ROWS = """
    SELECT stage, {day} AS day, string_agg(cells, '') AS cells, NULL::bytea AS hours FROM sla_restaurant_days
     WHERE tenant_id = %(tenant_id)s AND {days} AND restaurant_id = ANY (%(restaurants)s)
     GROUP BY 1, 2
"""
_CHOSEN_STAGE = """
    SELECT {day} AS day, string_agg(cells, '') AS cells, string_agg(slowest, '') AS slowest
      FROM sla_restaurant_days
     WHERE tenant_id = %(tenant_id)s AND stage = %(stage)s AND {range}
       AND restaurant_id = ANY (%(restaurants)s)
     GROUP BY 1
"""
_CHOSEN_FATES = """
    SELECT {day} AS day, string_agg(cells, '') AS cells,
        jsonb_agg(reasons) FILTER (WHERE {day} >= %(first)s AND reasons <> '{{}}') AS reasons
      FROM sla_order_days
     WHERE tenant_id = %(tenant_id)s AND {days} AND restaurant_id = ANY (%(restaurants)s)
     GROUP BY 1
"""
_FATES_BY_RESTAURANT = """
    SELECT restaurant_id, string_agg(cells, '') AS cells FROM sla_order_days
     WHERE tenant_id = %(tenant_id)s AND {range} AND restaurant_id = ANY (%(restaurants)s)
     GROUP BY 1
"""
_MOST_ROWS = 40_000  # of restaurants and days: of more, the days before are read of all together only


class OfRestaurant(NamedTuple):
    """Times of the stage of one restaurant, by its place among those chosen.

    `is_before`: of the days before the range. `is_cut`: of a day of which only some hours are compared. `day`
    is None where several are together.
    """

    place: int
    is_before: bool
    is_cut: bool
    day: dt.date | None
    cells: bytes = b""


class Rows:
    """Of one selection, whose tenant is entered. To a restaurant that lags a day is the next one."""

    def __init__(self, selection: Selection) -> None:
        self._selection = selection
        before = selection.before
        self.cut = [] if selection.hours_over is None else [selection.last, before.last]
        self._values = {
            "tenant_id": selection.tenant_id,
            "stage": selection.stage.value,
            "restaurants": [each.id for each in selection.restaurants],
            "lagging": list(selection.lagging),
            "first": selection.first,
            "last": selection.last,
            "first_before": before.first,
            "last_before": before.last,
            "cut": self.cut,
        }
        lagging = selection.lagging
        day = "(business_date + (restaurant_id = ANY (%(lagging)s))::int)" if lagging else "business_date"
        in_range = f"{day} BETWEEN %(first)s AND %(last)s"
        if lagging:  # so that the index is of use
            in_range += " AND business_date BETWEEN %(first_before)s - 1 AND %(last)s"
        self._range = {"day": day, "range": in_range}
        self._is_tenants = selection.is_all and not lagging

    @property
    def tells_restaurants_before(self) -> bool:
        """Whether of each restaurant the days before are read too."""
        return 2 * self._selection.length * len(self._selection.restaurants) <= _MOST_ROWS

    def of_stages(self) -> list[Any]:
        return self._read(_TENANT_ROWS if self._is_tenants else _CHOSEN_ROWS)

    def of_stage(self) -> list[Any]:
        return self._read(_TENANT_STAGE if self._is_tenants else _CHOSEN_STAGE)

    def of_fates(self) -> list[Any]:
        return self._read(_TENANT_FATES if self._is_tenants else _CHOSEN_FATES)

    def by_restaurant(self, *, each_day_before: bool) -> list[OfRestaurant]:
        """Day by day, if they are not too many; the days before only if that is wanted.

        One restaurant after the other, those before the range behind its own, cut ones last, by day.
        """
        each_from = dt.date.min if each_day_before else self._selection.first
        if not self.tells_restaurants_before:
            each_from = dt.date.max
        rows = self._read(
            _BY_RESTAURANT,
            with_before=self.tells_restaurants_before,
            each_from=each_from,
            row_factory=tuple_row,
        )
        places = {str(each.id): place for place, each in enumerate(self._selection.restaurants)}
        return [OfRestaurant(places[row[0]], *row[1:]) for row in rows]

    def fates_by_restaurant(self) -> list[Any] | None:
        """None where they are too many to be read one by one."""
        return self._read(_FATES_BY_RESTAURANT) if self.tells_restaurants_before else None

    def _read(
        self, query: str, *, with_before: bool = True, row_factory: Any = namedtuple_row, **values: Any
    ) -> list[Any]:
        day, in_range = self._range["day"], self._range["range"]
        days = in_range
        if with_before:
            days = f"({in_range} OR {day} BETWEEN %(first_before)s AND %(last_before)s)"
        connection: Any = db.session.connection().connection.driver_connection
        # As bytes: as text, what is read would be twice as long.
        with connection.cursor(row_factory=row_factory, binary=True) as cursor:
            asked = query.format(day=day, range=in_range, days=days)
            return list(cursor.execute(asked, self._values | values).fetchall())
