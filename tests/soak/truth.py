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
from ordertrack.orders import event_log
from ordertrack.orders.event_log import EventRecord
from ordertrack.orders.models import Order
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.tenants.models import Restaurant
from support.cast import House

Columns = dict[str, list[tuple[str, int]]]
MANY = 1_000_000


@dataclass(frozen=True)
class Truth:
    """`boards` by restaurant and board, their cards in order; `orders` by id: status and version."""

    head: int
    events: list[EventRecord]
    boards: dict[tuple[str, str], Columns]
    orders: dict[uuid.UUID, tuple[OrderStatus, int]]

    @property
    def stories(self) -> dict[uuid.UUID, list[EventRecord]]:
        """Each order's events, oldest first: the event at place n made version n + 1."""
        stories: dict[uuid.UUID, list[EventRecord]] = {}
        for event in self.events:
            stories.setdefault(event.order_id, []).append(event)
        return stories


def read(app: Flask, house: House) -> Truth:
    with tenant_context(app, house.tenant_id):
        restaurants = db.session.execute(
            select(Restaurant.id, Restaurant.slug).where(Restaurant.tenant_id == house.tenant_id)
        ).all()
        orders = db.session.execute(
            select(Order.id, Order.status, Order.version).where(Order.tenant_id == house.tenant_id)
        ).all()
        return Truth(
            event_log.head(house.tenant_id).seq,
            event_log.events_after(house.tenant_id, 0, MANY),
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
            {order.id: (order.status, order.version) for order in orders},
        )


def as_told(event: EventRecord) -> dict[str, Any]:
    """An event as the program stream tells it, but for the spelling of its time."""
    return {
        "order_id": str(event.order_id),
        "status": event.to_status,
        "updated_at": event.occurred_at,
        "from": event.from_status,
        "number": event.number,
        "restaurant": event.restaurant,
        "changed_by": event.changed_by,
        "metadata": event.metadata,
    }
