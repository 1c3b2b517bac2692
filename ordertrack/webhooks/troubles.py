"""Endpoints that somebody has to see to: disabled, but by nobody, or failing for a while."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, or_, select

from ordertrack.database.statements import TenantQuery
from ordertrack.overview.attention import Line, Trouble
from ordertrack.webhooks.endpoints import host_of
from ordertrack.webhooks.models import Disabled, Endpoint

FAILS_FOR = dt.timedelta(hours=1)

_TROUBLED = TenantQuery(
    select(Endpoint.id, Endpoint.url, Endpoint.disabled_at)
    .where(
        Endpoint.tenant_id == bindparam("tenant_id"),
        Endpoint.ended_at.is_(None),
        or_(
            Endpoint.disabled_why != Disabled.MANAGER.value,
            Endpoint.disabled_at.is_(None) & (Endpoint.failing_since < bindparam("since")),
        ),
    )
    .order_by(Endpoint.made_at)
)


def lines(tenant_id: uuid.UUID) -> Iterable[Line]:
    """A line of the overview for each; one query."""
    since = dt.datetime.now(dt.UTC) - FAILS_FOR
    for row in _TROUBLED.rows(tenant_id=tenant_id, since=since):
        trouble = Trouble.WEBHOOK_FAILS if row.disabled_at is None else Trouble.WEBHOOK_DISABLED
        yield Line(trouble, str(row.id), host_of(row.url), ZoneInfo("UTC"), 1)
