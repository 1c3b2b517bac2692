"""What a restaurant has learned of its orders, written down as the roll-up would."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
from flask import Flask
from sqlalchemy import select, text

from ordertrack.database.config import Settings
from ordertrack.database.session import db, operator_connection, tenant_context
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.sla.estimates import expected_end
from ordertrack.sla.estimates.models import EstimateDay
from ordertrack.sla.estimates.table import FEWEST
from ordertrack.sla.measure import cells
from ordertrack.sla.measure.cells import FULFILMENTS, LOAD_BANDS, STATUSES
from ordertrack.sla.measure.histogram import VALUES, bins_of
from ordertrack.tenants.models import Restaurant
from support.cast import House

BUSIEST = len(LOAD_BANDS)
_OPEN = (
    OrderStatus.PENDING,
    OrderStatus.CONFIRMED,
    OrderStatus.PREPARING,
    OrderStatus.READY,
    OrderStatus.DELIVERING,
)


def learn(
    app: Flask,
    house: House,
    minutes: Sequence[float],
    bands: Sequence[int] = range(BUSIEST + 1),
    orders: int = FEWEST,
    days_ago: int = 2,
) -> None:
    """Let the first restaurant have seen orders that still took so many minutes, from whatever status on.

    Each of `minutes` occurs `orders` times in every hour, at the loads of these bands.
    """
    keys = np.concatenate(
        [
            cells.pack_estimate(
                bins_of(np.repeat(np.array(minutes) * 60.0, orders)),
                *(np.int64(each) for each in (band, hour, STATUSES.index(status), fulfilment)),
            )
            for band in bands
            for hour in range(24)
            for status in _OPEN
            for fulfilment in range(len(FULFILMENTS))
        ]
    )
    with tenant_context(app, house.tenant_id):
        restaurant = db.session.scalars(
            select(Restaurant).where(
                Restaurant.tenant_id == house.tenant_id, Restaurant.slug == house.restaurants[0]
            )
        ).one()
        learned_on = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=days_ago)
        key = (house.tenant_id, restaurant.id, learned_on)
        kept = db.session.get(EstimateDay, key)
        if kept is None:
            kept = EstimateDay(tenant_id=key[0], restaurant_id=key[1], learned_on=key[2], cells=b"")
            kept.sooner = kept.within = kept.later = kept.silent = 0
            db.session.add(kept)
        kept.cells = cells.merged([cells.read(kept.cells), cells.counted(keys)]).tobytes()
        db.session.commit()
    expected_end.forget()


def unlearn(settings: Settings, *houses: House) -> None:
    """Take away what `learn` wrote: no log says it."""
    planted = text(
        "DELETE FROM sla_estimate_days WHERE tenant_id = ANY(:tenants) AND learned_on < current_date - 1"
    )
    with operator_connection(settings.operator_url) as connection:
        connection.execute(planted, {"tenants": [house.tenant_id for house in houses]})


def shown(since: dt.datetime, low: float, high: float) -> tuple[dt.datetime, dt.datetime]:
    """Between which minutes an order is expected that entered its status then: what `learn` leads to."""
    ends = [
        since + dt.timedelta(seconds=float(VALUES[bins_of(np.array([60.0 * minutes]))[0]]))
        for minutes in (low, high)
    ]
    low_at, high_at = (end.replace(second=0, microsecond=0) for end in ends)
    return low_at, high_at + dt.timedelta(minutes=1)
