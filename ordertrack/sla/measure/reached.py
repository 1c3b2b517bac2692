"""How far a roll-up reaches: up to which moment it knows all that was recorded, and whether it lags."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import NamedTuple

from sqlalchemy import text

from ordertrack.database.session import db

# The entry that the roll-up reached, and the one that waits: status events and actions share one sequence.
_READ = text("""
    SELECT clock_timestamp() AS now, coalesce(progress.seq, 0) AS reached, stream.seq AS head,
        max(entry.recorded_at) FILTER (WHERE entry.seq = progress.seq) AS reached_at,
        max(entry.recorded_at) FILTER (WHERE entry.seq = coalesce(progress.seq, 0) + 1) AS waits_since
      FROM tenant_streams AS stream LEFT JOIN sla_progress AS progress USING (tenant_id)
      LEFT JOIN LATERAL (
        SELECT seq, coalesce(recorded_at, occurred_at) AS recorded_at FROM order_status_events AS event
         WHERE event.tenant_id = stream.tenant_id
           AND event.seq IN (progress.seq, coalesce(progress.seq, 0) + 1)
        UNION ALL
        SELECT seq, coalesce(recorded_at, occurred_at) AS recorded_at FROM order_actions AS action
         WHERE action.tenant_id = stream.tenant_id
           AND action.seq IN (progress.seq, coalesce(progress.seq, 0) + 1)
      ) AS entry ON true
     WHERE stream.tenant_id = :tenant_id
     GROUP BY progress.seq, stream.seq
""")
# Events of the last seconds wait for their turn; longer than this, the roll-up lags.
_MAY_WAIT = dt.timedelta(seconds=30)


class Reached(NamedTuple):
    """`at`: up to which moment all that was recorded is known; None where a log has begun and nothing is."""

    at: dt.datetime | None
    is_behind: bool


def reached(tenant_id: uuid.UUID) -> Reached:
    """Of the entered tenant."""
    row = db.session.execute(_READ, {"tenant_id": tenant_id}).one()
    if row.head <= row.reached:
        return Reached(row.now, False)
    return Reached(row.reached_at, row.now - row.waits_since > _MAY_WAIT)
