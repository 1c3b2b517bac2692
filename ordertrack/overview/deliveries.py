"""How long today's deliveries took until now, to set beside what guests are told of the next."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ARRAY, Date, any_, bindparam, select

from ordertrack.database.statements import TenantQuery
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.sla.measure.models import RestaurantDay
from ordertrack.sla.measure.tally import Tally

_FEWEST = 5  # deliveries of which half say something


@dataclass(frozen=True, slots=True)
class Took:
    """Half of `count` deliveries, from placed to handed over, took so many `minutes` or less."""

    minutes: int
    count: int


def read(
    tenant_id: uuid.UUID, restaurants: Iterable[RestaurantSettings], now: dt.datetime
) -> dict[uuid.UUID, Took]:
    """Of each restaurant on its own business day that had enough; one query."""
    days = {each.id: each.calendar.day_of(now) for each in restaurants}
    rows = _DAYS.rows(tenant_id=tenant_id, stage=Stage.TOTAL.value, days=sorted(set(days.values())))
    stored = {
        row.restaurant_id: row.cells for row in rows if days.get(row.restaurant_id) == row.business_date
    }
    tally = Tally(list(stored.values()), Fulfilment.DELIVERY, with_left_out=False)
    found = tally.figures(tally.per_row(range(len(stored))), len(stored))
    return {
        restaurant_id: Took(round(each.p50 / 60), each.count)
        for restaurant_id, each in zip(stored, found, strict=True)
        if each.count >= _FEWEST and each.p50 is not None
    }


_DAYS = TenantQuery(
    select(RestaurantDay.restaurant_id, RestaurantDay.business_date, RestaurantDay.cells).where(
        RestaurantDay.tenant_id == bindparam("tenant_id"),
        RestaurantDay.stage == bindparam("stage"),
        RestaurantDay.business_date == any_(bindparam("days", type_=ARRAY(Date))),
    )
)
