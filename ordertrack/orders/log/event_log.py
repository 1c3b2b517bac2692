"""Reading the log: a tenant's stream, an order's history, and the changes that screens are told of.

Status events and actions stand in a table each and share one sequence: together they have no gap.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
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
    func,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB

from ordertrack.database.session import AnySelect, db
from ordertrack.database.statements import EachInItsTenant, TenantQuery
from ordertrack.live.cursor import Cursor
from ordertrack.orders.log.entries import ActionRecord, Change, EventRecord, LogEntry
from ordertrack.orders.models import ActionEvent, Order, StatusEvent
from ordertrack.orders.reading.records import join_order, record_columns, to_record
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.tenants.models import Restaurant
from ordertrack.tenants.stream import TenantStream

FEW, SOME, MOST = 32, 200, 1000  # entries that are read at once, by plans that are kept
PAGES = (FEW, SOME, MOST)
_LIMIT = bindparam("limit", type_=Integer)


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
    rows = _pages_of(_CHANGES, tenant_id, seq, limit)
    return [Change(_to_entry(row), to_record(row)) for row in rows]


def few_after(positions: Mapping[uuid.UUID, int]) -> dict[uuid.UUID, list[Change]]:
    """Up to FEW entries after its own `seq` of each of these tenants, oldest first: one query for all.

    Each tenant's are read in that tenant, to which the schema confines them.
    """
    found: dict[uuid.UUID, list[Change]] = {}
    for row in _CHANGES[FEW].rows(tenant_id=list(positions), seq=list(positions.values())):
        found.setdefault(row.tenant_id, []).append(Change(_to_entry(row), to_record(row)))
    return found


def log_after(tenant_id: uuid.UUID, seq: int, limit: int) -> list[LogEntry]:
    """Up to `limit` entries after `seq`, oldest first, without their orders: one query."""
    return [LogEntry(_to_entry(row)) for row in _pages_of(_ENTRIES, tenant_id, seq, limit)]


def _pages_of(
    readers: Mapping[int, EachInItsTenant], tenant_id: uuid.UUID, seq: int, limit: int
) -> list[Row[Any]]:
    """Up to `limit` rows after `seq`; by one query, if there are no more than the largest page holds."""
    rows: list[Row[Any]] = []
    while limit > 0:
        size = next((size for size in readers if size >= limit), MOST)
        page = readers[size].rows(tenant_id=[tenant_id], seq=[seq])
        rows += page[:limit]
        if len(page) < size:
            break
        limit, seq = limit - size, page[-1].seq
    return rows


def events_after(
    tenant_id: uuid.UUID,
    seq: int,
    limit: int,
    restaurant: str | None = None,
    order_id: uuid.UUID | None = None,
    of_restaurants: Sequence[uuid.UUID] | None = None,
    until: int | None = None,
) -> list[EventRecord]:
    """Up to `limit` events after `seq`, oldest first, of all the tenant or of one restaurant or order.

    Or of some restaurants; and none after `until`.
    """
    rows = _read(_EVENTS, tenant_id, seq, limit, restaurant, order_id, of_restaurants, until)
    return [_to_event(row) for row in rows]


def entries_after(
    tenant_id: uuid.UUID,
    seq: int,
    limit: int,
    restaurant: str | None = None,
    order_id: uuid.UUID | None = None,
    of_restaurants: Sequence[uuid.UUID] | None = None,
    until: int | None = None,
) -> list[EventRecord | ActionRecord]:
    """As `events_after`, with the actions among them."""
    rows = _read(_LOG, tenant_id, seq, limit, restaurant, order_id, of_restaurants, until)
    return [_to_entry(row) for row in rows]


def _read(
    log: Subquery,
    tenant_id: uuid.UUID,
    seq: int,
    limit: int,
    restaurant: str | None,
    order_id: uuid.UUID | None,
    of_restaurants: Sequence[uuid.UUID] | None,
    until: int | None,
) -> Iterable[Row[Any]]:
    only: list[ColumnElement[bool]] = []
    if restaurant is not None:
        named = select(Restaurant.id).where(Restaurant.tenant_id == tenant_id, Restaurant.slug == restaurant)
        only.append(log.c.restaurant_id == named.scalar_subquery())
    if order_id is not None:
        only.append(log.c.order_id == order_id)
    if of_restaurants is not None:
        only.append(log.c.restaurant_id.in_(of_restaurants))
    if until is not None:
        only.append(log.c.seq <= until)
    query = _with_restaurant(_page(log, only=only))
    return db.session.execute(query, {"tenant_id": tenant_id, "seq": seq, "limit": limit})


def _events() -> AnySelect:
    return select(
        StatusEvent.tenant_id,
        StatusEvent.seq,
        StatusEvent.order_id,
        StatusEvent.restaurant_id,
        StatusEvent.from_status,
        StatusEvent.to_status,
        StatusEvent.changed_by,
        StatusEvent.actor,
        StatusEvent.occurred_at,
        StatusEvent.in_status_for,
        StatusEvent.event_metadata.label("metadata"),
        StatusEvent.open_lines,
        _recorded(StatusEvent).label("recorded_at"),
        *[cast(null(), kind).label(name) for name, kind in _ONLY_OF_ACTIONS.items()],
    )


def _actions() -> AnySelect:
    """Actions in the columns of status events: what they have alone comes after those."""
    return select(
        ActionEvent.tenant_id,
        ActionEvent.seq,
        ActionEvent.order_id,
        ActionEvent.restaurant_id,
        cast(null(), Text),
        cast(ActionEvent.status, Text),
        ActionEvent.changed_by,
        ActionEvent.actor,
        ActionEvent.occurred_at,
        cast(null(), Interval),
        ActionEvent.action_metadata,
        cast(null(), SmallInteger),
        _recorded(ActionEvent),
        cast(ActionEvent.act, Text),
        ActionEvent.line,
        ActionEvent.detail,
        ActionEvent.changes,
        ActionEvent.minutes,
    )


def _recorded(table: type[StatusEvent] | type[ActionEvent]) -> ColumnElement[dt.datetime]:
    """When an entry was recorded; one of before that was written down, when it happened."""
    return func.coalesce(table.recorded_at, table.occurred_at)


def _page(log: Subquery, limit: Any = _LIMIT, only: Sequence[ColumnElement[bool]] = ()) -> Subquery:
    """Up to `limit` entries of a tenant after a position, and of them `only` those.

    Cut off before anything is joined: a plan made while a tenant's log is believed to be short, as the log
    of a house that was just restored is, would otherwise go through all of it for each order.
    """
    wanted = (log.c.tenant_id == bindparam("tenant_id"), log.c.seq > bindparam("seq"), *only)
    return select(log).where(*wanted).order_by(log.c.seq).limit(limit).subquery("page")


def _few(limit: int, tenant_id: ColumnElement[uuid.UUID], seq: ColumnElement[int]) -> Subquery:
    """As `_page`. The limit stands in the text: a plan for any limit would be one for a tenth of the log."""
    wanted = select(_LOG).where(_LOG.c.tenant_id == tenant_id, _LOG.c.seq > seq).order_by(_LOG.c.seq)
    return wanted.limit(literal_column(str(limit))).subquery("page")


def _columns(page: FromClause) -> list[Any]:
    aside = ("tenant_id", "restaurant_id", "metadata")
    own = [column for column in page.c if column.name not in aside]
    return [TenantStream.epoch, *own, page.c.metadata.label("entry_metadata")]


def _entries(page: FromClause, columns: Sequence[Any]) -> Select[Any]:
    return (
        select(*_columns(page), *columns)
        .select_from(page)
        .join(TenantStream, TenantStream.tenant_id == page.c.tenant_id)
        .join(Order, and_(Order.tenant_id == page.c.tenant_id, Order.id == page.c.order_id))
        .order_by(page.c.seq)
    )


def _with_restaurant(page: Subquery) -> Select[Any]:
    return _entries(page, [Order.number, Restaurant.slug.label("restaurant")]).join(
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
        row.recorded_at,
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
        row.recorded_at,
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
# What each event of a service and whoever catches up is read by, in pages of these sizes.
_CHANGES = {
    size: EachInItsTenant(
        {"seq": BigInteger()},
        lambda tenant_id, seq, size=size: join_order(_entries(_few(size, tenant_id, seq), record_columns())),
        size="seq",
    )
    for size in PAGES
}
_ENTRIES = {
    size: EachInItsTenant(
        {"seq": BigInteger()},
        lambda tenant_id, seq, size=size: _with_restaurant(_few(size, tenant_id, seq)),
        size="seq",
    )
    for size in PAGES
}
