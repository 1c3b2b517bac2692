"""Which devices of a tenant have which board open, and which of its tablets have none: one query."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import (
    ARRAY,
    Uuid,
    and_,
    bindparam,
    cast,
    exists,
    false,
    func,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from ordertrack.database.statements import TenantQuery
from ordertrack.presence.rows import GONE_AFTER, LATE_AFTER, ScreenRow
from ordertrack.tenants.models import StaffMember, StaffSession, Tablet


def read(tenant_id: uuid.UUID) -> list[Any]:
    """Rows `restaurant_id, board, name, is_tablet, since, seen_at, is_late, hides`.

    `since` is None where no board is open; `hides` is what its filters hide.
    """
    return _DEVICES.rows(tenant_id=tenant_id)


_living = (
    select(
        ScreenRow.restaurant_id,
        ScreenRow.board,
        cast(func.split_part(ScreenRow.watcher, ":", 2), Uuid).label("device"),
        func.min(ScreenRow.connected_at).label("since"),
        func.max(ScreenRow.seen_at).label("seen_at"),
        # A process learns late that a device has gone to another one: the last that was said counts.
        func.array_agg(aggregate_order_by(ScreenRow.hides, ScreenRow.told_at.desc()), type_=ARRAY(JSONB))[
            1
        ].label("hides"),
    )
    .where(
        ScreenRow.tenant_id == bindparam("tenant_id"),
        ScreenRow.seen_at > func.clock_timestamp() - dt.timedelta(seconds=GONE_AFTER),
    )
    .group_by(ScreenRow.restaurant_id, ScreenRow.board, ScreenRow.watcher)
    .cte("living")
)
_OF_TABLET = and_(Tablet.tenant_id == bindparam("tenant_id"), Tablet.id == _living.c.device)
_OF_SESSION = and_(StaffSession.tenant_id == bindparam("tenant_id"), StaffSession.id == _living.c.device)
_OF_MEMBER = and_(StaffMember.tenant_id == StaffSession.tenant_id, StaffMember.id == StaffSession.staff_id)
_open = (
    select(
        _living.c.restaurant_id,
        _living.c.board,
        func.coalesce(Tablet.name, StaffMember.name).label("name"),
        Tablet.id.is_not(None).label("is_tablet"),
        _living.c.since,
        _living.c.seen_at,
        (_living.c.seen_at < func.clock_timestamp() - dt.timedelta(seconds=LATE_AFTER)).label("is_late"),
        _living.c.hides,
    )
    .outerjoin(Tablet, _OF_TABLET)
    .outerjoin(StaffSession, _OF_SESSION)
    .outerjoin(StaffMember, _OF_MEMBER)
)
_closed = select(
    Tablet.restaurant_id, Tablet.board, Tablet.name, true(), null(), null(), false(), null()
).where(
    Tablet.tenant_id == bindparam("tenant_id"),
    Tablet.ended_at.is_(None),
    ~exists().where(_living.c.device == Tablet.id),
)
_all = union_all(_open, _closed).subquery("devices")
_DEVICES = TenantQuery(select(_all).order_by(_all.c.board, _all.c.name, _all.c.since))
