"""What endpoints answered: each try is noted, and the latest are shown."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from ordertrack.database.session import db
from ordertrack.database.statements import Statement
from ordertrack.webhooks.models import Delivery

SHOWN = 50


def note(tenant_id: uuid.UUID, tried: Sequence[Mapping[str, Any]]) -> None:
    """Write tries down, each by the names of the columns; at once, unless the session is in a transaction."""
    _NOTE.rows(entered=str(tenant_id), tried=json.dumps(tried, default=str))


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
    SELECT made::uuid, gen_random_uuid(), tried.*
      FROM set_config('ordertrack.tenant_id', %(entered)s, true) AS made,
           set_config('synchronous_commit', 'off', true) AS kept,
           jsonb_to_recordset(%(tried)s::jsonb) AS tried (
               endpoint_id uuid, seq bigint, order_id uuid, kind text, milliseconds integer, tries integer,
               status integer, failure text, excerpt text, next_at timestamptz)
    RETURNING id
""")
