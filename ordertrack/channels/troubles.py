"""Connections that somebody has to see to: peers that cannot be reached, or refuse us, for a while."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select

from ordertrack.channels.models import ChannelConnection
from ordertrack.database.statements import TenantQuery
from ordertrack.overview.attention import Line, Trouble

FAILS_FOR = dt.timedelta(minutes=5)

_TROUBLED = TenantQuery(
    select(ChannelConnection.id, ChannelConnection.name)
    .where(
        ChannelConnection.tenant_id == bindparam("tenant_id"),
        ChannelConnection.ended_at.is_(None),
        ChannelConnection.paused_at.is_(None),
        ChannelConnection.failing_since < bindparam("since"),
    )
    .order_by(ChannelConnection.made_at)
)


def lines(tenant_id: uuid.UUID) -> Iterable[Line]:
    """A line of the overview for each; one query."""
    for row in _TROUBLED.rows(tenant_id=tenant_id, since=dt.datetime.now(dt.UTC) - FAILS_FOR):
        yield Line(Trouble.CHANNEL_FAILS, str(row.id), row.name, ZoneInfo("UTC"), 1)
