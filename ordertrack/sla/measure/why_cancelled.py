"""Why orders were cancelled: how many of each fulfilment for which reason, beside what became of them."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TypeAlias

import numpy as np
from sqlalchemy import text

from ordertrack.database.session import db
from ordertrack.orders.imported import NO_REASON
from ordertrack.sla.measure.cells import FULFILMENTS, order_id
from ordertrack.sla.measure.fold import Ended

Reasons: TypeAlias = Counter[tuple[str, str]]
"""How many orders, by fulfilment and reason ("": none was given)."""

Stored: TypeAlias = Mapping[str, Mapping[str, int]]
"""The same as a row has it: by fulfilment, then by reason."""

_GIVEN = text("""
    SELECT order_id, nullif(metadata ->> 'reason', :unsaid) AS reason FROM order_status_events
     WHERE tenant_id = :tenant_id AND order_id = ANY (:ids) AND to_status = 'cancelled'
""")


def of_each(tenant_id: uuid.UUID, ended: Ended) -> dict[int, tuple[str, str]]:
    """Of each of these orders that was cancelled, by its place, its fulfilment and why."""
    places = np.flatnonzero(ended.is_cancelled)
    if not len(places):
        return {}
    place_of = {order_id(ended.order[place]): int(place) for place in places}
    values = {"tenant_id": tenant_id, "ids": list(place_of), "unsaid": NO_REASON}
    return {
        (place := place_of[row.order_id]): (FULFILMENTS[ended.fulfilment[place]].value, row.reason or "")
        for row in db.session.execute(_GIVEN, values)
    }


def read(stored: Iterable[Stored]) -> Reasons:
    """The sum of these."""
    found: Reasons = Counter()
    for each in stored:
        for fulfilment, reasons in each.items():
            for reason, count in reasons.items():
                found[fulfilment, reason] += count
    return found


def written(reasons: Reasons) -> str:
    """As a row has it, in JSON."""
    found: dict[str, dict[str, int]] = {}
    for (fulfilment, reason), count in reasons.items():
        found.setdefault(fulfilment, {})[reason] = count
    return json.dumps(found)
