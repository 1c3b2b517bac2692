"""How right estimates were over a range of days, as the roll-up has it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from ordertrack.database.session import db
from ordertrack.sla.estimates import scoring
from ordertrack.sla.estimates.scoring import TurnedOut

_TURNED_OUT = """
    SELECT string_agg(turned_out, '') FROM sla_estimate_days
     WHERE tenant_id = %(tenant_id)s AND restaurant_id = ANY (%(restaurants)s)
       AND learned_on BETWEEN %(first)s AND %(last)s
"""


def of_days(
    tenant_id: uuid.UUID, restaurants: Sequence[uuid.UUID], first: dt.date, last: dt.date
) -> TurnedOut:
    """How estimates turned out over a range of days, of all these restaurants together: an entry a kind."""
    connection: Any = db.session.connection().connection.driver_connection
    asked = {"tenant_id": tenant_id, "restaurants": list(restaurants), "first": first, "last": last}
    with connection.cursor(binary=True) as cursor:
        (found,) = cursor.execute(_TURNED_OUT, asked).fetchone()
    return scoring.summed(scoring.read(found or b""))
