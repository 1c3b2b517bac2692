"""Which devices have which board open, which tablets have none, and when one last had: one query a tenant.

A board that a manager looks at on their own device is open, but nobody at work sees it.
"""

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
from ordertrack.presence.rows import GONE_AFTER, LATE_AFTER, ClosedScreen, ScreenRow
from ordertrack.rules.roles import Role
from ordertrack.tenants.models import StaffMember, StaffSession, Tablet


def read(tenant_id: uuid.UUID) -> list[Any]:
    """Rows `restaurant_id, board, name, is_tablet, is_at_work, since, seen_at, is_late, hides`.

    `since` is None where no board is open; `hides` is what its filters hide. One that has `seen_at` and
    no `since` says when the board was last open on devices at work that have it open no more.
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
_AT_WORK = func.coalesce(
    and_(StaffMember.role != Role.MANAGER.value, StaffMember.role != Role.OWNER.value), true()
)
_open = (
    select(
        _living.c.restaurant_id,
        _living.c.board,
        func.coalesce(Tablet.name, StaffMember.name).label("name"),
        Tablet.id.is_not(None).label("is_tablet"),
        _AT_WORK.label("is_at_work"),
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
    Tablet.restaurant_id, Tablet.board, Tablet.name, true(), true(), null(), null(), false(), null()
).where(
    Tablet.tenant_id == bindparam("tenant_id"),
    Tablet.ended_at.is_(None),
    ~exists().where(_living.c.device == Tablet.id),
)
_session = cast(func.split_part(ClosedScreen.watcher, ":", 2), Uuid)
_last = (
    select(
        ClosedScreen.restaurant_id,
        ClosedScreen.board,
        null(),
        false(),
        true(),
        null(),
        func.max(ClosedScreen.seen_at),
        false(),
        null(),
    )
    .outerjoin(
        StaffSession,
        and_(StaffSession.tenant_id == bindparam("tenant_id"), StaffSession.id == _session),
    )
    .outerjoin(StaffMember, _OF_MEMBER)
    .where(ClosedScreen.tenant_id == bindparam("tenant_id"), _AT_WORK)
    .group_by(ClosedScreen.restaurant_id, ClosedScreen.board)
)
_all = union_all(_open, _closed, _last).subquery("devices")
_DEVICES = TenantQuery(select(_all).order_by(_all.c.board, _all.c.name, _all.c.since))
