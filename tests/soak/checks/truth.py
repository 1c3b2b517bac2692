"""What the database says in the end: the log of a house, its boards, and where each order stands."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import select

from ordertrack.boards import fragments
from ordertrack.boards.columns import BOARDS
from ordertrack.database.session import db, tenant_context
from ordertrack.orders.log import event_log
from ordertrack.orders.log.entries import ActionRecord, EventRecord
from ordertrack.orders.models import Order
from ordertrack.orders.reading import records
from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.rules.order_actions import OrderAction
from ordertrack.tenants.models import Restaurant
from support.cast import House

Entry = EventRecord | ActionRecord
Columns = dict[str, list[tuple[str, int]]]
MANY = 1_000_000


@dataclass(frozen=True)
class Truth:
    """`boards` by restaurant and board, their cards in order; `orders` by id."""

    head: int
    entries: list[Entry]
    boards: dict[tuple[str, str], Columns]
    orders: dict[uuid.UUID, OrderRecord]

    @property
    def stories(self) -> dict[uuid.UUID, list[Entry]]:
        """What is in the log of each order, oldest first: the entry at place n made revision n + 1."""
        stories: dict[uuid.UUID, list[Entry]] = {}
        for entry in self.entries:
            stories.setdefault(entry.order_id, []).append(entry)
        return stories


def read(app: Flask, house: House) -> Truth:
    with tenant_context(app, house.tenant_id):
        restaurants = db.session.execute(
            select(Restaurant.id, Restaurant.slug).where(Restaurant.tenant_id == house.tenant_id)
        ).all()
        orders = db.session.scalars(select(Order.id).where(Order.tenant_id == house.tenant_id)).all()
        return Truth(
            event_log.head(house.tenant_id).seq,
            event_log.entries_after(house.tenant_id, 0, MANY),
            {
                (restaurant.slug, name): {
                    column.name: [(fragments.card_id(order.id), order.revision) for order in orders_in_it]
                    for column, orders_in_it in fragments.standing(
                        board, house.tenant_id, restaurant.id
                    ).columns
                }
                for restaurant in restaurants
                for name, board in BOARDS.items()
            },
            {order_id: _find(house.tenant_id, order_id) for order_id in orders},
        )


def _find(tenant_id: uuid.UUID, order_id: uuid.UUID) -> OrderRecord:
    order = records.find(tenant_id, order_id)
    assert order is not None
    return order


def as_told(entry: Entry) -> dict[str, Any]:
    """An entry as the program stream tells it, but for the spelling of its time."""
    told = {
        "order_id": str(entry.order_id),
        "number": entry.number,
        "restaurant": entry.restaurant,
        "changed_by": entry.changed_by,
        "metadata": entry.metadata,
    }
    if isinstance(entry, EventRecord):
        return told | {
            "status": entry.to_status,
            "updated_at": entry.occurred_at,
            "from": entry.from_status,
        }
    return told | {
        "act": entry.act,
        "status": entry.status,
        "line": entry.line,
        "reason": entry.detail if entry.act in (OrderAction.CHANGE, OrderAction.DELAY) else None,
        "rider": None,
        "minutes": entry.minutes,
        "occurred_at": entry.occurred_at,
        "changes": entry.changes,
    }
