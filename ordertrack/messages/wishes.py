"""What guests agreed to: by which transports they want to be told of an order."""

from __future__ import annotations

import uuid

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from ordertrack.database.session import db
from ordertrack.messages.models import GuestWish
from ordertrack.messages.transports import Way
from ordertrack.orders.reading.order_record import OrderRecord


def add(tenant_id: uuid.UUID, order_id: uuid.UUID, way: Way) -> None:
    """Part of the caller's transaction; once is enough."""
    row = insert(GuestWish).values(tenant_id=tenant_id, order_id=order_id, transport=way)
    db.session.execute(row.on_conflict_do_nothing())


def take_back(tenant_id: uuid.UUID, order_id: uuid.UUID, way: Way) -> None:
    """Part of the caller's transaction."""
    db.session.execute(
        delete(GuestWish).where(
            GuestWish.tenant_id == tenant_id, GuestWish.order_id == order_id, GuestWish.transport == way
        )
    )


def of_order(order: OrderRecord) -> frozenset[Way]:
    """What came with the order (`customer.notify`), and what the guest said on its page."""
    query = select(GuestWish.transport).where(
        GuestWish.tenant_id == order.tenant_id, GuestWish.order_id == order.id
    )
    said = order.customer.get("notify")
    with_order = {Way(each) for each in said if each in set(Way)} if isinstance(said, list) else set()
    return frozenset({*db.session.scalars(query), *with_order})
