"""How many of today's orders kept the kitchen's target so far, and how that went by the hour.

It is the figure that the report of that day and restaurant gives: trusted times, judged by the day's target.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ARRAY, Date, any_, bindparam, select

from ordertrack.database.statements import TenantQuery
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.rules.stages import HEADLINE
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.sla.measure import cells
from ordertrack.sla.measure.models import RestaurantDay

Counts: TypeAlias = NDArray[Any]
_HOURS = 24
_COLUMNS = cells.NO_HOUR + 1
_POINTS = 8
_FEWEST = 5  # orders that an hour must have for its share to be drawn


@dataclass(frozen=True, slots=True)
class Share:
    """Of `judged` orders of `day` `in_target` kept it; `points` are shares of the last hours that had enough.

    The hour that runs is not among them: of its orders those that take long are still to come.
    """

    judged: int = 0
    in_target: int = 0
    points: tuple[float, ...] = ()
    has_target: bool = True
    day: dt.date | None = None

    @property
    def part(self) -> float | None:
        """From 0 to 1; None where nothing has been judged."""
        return self.in_target / self.judged if self.judged else None


def read(
    tenant_id: uuid.UUID, restaurants: Iterable[RestaurantSettings], now: dt.datetime
) -> dict[uuid.UUID, Share]:
    """Of each restaurant on its own business day; one query."""
    days = {each.id: each.calendar.day_of(now) for each in restaurants}
    rows = _DAYS.rows(tenant_id=tenant_id, stage=HEADLINE.value, days=sorted(set(days.values())))
    stored = {
        row.restaurant_id: row.cells for row in rows if days.get(row.restaurant_id) == row.business_date
    }
    found = list(restaurants)
    judged, in_target = _counted([stored.get(each.id, b"") for each in found])
    return {
        each.id: Share(
            int(judged[number].sum()),
            int(in_target[number].sum()),
            _points(each, judged[number], in_target[number], now),
            any(
                each.targets.at(HEADLINE, fulfilment, days[each.id]) is not None for fulfilment in Fulfilment
            ),
            days[each.id],
        )
        for number, each in enumerate(found)
    }


def _counted(stored: Sequence[bytes]) -> tuple[Counts, Counts]:
    """By row and hour: how many had a target, and how many kept it, of those that reports trust."""
    together = cells.read(b"".join(stored))
    key = together["key"]
    row = np.repeat(np.arange(len(stored)), [len(each) // cells.ENTRY.itemsize for each in stored])
    place = row * _COLUMNS + cells.hour_of(key)
    is_trusted = (cells.left_out_of(key) == 0) & (cells.cancelled_of(key) == 0) & (cells.drawn_of(key) == 0)
    kept, broken = (
        np.bincount(
            place,
            together["count"] * (is_trusted & (cells.target_of(key) == verdict)),
            len(stored) * _COLUMNS,
        ).reshape(len(stored), _COLUMNS)
        for verdict in (cells.IN_TARGET, cells.BREACH)
    )
    return kept + broken, kept


def _points(
    restaurant: RestaurantSettings, judged: Counts, in_target: Counts, now: dt.datetime
) -> tuple[float, ...]:
    first = restaurant.calendar.rules_on(restaurant.calendar.day_of(now)).day_starts.hour
    until = (restaurant.calendar.local(now).hour - first) % _HOURS
    hours = [(first + ahead) % _HOURS for ahead in range(until)]
    return tuple(float(in_target[hour] / judged[hour]) for hour in hours if judged[hour] >= _FEWEST)[
        -_POINTS:
    ]


_DAYS = TenantQuery(
    select(RestaurantDay.restaurant_id, RestaurantDay.business_date, RestaurantDay.cells).where(
        RestaurantDay.tenant_id == bindparam("tenant_id"),
        RestaurantDay.stage == bindparam("stage"),
        RestaurantDay.business_date == any_(bindparam("days", type_=ARRAY(Date))),
    )
)
