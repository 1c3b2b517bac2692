"""The riders of a restaurant: whoever was given an order lately."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import func, select

from ordertrack.database import db
from ordertrack.orders.acts import Act
from ordertrack.orders.models import OrderAction

LATELY = dt.timedelta(days=14)
MOST = 50


def names_lately(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> list[str]:
    """Up to MOST names, whoever was given an order last first."""
    last = func.max(OrderAction.seq)
    query = (
        select(OrderAction.detail)
        .where(
            OrderAction.tenant_id == tenant_id,
            OrderAction.restaurant_id == restaurant_id,
            OrderAction.act == Act.ASSIGN,
            OrderAction.occurred_at > dt.datetime.now(dt.UTC) - LATELY,
        )
        .group_by(OrderAction.detail)
        .order_by(last.desc())
        .limit(MOST)
    )
    return [name for name in db.session.scalars(query) if name]
