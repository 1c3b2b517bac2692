"""Reading orders: everything that pages, fragments and answers show of them in one query."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Row,
    Select,
    Uuid,
    and_,
    any_,
    bindparam,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.sql import func

from ordertrack.database.session import db
from ordertrack.database.statements import TenantQuery
from ordertrack.orders.imported import CHANNELS, IMPORTER, TIME_UNKNOWN, WALKED
from ordertrack.orders.models import Order, OrderItem, StatusEvent, TrackingLink
from ordertrack.orders.reading.order_record import ItemRecord, OrderRecord, Step
from ordertrack.rules.state_machine import TERMINAL, Fulfilment, OrderStatus, RuleSet
from ordertrack.tenants.models import Restaurant
from ordertrack.tenants.restaurants import find_restaurant
from ordertrack.tenants.stream import TenantStream

__all__ = [
    "ItemRecord",
    "OrderRecord",
    "Step",
    "find",
    "find_to_write",
    "newest",
    "of_day",
    "of_ids",
    "of_restaurant",
]


def find(tenant_id: uuid.UUID, order_id: uuid.UUID) -> OrderRecord | None:
    """The order with this id, if it is this tenant's."""
    for row in _FIND.rows(tenant_id=tenant_id, order_id=order_id):
        return to_record(row)
    return None


def find_to_write(tenant_id: uuid.UUID, order_id: uuid.UUID) -> OrderRecord | None:
    """As `find`, and nobody else writes it until this transaction has ended."""
    db.session.execute(
        select(Order.id)
        .where(Order.tenant_id == tenant_id, Order.id == order_id)
        .with_for_update(key_share=True)
    )
    return find(tenant_id, order_id)


def of_restaurant(
    tenant_id: uuid.UUID,
    restaurant_id: uuid.UUID,
    statuses: Iterable[OrderStatus],
    passing: Mapping[OrderStatus, dt.datetime] | None = None,
) -> list[OrderRecord]:
    """Orders in one of `statuses`, and those that came into one of `passing` since the moment it says.

    What was cancelled counts until somebody acknowledged it. What is for later is not among them.
    """
    query = _records(tenant_id).where(_standing(restaurant_id, statuses, passing)).order_by(*_BY_DUE)
    return [to_record(row) for row in db.session.execute(query)]


def later(tenant_id: uuid.UUID, restaurant_id: uuid.UUID, limit: int) -> tuple[list[OrderRecord], int]:
    """Up to `limit` orders that need not be begun yet, the next one first, and how many more there are."""
    waiting = and_(
        Order.restaurant_id == restaurant_id, Order.is_later, Order.status != OrderStatus.CANCELLED
    )
    query = _records(tenant_id).where(waiting).order_by(Order.start_by, Order.number).limit(limit)
    orders = [to_record(row) for row in db.session.execute(query)]
    if len(orders) < limit:
        return orders, 0
    counted = select(func.count()).select_from(Order).where(Order.tenant_id == tenant_id, waiting)
    return orders, max(db.session.execute(counted).scalar_one() - limit, 0)


def as_written(order: OrderRecord, revision: int) -> OrderRecord:
    """The order that was written: as its writer has it, or read anew where it was changed in between."""
    if order.revision == revision:
        return order
    found = find(order.tenant_id, order.id)
    assert found is not None
    return found


def most_urgent(
    tenant_id: uuid.UUID,
    restaurant_id: uuid.UUID,
    statuses: Iterable[OrderStatus],
    passing: Mapping[OrderStatus, dt.datetime],
    limit: int,
    fulfilments: Collection[Fulfilment] | None = None,
) -> tuple[list[OrderRecord], int]:
    """As `of_restaurant`, up to `limit`, and how many more there are: cancelled, in a rush, due first."""
    standing = _standing(restaurant_id, statuses, passing)
    if fulfilments is not None:
        standing = and_(standing, Order.fulfilment.in_(list(fulfilments)))
    urgent = (Order.status != OrderStatus.CANCELLED, Order.is_rush.desc(), *_BY_DUE)
    query = _records(tenant_id).where(standing).order_by(*urgent).limit(limit)
    orders = [to_record(row) for row in db.session.execute(query)]
    if len(orders) < limit:
        return orders, 0
    counted = select(func.count()).select_from(Order).where(Order.tenant_id == tenant_id, standing)
    return orders, max(db.session.execute(counted).scalar_one() - limit, 0)


def _standing(
    restaurant_id: uuid.UUID,
    statuses: Iterable[OrderStatus],
    passing: Mapping[OrderStatus, dt.datetime] | None,
) -> ColumnElement[bool]:
    standing: ColumnElement[bool] = Order.status.in_(list(statuses))
    for status, since in (passing or {}).items():
        standing = standing | and_(
            Order.status == status, Order.status_since >= since, Order.acknowledged_at.is_(None)
        )
    return and_(Order.restaurant_id == restaurant_id, standing, ~Order.is_later)


def moved_since(
    tenant_id: uuid.UUID,
    restaurant_id: uuid.UUID,
    statuses: Iterable[OrderStatus],
    since: dt.datetime,
    limit: int,
) -> list[OrderRecord]:
    """Up to `limit` orders that came into one of `statuses` since then, the last that moved first."""
    moved = and_(
        Order.restaurant_id == restaurant_id,
        Order.status.in_(list(statuses)),
        Order.status_since >= since,
        ~Order.is_later,
    )
    query = _records(tenant_id).where(moved).order_by(Order.status_since.desc(), Order.number.desc())
    return [to_record(row) for row in db.session.execute(query.limit(limit))]


def of_day(
    tenant_id: uuid.UUID,
    restaurant_id: uuid.UUID,
    day: dt.date,
    limit: int,
    number: int | None = None,
    after: int = 0,
) -> list[OrderRecord]:
    """Up to `limit` orders of one business day of a restaurant, by number; or the one with `number`.

    With `after` those whose number is larger.
    """
    query = _records(tenant_id).where(Order.restaurant_id == restaurant_id, Order.business_date == day)
    query = query.where(Order.number > after)
    if number is not None:
        query = query.where(Order.number == number)
    return [to_record(row) for row in db.session.execute(query.order_by(Order.number).limit(limit))]


def of_ids(tenant_id: uuid.UUID, ids: Sequence[uuid.UUID]) -> list[OrderRecord]:
    """These of the tenant's orders, newest first."""
    query = _records(tenant_id).where(Order.id.in_(ids)).order_by(Order.placed_at.desc(), Order.id)
    return [to_record(row) for row in db.session.execute(query)]


def newest(
    tenant_id: uuid.UUID,
    limit: int,
    before: tuple[dt.datetime, uuid.UUID] | None = None,
    restaurant: str | None = None,
    status: OrderStatus | None = None,
    of_restaurants: Sequence[uuid.UUID] | None = None,
) -> list[OrderRecord]:
    """Up to `limit` orders, newest first, placed before the (placed_at, id) of the page above.

    `restaurant` is a slug; one that the tenant does not have has no orders. `of_restaurants`: of these only.
    """
    query = _records(tenant_id).order_by(Order.placed_at.desc(), Order.id.desc()).limit(limit)
    if before is not None:
        query = query.where(func.row(Order.placed_at, Order.id) < func.row(*before))
    # Written into the statement: a plan that is made for any restaurant and status looks for a quiet one's
    # few orders, or for the few that are open, among all that its tenant ever had.
    if restaurant is not None:
        found = find_restaurant(tenant_id, restaurant)
        if found is None:
            return []
        its_id = bindparam("restaurant_id", found.id, Uuid, literal_execute=True)
        query = query.where(Order.restaurant_id == its_id)
    elif of_restaurants is not None:
        ids = bindparam("restaurant_ids", of_restaurants, Uuid, expanding=True, literal_execute=True)
        query = query.where(Order.restaurant_id.in_(ids))
    if status is not None:
        query = query.where(Order.status == bindparam("of_status", status, literal_execute=True))
        if restaurant is None and status not in TERMINAL:
            query = query.where(Order.restaurant_id == any_(_restaurants(tenant_id)))
    return [to_record(row) for row in db.session.execute(query)]


def _restaurants(tenant_id: uuid.UUID) -> ColumnElement[list[uuid.UUID]]:
    """The ids of all of a tenant's, each of which the index of open orders is asked for."""
    ids = db.session.scalars(select(Restaurant.id).where(Restaurant.tenant_id == tenant_id)).all()
    return literal(list(ids), ARRAY(Uuid))


def record_columns() -> list[Any]:
    """The columns that `to_record` reads, for queries that join more to an order."""
    items = (
        select(
            func.jsonb_agg(
                aggregate_order_by(
                    func.jsonb_build_array(
                        OrderItem.position,
                        OrderItem.name,
                        OrderItem.quantity,
                        OrderItem.notes,
                        OrderItem.modifiers,
                        OrderItem.station,
                        OrderItem.is_done,
                        OrderItem.added_in,
                        OrderItem.voided_in,
                        OrderItem.sku,
                    ),
                    OrderItem.position,
                )
            )
        )
        .where(OrderItem.tenant_id == Order.tenant_id, OrderItem.order_id == Order.id)
        .correlate(Order)
        .scalar_subquery()
    )
    steps = (
        select(
            func.jsonb_agg(
                aggregate_order_by(
                    func.jsonb_build_array(
                        StatusEvent.to_status,
                        StatusEvent.occurred_at,
                        StatusEvent.changed_by,
                        StatusEvent.event_metadata["reason"],
                        StatusEvent.kitchen_load,
                        and_(
                            or_(
                                StatusEvent.actor != IMPORTER,
                                ~StatusEvent.event_metadata.has_key(TIME_UNKNOWN),
                            ),
                            or_(
                                ~StatusEvent.actor.startswith(CHANNELS),
                                func.coalesce(
                                    StatusEvent.event_metadata[WALKED][-1].astext == StatusEvent.to_status,
                                    true(),
                                ),
                            ),
                        ),
                    ),
                    StatusEvent.version,
                )
            )
        )
        .where(StatusEvent.tenant_id == Order.tenant_id, StatusEvent.order_id == Order.id)
        .correlate(Order)
        .scalar_subquery()
    )
    return [
        Order.tenant_id,
        Order.id,
        Order.restaurant_id,
        Restaurant.slug.label("restaurant"),
        Restaurant.name.label("restaurant_name"),
        Restaurant.timezone,
        Order.number,
        Order.status,
        Order.version,
        Order.status_since,
        Order.fulfilment,
        Order.placed_at,
        Order.promised_at,
        Order.reference,
        Order.customer,
        Order.note,
        Order.table_name.label("table"),
        Order.channel,
        Order.currency,
        Order.total,
        Order.to_collect,
        Order.follows,
        Order.follows_number,
        Order.follows_due,
        Order.action_count.label("action_count"),
        Order.is_rush,
        Order.hold_reason,
        Order.rider,
        Order.acknowledged_at,
        Order.possible_double_of,
        Order.changed_in,
        Order.changes_seen_in,
        Order.unseen_fields,
        Order.delayed_by,
        Order.delayed_now,
        Order.start_by,
        Order.is_later,
        Order.fired_at,
        Order.accept_by,
        select(TenantStream.rule_set)
        .where(TenantStream.tenant_id == Order.tenant_id)
        .correlate(Order)
        .scalar_subquery()
        .label("rule_set"),
        Order.masked_at.is_not(None).label("is_masked"),
        TrackingLink.token.label("tracking_token"),
        items.label("items"),
        steps.label("steps"),
    ]


def join_order(query: Select[Any]) -> Select[Any]:
    """Join an order's restaurant and link to a query that already selects from orders."""
    return query.join(
        Restaurant,
        and_(Restaurant.tenant_id == Order.tenant_id, Restaurant.id == Order.restaurant_id),
    ).join(TrackingLink, and_(TrackingLink.tenant_id == Order.tenant_id, TrackingLink.order_id == Order.id))


def _records(tenant_id: uuid.UUID) -> Select[Any]:
    return join_order(select(*record_columns()).select_from(Order)).where(Order.tenant_id == tenant_id)


def to_record(row: Row[Any]) -> OrderRecord:
    """Make a record of a row that holds `record_columns`."""
    fields = {name: getattr(row, name) for name in _PLAIN_FIELDS}
    return OrderRecord(
        **fields,
        status=OrderStatus(row.status),
        fulfilment=Fulfilment(row.fulfilment),
        rule_set=RuleSet(row.rule_set),
        customer=row.customer or {},
        unseen_fields=tuple(sorted(set(row.unseen_fields))),
        items=tuple(
            ItemRecord(position, name, quantity, notes, tuple(modifiers), *rest)
            for position, name, quantity, notes, modifiers, *rest in row.items
        ),
        steps=tuple(
            Step(
                OrderStatus(status),
                dt.datetime.fromisoformat(at),
                by,
                reason if isinstance(reason, str) else None,
                load,
                is_timed,
            )
            for status, at, by, reason, load, is_timed in row.steps
        ),
    )


_BY_DUE = (func.coalesce(Order.start_by, Order.follows_due, Order.placed_at), Order.number)
_MADE_FIELDS = ("status", "fulfilment", "rule_set", "customer", "unseen_fields", "items", "steps")
_PLAIN_FIELDS = tuple(name for name in OrderRecord.__slots__ if name not in _MADE_FIELDS)

# Built once: taps and streams find orders by the hundred a second, and putting a query together costs more
# than sending it.
_FIND = TenantQuery(
    join_order(select(*record_columns()).select_from(Order)).where(
        Order.tenant_id == bindparam("tenant_id"), Order.id == bindparam("order_id")
    )
)
