"""How many orders there were by business day and hour, from the roll-up: all that were confirmed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from ordertrack.database.session import db
from ordertrack.rules.stages import Stage
from ordertrack.sla.forecast.demand import AHEAD, HOURS, TRIED_ON, WEEKS, Counted, Counts
from ordertrack.sla.measure import cells

READ = AHEAD * WEEKS + TRIED_ON  # days

EACH = 100  # restaurants that are read one by one; of more the company's days are taken as they are

_OF_ALL = """
    SELECT business_date AS day, NULL AS restaurant, by_hour AS cells FROM sla_tenant_days
     WHERE tenant_id = %(tenant_id)s AND stage = %(stage)s AND business_date BETWEEN %(first)s AND %(last)s
"""
_OF_CHOSEN = """
    SELECT business_date AS day, restaurant_id AS restaurant, cells FROM sla_restaurant_days
     WHERE tenant_id = %(tenant_id)s AND stage = %(stage)s AND business_date BETWEEN %(first)s AND %(last)s
       AND restaurant_id = ANY (%(restaurants)s)
"""


def orders_by_hour(
    tenant_id: uuid.UUID, restaurants: Sequence[uuid.UUID], today: dt.date, *, is_all: bool
) -> list[Counted]:
    """Of each of these, of the READ business days before `today`, by the hour in which orders began.

    `is_all`: they are the company's. More than EACH are one then: whoever opened lately counts as empty
    before.
    """
    first = today - dt.timedelta(days=READ)
    connection: Any = db.session.connection().connection.driver_connection
    asked = {
        "tenant_id": tenant_id,
        "stage": Stage.ACCEPT.value,
        "restaurants": list(restaurants),
        "first": first,
        "last": today - dt.timedelta(days=1),
    }
    found: defaultdict[uuid.UUID | None, Counts] = defaultdict(lambda: np.zeros((READ, HOURS)))
    query = _OF_ALL if is_all and len(restaurants) > EACH else _OF_CHOSEN
    with connection.cursor(binary=True) as cursor:
        for day, restaurant, stored in cursor.execute(query, asked):
            entries = cells.read(stored)
            hours = cells.hour_of(entries["key"])
            is_known = hours < HOURS
            counted = np.bincount(hours[is_known], entries["count"][is_known], HOURS)
            found[restaurant][(day - first).days] = counted
    return [_since_begun(counts) for counts in found.values()] or [_since_begun(np.zeros((READ, HOURS)))]


def _since_begun(counts: Counts) -> Counted:
    """On the days before the first that had an order nobody counted."""
    began = np.flatnonzero(counts.any(axis=1))
    return Counted(counts, int(began[0]) if len(began) else READ)
