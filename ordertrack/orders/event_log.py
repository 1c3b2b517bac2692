"""Reading the log: a tenant's stream, an order's history, and the changes that screens are told of."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, Row, Select, Uuid, and_, any_, bindparam, select

from ordertrack.database import db
from ordertrack.live.cursor import Cursor
from ordertrack.orders.models import Order, StatusEvent, TenantStream
from ordertrack.orders.records import OrderRecord, join_order, record_columns, to_record
from ordertrack.orders.state_machine import OrderStatus
from ordertrack.statements import Confined
from ordertrack.tenants.models import Restaurant


@dataclass(frozen=True, slots=True)
class EventRecord:
    """One status event. `occurred_at` is aware, in UTC; `in_status_for` is the time in the left status."""

    cursor: Cursor
    order_id: uuid.UUID
    number: int
    restaurant: str
    from_status: OrderStatus | None
    to_status: OrderStatus
    changed_by: str
    actor: str
    occurred_at: dt.datetime
    in_status_for: dt.timedelta | None
    metadata: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """An event together with its order as it is now (which may have moved on since)."""

    event: EventRecord
    order: OrderRecord

    @property
    def cursor(self) -> Cursor:
        return self.event.cursor


def head(tenant_id: uuid.UUID) -> Cursor:
    """The position of the newest committed event of this tenant."""
    (row,) = _HEAD.rows(tenant_id=tenant_id)
    return Cursor(row.epoch, row.seq)


def heads(tenant_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Cursor]:
    """The heads of several tenants at once, for a process that watches them: positions, and nothing else."""
    watched = ",".join(map(str, tenant_ids))
    rows = _HEADS.rows(setting=watched, tenant_ids=list(tenant_ids))
    return {row.tenant_id: Cursor(row.epoch, row.seq) for row in rows}


def changes_after(tenant_id: uuid.UUID, seq: int, limit: int) -> list[Change]:
    """Up to `limit` events after `seq`, oldest first, each with its order: one query."""
    rows = _CHANGES.rows(tenant_id=tenant_id, seq=seq, limit=limit)
    return [Change(_to_event(row), to_record(row)) for row in rows]


def events_after(
    tenant_id: uuid.UUID,
    seq: int,
    limit: int,
    restaurant: str | None = None,
    order_id: uuid.UUID | None = None,
) -> list[EventRecord]:
    """Up to `limit` events after `seq`, oldest first, of all the tenant or of one restaurant or order."""
    columns = [*_event_columns(), Order.number, Restaurant.slug.label("restaurant")]
    query = _events(columns).join(
        Restaurant, and_(Restaurant.tenant_id == Order.tenant_id, Restaurant.id == Order.restaurant_id)
    )
    if restaurant is not None:
        query = query.where(Restaurant.slug == restaurant)
    if order_id is not None:
        query = query.where(StatusEvent.order_id == order_id)
    values = {"tenant_id": tenant_id, "seq": seq, "limit": limit}
    return [_to_event(row) for row in db.session.execute(_after(query), values)]


def _event_columns() -> list[Any]:
    return [
        TenantStream.epoch,
        StatusEvent.seq,
        StatusEvent.order_id,
        StatusEvent.from_status,
        StatusEvent.to_status,
        StatusEvent.changed_by,
        StatusEvent.actor,
        StatusEvent.occurred_at,
        StatusEvent.in_status_for,
        StatusEvent.event_metadata.label("event_metadata"),
    ]


def _events(columns: list[Any]) -> Select[Any]:
    return (
        select(*columns)
        .select_from(StatusEvent)
        .join(TenantStream, TenantStream.tenant_id == StatusEvent.tenant_id)
        .join(Order, and_(Order.tenant_id == StatusEvent.tenant_id, Order.id == StatusEvent.order_id))
    )


def _after(query: Select[Any]) -> Select[Any]:
    return (
        query.where(StatusEvent.tenant_id == bindparam("tenant_id"), StatusEvent.seq > bindparam("seq"))
        .order_by(StatusEvent.seq)
        .limit(bindparam("limit"))
    )


def _to_event(row: Row[Any]) -> EventRecord:
    return EventRecord(
        Cursor(row.epoch, row.seq),
        row.order_id,
        row.number,
        row.restaurant,
        row.from_status and OrderStatus(row.from_status),
        OrderStatus(row.to_status),
        row.changed_by,
        row.actor,
        row.occurred_at,
        row.in_status_for,
        row.event_metadata,
    )


# Built once: every event of every process comes through these.
_HEAD = Confined(
    select(TenantStream.epoch, TenantStream.seq).where(TenantStream.tenant_id == bindparam("tenant_id"))
)
_HEADS = Confined(
    select(TenantStream.tenant_id, TenantStream.epoch, TenantStream.seq).where(
        TenantStream.tenant_id == any_(bindparam("tenant_ids", type_=ARRAY(Uuid)))
    ),
    "watched_tenants",
)
_CHANGES = Confined(_after(join_order(_events([*_event_columns(), *record_columns()]))))
