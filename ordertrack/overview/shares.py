"""How many of today's orders kept the kitchen's target so far, and how that went by the hour."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from sqlalchemy import ARRAY, Date, any_, bindparam, select

from ordertrack.database.statements import TenantQuery
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.rules.stages import HEADLINE
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.sla.measure import cells
from ordertrack.sla.measure.models import RestaurantDay
from ordertrack.sla.measure.tally import Tally

_HOURS = 24
_POINTS = 8
_FEWEST = 5  # orders that an hour must have for its share to be drawn


@dataclass(frozen=True, slots=True)
class Share:
    """Of `judged` orders `in_target` kept it; `points` are shares of the last hours that had enough orders.

    The hour that runs is not among them: of its orders those that take long are still to come.
    """

    judged: int = 0
    in_target: int = 0
    points: tuple[float, ...] = ()
    has_target: bool = True

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
    tally = Tally([stored.get(each.id, b"") for each in found], None, with_left_out=False)
    place = tally.per_row(range(len(found)))
    so_far = tally.figures(place, len(found))
    hour = np.minimum(cells.hour_of(tally.key), _HOURS - 1)
    by_hour = tally.figures((place * _HOURS + hour).astype(np.int32), len(found) * _HOURS)
    return {
        each.id: Share(
            figures.judged,
            figures.in_target,
            _points(each, [(hour.judged, hour.share) for hour in by_hour[number * _HOURS :][:_HOURS]], now),
            any(
                each.targets.at(HEADLINE, fulfilment, days[each.id]) is not None for fulfilment in Fulfilment
            ),
        )
        for number, (each, figures) in enumerate(zip(found, so_far, strict=True))
    }


def _points(
    restaurant: RestaurantSettings, by_hour: list[tuple[int, float | None]], now: dt.datetime
) -> tuple[float, ...]:
    first = restaurant.calendar.rules_on(restaurant.calendar.day_of(now)).day_starts.hour
    until = (restaurant.calendar.local(now).hour - first) % _HOURS
    hours = (by_hour[(first + ahead) % _HOURS] for ahead in range(until))
    return tuple(share for judged, share in hours if share is not None and judged >= _FEWEST)[-_POINTS:]


_DAYS = TenantQuery(
    select(RestaurantDay.restaurant_id, RestaurantDay.business_date, RestaurantDay.cells).where(
        RestaurantDay.tenant_id == bindparam("tenant_id"),
        RestaurantDay.stage == bindparam("stage"),
        RestaurantDay.business_date == any_(bindparam("days", type_=ARRAY(Date))),
    )
)
