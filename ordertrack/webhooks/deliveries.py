"""What endpoints answered lately, for the page."""

from __future__ import annotations

import uuid

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from ordertrack.database.session import db
from ordertrack.webhooks.models import Delivery

SHOWN = 50


def latest(tenant_id: uuid.UUID, endpoint_id: uuid.UUID, most: int = SHOWN) -> list[Delivery]:
    """The newest tries to tell an endpoint, newest first."""
    return list(
        db.session.scalars(
            select(Delivery)
            .where(Delivery.tenant_id == tenant_id, Delivery.endpoint_id == endpoint_id)
            .order_by(Delivery.at.desc(), Delivery.id.desc())
            .limit(most)
        )
    )


def latest_of_each(tenant_id: uuid.UUID) -> dict[uuid.UUID, Delivery]:
    """By endpoint, the newest try."""
    found = db.session.scalars(
        select(Delivery)
        .where(Delivery.tenant_id == tenant_id)
        .ext(distinct_on(Delivery.endpoint_id))
        .order_by(Delivery.endpoint_id, Delivery.at.desc(), Delivery.id.desc())
    )
    return {each.endpoint_id: each for each in found}
