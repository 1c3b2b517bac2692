"""What endpoints answered: each try is noted, and the latest are shown."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from ordertrack.database.session import db
from ordertrack.database.statements import Statement
from ordertrack.webhooks.models import Delivery

SHOWN = 50


def note(tenant_id: uuid.UUID, **tried: Any) -> None:
    """Write a try down; at once, unless the session is in a transaction."""
    _NOTE.rows(entered=str(tenant_id), id=uuid.uuid4(), **tried)


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


_NOTE = Statement("""
    INSERT INTO webhook_deliveries (tenant_id, id, endpoint_id, seq, order_id, kind, milliseconds, tries,
           status, failure, excerpt, next_at)
    SELECT made::uuid, %(id)s::uuid, %(endpoint_id)s::uuid, %(seq)s::bigint, %(order_id)s::uuid, %(kind)s,
           %(milliseconds)s::integer, %(tries)s::integer, %(status)s::integer, %(failure)s, %(excerpt)s,
           %(next_at)s::timestamptz
      FROM set_config('ordertrack.tenant_id', %(entered)s, true) AS made,
           set_config('synchronous_commit', 'off', true) AS kept
    RETURNING id
""")
