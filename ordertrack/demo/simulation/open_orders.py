"""The orders in a rush's hands: where each stands, what comes next for it, and those an earlier rush left."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select

from ordertrack.database.session import db
from ordertrack.orders.models import Order, OrderItem, StatusEvent
from ordertrack.rules import state_machine
from ordertrack.rules.roles import Role
from ordertrack.rules.state_machine import TERMINAL, Fulfilment, OrderStatus
from ordertrack.tenants.models import Restaurant

ACTOR = "program:rush"
_SOON = dt.timedelta(hours=2)

_ORDINARY_WAY = tuple(OrderStatus)


@dataclass
class OpenOrder:
    """Moves on at `due` (seconds of the rush). `stays` says for how long, in the rush's seconds, it stays."""

    id: uuid.UUID
    restaurant: str
    status: OrderStatus
    fulfilment: Fulfilment
    stays: dict[OrderStatus, float]
    placed_at: dt.datetime
    lines: int = 0
    cancelled_from: OrderStatus | None = None
    reason: str | None = None
    due: float = 0.0

    @property
    def next(self) -> OrderStatus | None:
        """Its next status: the usual one, or cancelled; None if there is none."""
        if self.status == self.cancelled_from:
            return OrderStatus.CANCELLED
        following = state_machine.allowed(self.status, self.fulfilment)
        return following[0] if following else None

    @property
    def moved_by(self) -> Role:
        """Whose hands the next move is in."""
        return (
            Role.KITCHEN
            if state_machine.allowed(self.status, self.fulfilment, Role.KITCHEN)
            else Role.DISPATCH
        )

    @property
    def rest(self) -> float:
        """How long it takes at most after its next move."""
        return sum(stay for status, stay in self.stays.items() if _is_before(self.status, status))

    def start_at(self, status: OrderStatus) -> None:
        """Hurry to this status, or to the last one before it that orders of this fulfilment have."""
        if status == OrderStatus.DELIVERING and self.fulfilment != Fulfilment.DELIVERY:
            status = OrderStatus.READY
        self.cancelled_from = None
        self.stays = {each: 0.0 if _is_before(each, status) else stay for each, stay in self.stays.items()}


def _is_before(status: OrderStatus, other: OrderStatus) -> bool:
    return _ORDINARY_WAY.index(status) < _ORDINARY_WAY.index(other)


def restaurants(tenant_id: uuid.UUID) -> tuple[str, ...]:
    """The slugs of the tenant's restaurants."""
    slugs = db.session.scalars(
        select(Restaurant.slug).where(Restaurant.tenant_id == tenant_id).order_by(Restaurant.slug)
    ).all()
    db.session.commit()  # a waiting rush holds no connection
    return tuple(slugs)


def left_open(tenant_id: uuid.UUID) -> list[OpenOrder]:
    """What earlier rushes placed and did not finish; `stays` is empty. Other people's orders are theirs, and
    what is for much later waits."""
    lines = (
        select(func.count())
        .where(OrderItem.tenant_id == Order.tenant_id, OrderItem.order_id == Order.id)
        .scalar_subquery()
        .label("lines")
    )
    rows = db.session.execute(
        select(Order.id, Restaurant.slug, Order.status, Order.fulfilment, Order.placed_at, lines)
        .join(Restaurant, and_(Restaurant.tenant_id == Order.tenant_id, Restaurant.id == Order.restaurant_id))
        .join(StatusEvent, and_(StatusEvent.tenant_id == Order.tenant_id, StatusEvent.order_id == Order.id))
        .where(Order.tenant_id == tenant_id, Order.status.not_in(TERMINAL))
        .where(or_(~Order.is_later, Order.start_by < func.now() + _SOON))
        .where(StatusEvent.version == 1, StatusEvent.actor == ACTOR)
        .order_by(Order.placed_at, Order.id)
    ).all()
    db.session.commit()
    return [
        OpenOrder(row.id, row.slug, row.status, row.fulfilment, {}, row.placed_at, row.lines) for row in rows
    ]
