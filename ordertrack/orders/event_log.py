"""Reading the log: a tenant's stream, an order's history, and the changes that screens are told of.

Status events and actions stand in a table each and share one sequence: together they have no gap.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    Integer,
    Interval,
    Row,
    Select,
    SmallInteger,
    Subquery,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    cast,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB

from ordertrack.database.session import db
from ordertrack.database.statements import PlannedOnce, TenantQuery
from ordertrack.live.cursor import Cursor
from ordertrack.orders.imported import is_timed
from ordertrack.orders.models import ActionEvent, Order, StatusEvent
from ordertrack.orders.records import OrderRecord, join_order, record_columns, to_record
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.tenants.models import Restaurant
from ordertrack.tenants.stream import TenantStream

FEW = 32  # entries that are read at once by a plan that is kept
_LIMIT = bindparam("limit", type_=Integer)


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
    open_lines: int | None

    @property
    def is_timed(self) -> bool:
        """Whether it happened when it says."""
        return is_timed(self.actor, self.metadata)

    @property
    def statuses(self) -> tuple[OrderStatus | None, ...]:
        """Where the order stood before and after."""
        return self.from_status, self.to_status


@dataclass(frozen=True, slots=True)
class ActionRecord:
    """One action. `line` is the position of a struck line, `detail` a reason or a rider's name.

    `changes` says of a change its `revision`, which lines it `added` and `voided`, and which `fields` it set.
    """

    cursor: Cursor
    order_id: uuid.UUID
    number: int
    restaurant: str
    act: OrderAction
    status: OrderStatus
    line: int | None
    detail: str | None
    changed_by: str
    actor: str
    occurred_at: dt.datetime
    metadata: dict[str, Any]
    changes: dict[str, Any] | None
    minutes: int | None

    @property
    def statuses(self) -> tuple[OrderStatus | None, ...]:
        """Where the order stood, before and after."""
        return (self.status,)


@dataclass(frozen=True, slots=True)
class Change:
    """An entry of the log together with its order as it is now (which may have moved on since)."""

    event: EventRecord | ActionRecord
    order: OrderRecord

    @property
    def cursor(self) -> Cursor:
        return self.event.cursor


@dataclass(frozen=True, slots=True)
class LogEntry:
    """An entry of the log by itself, for those who are told of events and not of orders."""

    event: EventRecord | ActionRecord

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
    """Up to `limit` entries after `seq`, oldest first, each with its order: one query."""
    if limit <= FEW:
        rows = _FEW_CHANGES.rows(tenant_id=tenant_id, seq=seq)[:limit]
    else:
        rows = _CHANGES.rows(tenant_id=tenant_id, seq=seq, limit=limit)
    return [Change(_to_entry(row), to_record(row)) for row in rows]


def log_after(tenant_id: uuid.UUID, seq: int, limit: int) -> list[LogEntry]:
    """Up to `limit` entries after `seq`, oldest first, without their orders: one query."""
    return [LogEntry(_to_entry(row)) for row in _ENTRIES.rows(tenant_id=tenant_id, seq=seq, limit=limit)]


def events_after(
    tenant_id: uuid.UUID,
    seq: int,
    limit: int,
    restaurant: str | None = None,
    order_id: uuid.UUID | None = None,
) -> list[EventRecord]:
    """Up to `limit` events after `seq`, oldest first, of all the tenant or of one restaurant or order."""
    rows = _read(_EVENTS, tenant_id, seq, limit, restaurant, order_id)
    return [_to_event(row) for row in rows]


def entries_after(
    tenant_id: uuid.UUID,
    seq: int,
    limit: int,
    restaurant: str | None = None,
    order_id: uuid.UUID | None = None,
) -> list[EventRecord | ActionRecord]:
    """As `events_after`, with the actions among them."""
    return [_to_entry(row) for row in _read(_LOG, tenant_id, seq, limit, restaurant, order_id)]


def _read(
    log: Subquery,
    tenant_id: uuid.UUID,
    seq: int,
    limit: int,
    restaurant: str | None,
    order_id: uuid.UUID | None,
) -> Iterable[Row[Any]]:
    query = _with_restaurant(log)
    if restaurant is not None:
        query = query.where(Restaurant.slug == restaurant)
    if order_id is not None:
        query = query.where(log.c.order_id == order_id)
    return db.session.execute(query, {"tenant_id": tenant_id, "seq": seq, "limit": limit})


def _events() -> Select[Any]:
    return select(
        StatusEvent.tenant_id,
        StatusEvent.seq,
        StatusEvent.order_id,
        StatusEvent.from_status,
        StatusEvent.to_status,
        StatusEvent.changed_by,
        StatusEvent.actor,
        StatusEvent.occurred_at,
        StatusEvent.in_status_for,
        StatusEvent.event_metadata.label("metadata"),
        StatusEvent.open_lines,
        *[cast(null(), kind).label(name) for name, kind in _ONLY_OF_ACTIONS.items()],
    )


def _actions() -> Select[Any]:
    """Actions in the columns of status events: what they have alone comes after those."""
    return select(
        ActionEvent.tenant_id,
        ActionEvent.seq,
        ActionEvent.order_id,
        cast(null(), Text),
        cast(ActionEvent.status, Text),
        ActionEvent.changed_by,
        ActionEvent.actor,
        ActionEvent.occurred_at,
        cast(null(), Interval),
        ActionEvent.action_metadata,
        cast(null(), SmallInteger),
        cast(ActionEvent.act, Text),
        ActionEvent.line,
        ActionEvent.detail,
        ActionEvent.changes,
        ActionEvent.minutes,
    )


def _columns(log: Subquery) -> list[Any]:
    own = [column for column in log.c if column.name not in ("tenant_id", "metadata")]
    return [TenantStream.epoch, *own, log.c.metadata.label("entry_metadata")]


def _entries(log: Subquery, columns: list[Any], limit: Any = _LIMIT) -> Select[Any]:
    return (
        select(*columns)
        .select_from(log)
        .join(TenantStream, TenantStream.tenant_id == log.c.tenant_id)
        .join(Order, and_(Order.tenant_id == log.c.tenant_id, Order.id == log.c.order_id))
        .where(log.c.tenant_id == bindparam("tenant_id"), log.c.seq > bindparam("seq"))
        .order_by(log.c.seq)
        .limit(limit)
    )


def _with_restaurant(log: Subquery) -> Select[Any]:
    columns = [*_columns(log), Order.number, Restaurant.slug.label("restaurant")]
    return _entries(log, columns).join(
        Restaurant, and_(Restaurant.tenant_id == Order.tenant_id, Restaurant.id == Order.restaurant_id)
    )


def _to_entry(row: Row[Any]) -> EventRecord | ActionRecord:
    return _to_event(row) if row.act is None else _to_action(row)


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
        row.entry_metadata,
        row.open_lines,
    )


def _to_action(row: Row[Any]) -> ActionRecord:
    return ActionRecord(
        Cursor(row.epoch, row.seq),
        row.order_id,
        row.number,
        row.restaurant,
        OrderAction(row.act),
        OrderStatus(row.to_status),
        row.line,
        row.detail,
        row.changed_by,
        row.actor,
        row.occurred_at,
        row.entry_metadata,
        row.changes,
        row.minutes,
    )


# Built once: every event of every process comes through these.
_ONLY_OF_ACTIONS: dict[str, Any] = {
    "act": Text,
    "line": Integer,
    "detail": Text,
    "changes": JSONB,
    "minutes": Integer,
}
_EVENTS = _events().subquery("log")
_LOG = union_all(_events(), _actions()).subquery("log")
_HEAD = TenantQuery(
    select(TenantStream.epoch, TenantStream.seq).where(TenantStream.tenant_id == bindparam("tenant_id"))
)
_HEADS = TenantQuery(
    select(TenantStream.tenant_id, TenantStream.epoch, TenantStream.seq).where(
        TenantStream.tenant_id == any_(bindparam("tenant_ids", type_=ARRAY(Uuid)))
    ),
    "watched_tenants",
)
_CHANGE = [*_columns(_LOG), *record_columns()]
_CHANGES = TenantQuery(join_order(_entries(_LOG, _CHANGE)))
# What each event of a service is read by. Its limit stands in the text: a plan for any limit would be one for
# a tenth of the log.
_FEW_CHANGES = PlannedOnce(join_order(_entries(_LOG, _CHANGE, literal_column(str(FEW)))))
_ENTRIES = TenantQuery(_with_restaurant(_LOG))
