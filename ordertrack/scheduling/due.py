"""What is due of one tenant: orders for later that are to be begun, and those that nobody confirmed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterator

import structlog
from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from ordertrack.database.session import db
from ordertrack.database.statements import EachInItsTenant
from ordertrack.orders.models import Order
from ordertrack.orders.moving import actions, house, transitions
from ordertrack.orders.moving.transitions import OrderMoved, OrderNotFound
from ordertrack.restaurants.order_handling import AcceptThen
from ordertrack.rules.order_actions import IllegalAct, OrderAction
from ordertrack.rules.state_machine import IllegalTransition, OrderStatus

AT_ONCE = 100
_BEFORE_IT_BEGINS = (OrderStatus.PENDING, OrderStatus.CONFIRMED)
_log = structlog.get_logger(__name__)

_IS_LATER = and_(Order.is_later, Order.status.in_(_BEFORE_IT_BEGINS))
_IS_AWAITED = and_(
    Order.status == OrderStatus.PENDING,
    Order.accept_by.is_not(None),
    Order.accept_then != AcceptThen.NOTHING,
)


def settle(tenant_id: uuid.UUID, now: dt.datetime) -> int:
    """Begin and settle what is due of the tenant that was entered, one order a transaction; how many were.

    Each is done once, whoever else does it: what somebody did meanwhile is left as it is.
    """
    done = 0
    for order_id, is_later, is_awaited in _due(tenant_id, now):
        try:
            if is_later:
                actions.act(order_id, OrderAction.FIRE, by=house.clock(tenant_id))
            if is_awaited:
                _settle_awaited(tenant_id, order_id)
            done += 1
        except (IllegalAct, IllegalTransition, OrderMoved, OrderNotFound) as error:
            _log.info("somebody was faster than the clock", order=str(order_id), error=str(error))
    return done


def next_of(tenant_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, dt.datetime]:
    """When something is due next of each of these tenants of which something is: one query for all."""
    rows = _NEXT.rows(tenant_id=list(tenant_ids))
    return {row.tenant_id: row.at for row in rows if row.at is not None}


def _next(tenant_id: ColumnElement[uuid.UUID]) -> Select[tuple[dt.datetime]]:
    of_tenant = Order.tenant_id == tenant_id
    fires = select(func.min(Order.start_by)).where(of_tenant, _IS_LATER).scalar_subquery()
    waits = select(func.min(Order.accept_by)).where(of_tenant, _IS_AWAITED).scalar_subquery()
    return select(func.least(fires, waits).label("at"))


def _due(tenant_id: uuid.UUID, now: dt.datetime) -> Iterator[tuple[uuid.UUID, bool, bool]]:
    """Up to `AT_ONCE` orders, the longest due first: each once, and for what it is due."""
    is_later, is_awaited = and_(_IS_LATER, Order.start_by <= now), and_(_IS_AWAITED, Order.accept_by <= now)
    rows = db.session.execute(
        select(Order.id, is_later.label("is_later"), is_awaited.label("is_awaited"))
        .where(Order.tenant_id == tenant_id, or_(is_later, is_awaited))
        .order_by(func.least(Order.start_by, Order.accept_by))
        .limit(AT_ONCE)
    ).all()
    db.session.rollback()
    for row in rows:
        yield row.id, bool(row.is_later), bool(row.is_awaited)


def _settle_awaited(tenant_id: uuid.UUID, order_id: uuid.UUID) -> None:
    then = db.session.scalar(
        select(Order.accept_then).where(Order.tenant_id == tenant_id, Order.id == order_id)
    )
    to = OrderStatus.CONFIRMED if then == AcceptThen.CONFIRM else OrderStatus.CANCELLED
    transitions.advance(
        order_id,
        to,
        by=house.clock(tenant_id),
        expected_status=OrderStatus.PENDING,
        reason=house.NOT_CONFIRMED if to == OrderStatus.CANCELLED else None,
    )


_NEXT = EachInItsTenant({}, _next)
