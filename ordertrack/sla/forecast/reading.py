"""How many orders there were by business day and hour, from the roll-up: all that were confirmed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

import numpy as np

from ordertrack.database.session import db
from ordertrack.rules.stages import Stage
from ordertrack.sla.forecast.demand import AHEAD, HOURS, TRIED_ON, WEEKS, Counts
from ordertrack.sla.measure import cells

READ = AHEAD * WEEKS + TRIED_ON  # days

_OF_ALL = """
    SELECT business_date AS day, by_hour AS cells FROM sla_tenant_days
     WHERE tenant_id = %(tenant_id)s AND stage = %(stage)s AND business_date BETWEEN %(first)s AND %(last)s
"""
_OF_CHOSEN = """
    SELECT business_date AS day, string_agg(cells, '') AS cells FROM sla_restaurant_days
     WHERE tenant_id = %(tenant_id)s AND stage = %(stage)s AND business_date BETWEEN %(first)s AND %(last)s
       AND restaurant_id = ANY (%(restaurants)s)
     GROUP BY business_date
"""


def orders_by_hour(
    tenant_id: uuid.UUID, restaurants: Sequence[uuid.UUID] | None, today: dt.date
) -> tuple[Counts, int]:
    """Of the READ business days before `today`, by the hour in which they began; None: of every restaurant.

    And how many of those days lie before the first that had an order: on them nobody counted.
    """
    first = today - dt.timedelta(days=READ)
    connection: Any = db.session.connection().connection.driver_connection
    asked = {
        "tenant_id": tenant_id,
        "stage": Stage.ACCEPT.value,
        "restaurants": None if restaurants is None else list(restaurants),
        "first": first,
        "last": today - dt.timedelta(days=1),
    }
    counts = np.zeros((READ, HOURS))
    with connection.cursor(binary=True) as cursor:
        rows = cursor.execute(_OF_ALL if restaurants is None else _OF_CHOSEN, asked).fetchall()
    for day, stored in rows:
        entries = cells.read(stored)
        hours = cells.hour_of(entries["key"])
        is_known = hours < HOURS
        counts[(day - first).days] = np.bincount(hours[is_known], entries["count"][is_known], HOURS)
    began = np.flatnonzero(counts.any(axis=1))
    return counts, int(began[0]) if len(began) else READ
