"""What was sent, as lists and sums of it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Date, Row, cast, func, select

from ordertrack.database.session import db
from ordertrack.messages.kinds import Kind
from ordertrack.messages.models import GuestMessage, State
from ordertrack.orders.models import Order

WENT = (State.SENT, State.DELIVERED, State.READ, State.UNKNOWN)
DID_NOT_ARRIVE = (State.FAILED, State.UNKNOWN)


class Line(NamedTuple):
    """Of a day, a kind and a currency."""

    day: dt.date
    kind: Kind
    currency: str | None
    sent: int
    failed: int
    cost: Decimal | None


def listed(
    tenant_id: uuid.UUID,
    restaurant_id: uuid.UUID,
    between: tuple[dt.datetime, dt.datetime] | None,
    *,
    only_failed: bool,
    most: int,
) -> Sequence[Row[GuestMessage, int]]:
    """Up to `most` messages, the newest first, each with the number of its order."""
    query = (
        select(GuestMessage, Order.number)
        .join(Order, (Order.tenant_id == GuestMessage.tenant_id) & (Order.id == GuestMessage.order_id))
        .where(GuestMessage.tenant_id == tenant_id, GuestMessage.restaurant_id == restaurant_id)
    )
    if between is not None:
        query = query.where(GuestMessage.since >= between[0], GuestMessage.since < between[1])
    if only_failed:
        query = query.where(GuestMessage.state.in_(DID_NOT_ARRIVE))
    query = query.order_by(GuestMessage.since.desc(), GuestMessage.id.desc()).limit(most)
    return db.session.execute(query).all()


def sums(tenant_id: uuid.UUID, restaurant_id: uuid.UUID, since: dt.datetime, zone: ZoneInfo) -> list[Line]:
    """By day where the restaurant is, kind and currency."""
    day = cast(func.timezone(zone.key, GuestMessage.since), Date).label("day")
    rows = db.session.execute(
        select(
            day,
            GuestMessage.kind,
            GuestMessage.currency,
            func.count().filter(GuestMessage.state.in_(WENT)),
            func.count().filter(GuestMessage.state == State.FAILED),
            func.sum(GuestMessage.cost),
        )
        .where(
            GuestMessage.tenant_id == tenant_id,
            GuestMessage.restaurant_id == restaurant_id,
            GuestMessage.since >= since,
        )
        .group_by(day, GuestMessage.kind, GuestMessage.currency)
    )
    return [Line(*row) for row in rows]
