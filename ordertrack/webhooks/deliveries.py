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


KEEP = "note_deliveries"
"""The function of the schema by which jobs that end together have their tries written down."""


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
    SELECT note_deliveries(CASE WHEN made <> '' THEN %(tried)s::jsonb END)
      FROM set_config('ordertrack.tenant_id', %(entered)s, true) AS made
""")
