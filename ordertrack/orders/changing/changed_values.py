"""What fields of an order were before and after each change: kept beside the log, where it can be erased."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import and_, select

from ordertrack.database.session import db
from ordertrack.orders.models import ActionEvent, ChangedValue


def of_order(tenant_id: uuid.UUID, order_id: uuid.UUID) -> dict[tuple[int, str], tuple[Any, Any]]:
    """By the change's `seq` and the field's name, as `customer.phone`: what it was before, and after."""
    query = (
        select(ChangedValue.seq, ChangedValue.field, ChangedValue.before, ChangedValue.after)
        .join(
            ActionEvent,
            and_(ActionEvent.tenant_id == ChangedValue.tenant_id, ActionEvent.seq == ChangedValue.seq),
        )
        .where(ChangedValue.tenant_id == tenant_id, ActionEvent.order_id == order_id)
    )
    return {(row.seq, row.field): (row.before, row.after) for row in db.session.execute(query)}
