"""How far a roll-up reaches: up to which moment it knows all that was recorded, and whether it lags."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import NamedTuple

from sqlalchemy import text

from ordertrack.database.session import db

_READ = text("""
    SELECT clock_timestamp() AS now, coalesce(progress.seq, 0) AS reached, stream.seq AS head
      FROM tenant_streams AS stream LEFT JOIN sla_progress AS progress USING (tenant_id)
     WHERE stream.tenant_id = :tenant_id
""")
# The entry that the roll-up reached, and the one that waits: status events and actions share one sequence. By
# numbers that are known: under row-level security one that is worked out is compared with the whole log.
_RECORDED = text("""
    SELECT seq, coalesce(recorded_at, occurred_at) AS at FROM order_status_events
     WHERE tenant_id = :tenant_id AND seq = ANY (:seqs)
    UNION ALL
    SELECT seq, coalesce(recorded_at, occurred_at) FROM order_actions
     WHERE tenant_id = :tenant_id AND seq = ANY (:seqs)
""")
# Events of the last seconds wait for their turn; longer than this, the roll-up lags.
_MAY_WAIT = dt.timedelta(seconds=30)


class Reached(NamedTuple):
    """`at`: up to which moment all that was recorded is known; None where a log has begun and nothing is."""

    at: dt.datetime | None
    is_behind: bool


def reached(tenant_id: uuid.UUID) -> Reached:
    """Of the entered tenant."""
    asked = {"tenant_id": tenant_id}
    row = db.session.execute(_READ, asked).one()
    if row.head <= row.reached:
        return Reached(row.now, False)
    entries = db.session.execute(_RECORDED, asked | {"seqs": [row.reached, row.reached + 1]})
    recorded_at = {row.seq: row.at for row in entries}
    return Reached(recorded_at.get(row.reached), row.now - recorded_at[row.reached + 1] > _MAY_WAIT)
