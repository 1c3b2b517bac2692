"""Which restaurants' settings were saved within a while: for whoever may have missed being told."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import bindparam, func, select, union

from ordertrack.database.session import db
from ordertrack.restaurants.models import SavedRules, SavedTarget
from ordertrack.restaurants.operations_rows import SavedOperations


def saved_lately(tenant_id: uuid.UUID, within: dt.timedelta) -> list[uuid.UUID]:
    """The restaurants of the entered tenant, each once."""
    values = {"tenant_id": tenant_id, "within": within}
    found = list(db.session.scalars(_SAVED, values))
    db.session.rollback()
    return found


_SAVED = union(
    *(
        select(table.restaurant_id).where(
            table.tenant_id == bindparam("tenant_id"),
            table.saved_at > func.clock_timestamp() - bindparam("within"),
        )
        for table in (SavedRules, SavedTarget, SavedOperations)
    )
)
