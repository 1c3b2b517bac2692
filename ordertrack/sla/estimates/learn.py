"""What orders teach about how long the next ones will take, and how often estimates made of it were right.

An estimate of one day is made of the 28 before it, so what it says can be worked out again at any time, and
is scored against what then happened: for each order, what was said when it was confirmed.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np
from sqlalchemy import text

from ordertrack.database.session import db
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.restaurants.calendar import FORGOTTEN_AFTER
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.sla.estimates.table import LEARNED_FROM, table_from
from ordertrack.sla.measure import cells
from ordertrack.sla.measure.cells import LOAD_BANDS, STATUSES, Cells, day_at, day_number, pack_estimate
from ordertrack.sla.measure.figures import Outcome
from ordertrack.sla.measure.fold import SECOND, Remaining
from ordertrack.sla.measure.histogram import bins_of
from ordertrack.sla.measure.judging import Judge

DAY = 86_400 * SECOND
_CONFIRMED = STATUSES.index(OrderStatus.CONFIRMED)

_WRITE = text("""
    INSERT INTO sla_estimate_days (tenant_id, restaurant_id, learned_on, cells, sooner, within, later, silent)
    VALUES (:tenant_id, :restaurant_id, :learned_on, :cells, :sooner, :within, :later, :silent)
    ON CONFLICT (tenant_id, restaurant_id, learned_on) DO UPDATE SET cells = excluded.cells,
        sooner = excluded.sooner, within = excluded.within, later = excluded.later, silent = excluded.silent
""")
_READ = text("""
    SELECT learned_on, cells FROM sla_estimate_days
     WHERE tenant_id = :tenant_id AND restaurant_id = :restaurant_id AND learned_on BETWEEN :first AND :last
""")


def learn(
    tenant_id: uuid.UUID,
    remaining: Remaining,
    settings: Sequence[RestaurantSettings],
    judges: Sequence[Judge],
) -> None:
    """Add to each restaurant's days what these orders took, and score what was said on those days."""
    for number in np.unique(remaining.times.restaurant):
        here = remaining.where(remaining.times.restaurant == number)
        if new := learned(here, judges[number]):
            _add(tenant_id, settings[number].id, new)


def learn_anew(
    tenant_id: uuid.UUID, restaurant: RestaurantSettings, day: int, remaining: Remaining, judge: Judge
) -> None:
    """Have one UTC day of a restaurant hold what these orders took, which reached their goal on it."""
    db.session.execute(
        text(
            "DELETE FROM sla_estimate_days WHERE tenant_id = :tenant_id AND restaurant_id = :restaurant_id"
            " AND learned_on = :day"
        ),
        {"tenant_id": tenant_id, "restaurant_id": restaurant.id, "day": day_at(day)},
    )
    _add(tenant_id, restaurant.id, learned(remaining, judge) or {day: cells.EMPTY})


def learned(remaining: Remaining, judge: Judge) -> dict[int, Cells]:
    """What is learned of one restaurant's orders, by the UTC day on which they reached their goal."""
    trusted = ~remaining.times.is_mass & (remaining.times.seconds <= FORGOTTEN_AFTER)
    here = remaining.where(trusted)
    days = here.ended // DAY
    keys = pack_estimate(
        bins_of(here.times.seconds),
        np.searchsorted(LOAD_BANDS, here.load),
        judge.hours(here.times.began),
        here.status,
        here.times.fulfilment,
    )
    return {int(day): cells.counted(keys[days == day]) for day in np.unique(days)}


def _add(tenant_id: uuid.UUID, restaurant_id: uuid.UUID, new: Mapping[int, Cells]) -> None:
    """What was said on a day rests on the days before it: later days that are there are scored anew."""
    first = min(new)
    window = _read(tenant_id, restaurant_id, first - LEARNED_FROM, max(new) + LEARNED_FROM)
    for day, added in new.items():
        window[day] = cells.merged([window[day], added] if day in window else [added])
    for day in sorted(window):
        content = window[day]
        if day < first or not len(content):
            continue
        before = [part for learned_on, part in window.items() if day - LEARNED_FROM <= learned_on < day]
        db.session.execute(
            _WRITE,
            {
                "tenant_id": tenant_id,
                "restaurant_id": restaurant_id,
                "learned_on": day_at(day),
                "cells": content.tobytes(),
                **asdict(scored(content, before)),
            },
        )


def scored(content: Cells, before: Sequence[Cells]) -> Outcome:
    """How the orders of one day turned out against the estimates made of the days before it."""
    told = _of_confirmed(content)
    key, count = told["key"].astype(np.int64), told["count"].astype(np.int64)
    table = table_from([_of_confirmed(part) for part in before])
    low, high, is_said = table.bins_for(key >> 18 & 3, key >> 10 & 31, key >> 8 & 3, OrderStatus.CONFIRMED)
    bins = key & 0xFF
    return Outcome(
        int(count[is_said & (bins < low)].sum()),
        int(count[is_said & (bins >= low) & (bins <= high)].sum()),
        int(count[is_said & (bins > high)].sum()),
        int(count[~is_said].sum()),
    )


def _of_confirmed(content: Cells) -> Cells:
    confirmed: Cells = content[content["key"] >> 15 & 7 == _CONFIRMED]
    return confirmed


def score_of(tenant_id: uuid.UUID, restaurant_id: uuid.UUID, day: int, content: Cells) -> Outcome:
    """How the orders of one day turn out against the estimates made of the days before it that are there."""
    before = _read(tenant_id, restaurant_id, day - LEARNED_FROM, day - 1)
    return scored(content, list(before.values()))


def _read(tenant_id: uuid.UUID, restaurant_id: uuid.UUID, first: int, last: int) -> dict[int, Cells]:
    rows = db.session.execute(
        _READ,
        {
            "tenant_id": tenant_id,
            "restaurant_id": restaurant_id,
            "first": day_at(first),
            "last": day_at(last),
        },
    )
    return {day_number(row.learned_on): cells.read(row.cells) for row in rows}


def outcome(tenant_id: uuid.UUID, restaurants: Sequence[uuid.UUID], first: dt.date, last: dt.date) -> Outcome:
    """How estimates turned out over a range of days, of all these restaurants together."""
    row = db.session.execute(
        text("""
            SELECT coalesce(sum(sooner), 0) AS sooner, coalesce(sum(within), 0) AS within,
                coalesce(sum(later), 0) AS later, coalesce(sum(silent), 0) AS silent FROM sla_estimate_days
             WHERE tenant_id = :tenant_id AND restaurant_id = ANY (:restaurants)
               AND learned_on BETWEEN :first AND :last
        """),
        {"tenant_id": tenant_id, "restaurants": list(restaurants), "first": first, "last": last},
    ).one()
    return Outcome(row.sooner, row.within, row.later, row.silent)
