"""What waits for which board of a tenant's restaurants: how much, how much is forgotten, what is hidden."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, Text, Uuid, any_, bindparam, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB

from ordertrack.boards.columns import DISPATCH, KITCHEN
from ordertrack.boards.filters import Filter
from ordertrack.database.statements import TenantQuery
from ordertrack.orders.models import Order, OrderItem
from ordertrack.rules.state_machine import OrderStatus

WORK = {
    KITCHEN.name: (OrderStatus.PENDING, OrderStatus.CONFIRMED, OrderStatus.PREPARING),
    DISPATCH.name: (OrderStatus.READY, OrderStatus.DELIVERING),
}
"""The statuses in which an order waits for a board."""

MOST_HIDDEN = 5000  # orders of a tenant that are looked at for being hidden by filters
_WAITING = [status.value for statuses in WORK.values() for status in statuses]
Place = tuple[uuid.UUID, str]
"""A restaurant's id and the name of one of its boards."""


def board_of(status: str) -> str:
    """The board that an open order in this status waits for."""
    return next(board for board, statuses in WORK.items() if status in statuses)


def counts(tenant_id: uuid.UUID, patience: Mapping[uuid.UUID, float]) -> list[Any]:
    """Rows `restaurant_id, status, number, forgotten`; `patience` is in seconds, by restaurant."""
    return _COUNTS.rows(**_values(tenant_id, list(patience), patience))


def hidden(
    tenant_id: uuid.UUID, patience: Mapping[uuid.UUID, float], filters: Mapping[Place, Sequence[Filter]]
) -> dict[Place, tuple[uuid.UUID, ...]]:
    """The orders, forgotten ones aside, that every filter of their place hides; one query at most."""
    restaurants = list({restaurant_id for restaurant_id, _ in filters})
    found: dict[Place, list[uuid.UUID]] = {}
    rows = _LINES.rows(**_values(tenant_id, restaurants, patience)) if restaurants else []
    for row in rows:
        place = (row.restaurant_id, board_of(row.status))
        if place in filters and all(each.hides(row.fulfilment, row.stations) for each in filters[place]):
            found.setdefault(place, []).append(row.id)
    return {place: tuple(orders) for place, orders in found.items()}


def _values(
    tenant_id: uuid.UUID, restaurants: list[uuid.UUID], patience: Mapping[uuid.UUID, float]
) -> dict[str, Any]:
    said = json.dumps({str(restaurant_id): seconds for restaurant_id, seconds in patience.items()})
    return {"tenant_id": tenant_id, "restaurants": restaurants, "statuses": _WAITING, "patience": said}


# Orders that were forgotten are told as such, but wake nobody night after night.
_patience = func.make_interval(
    0, 0, 0, 0, 0, 0, cast(bindparam("patience"), JSONB)[cast(Order.restaurant_id, Text)].as_float()
)
_is_forgotten = func.greatest(Order.status_since, Order.promised_at) < func.clock_timestamp() - _patience
_IS_OPEN = (
    Order.tenant_id == bindparam("tenant_id"),
    ~Order.is_later,
    Order.restaurant_id == any_(bindparam("restaurants", type_=ARRAY(Uuid))),
    cast(Order.status, Text) == any_(bindparam("statuses", type_=ARRAY(Text))),
)
_COUNTS = TenantQuery(
    select(
        Order.restaurant_id,
        Order.status,
        func.count().label("number"),
        func.count().filter(_is_forgotten).label("forgotten"),
    )
    .where(*_IS_OPEN)
    .group_by(Order.restaurant_id, Order.status)
)
_stations = func.array(
    select(OrderItem.station)
    .distinct()
    .where(OrderItem.tenant_id == Order.tenant_id, OrderItem.order_id == Order.id)
    .scalar_subquery(),
    type_=ARRAY(Text),
)
_LINES = TenantQuery(
    select(Order.id, Order.restaurant_id, Order.status, Order.fulfilment, _stations.label("stations"))
    .where(*_IS_OPEN, ~_is_forgotten)
    .order_by(Order.number, Order.id)
    .limit(literal_column(str(MOST_HIDDEN)))
)
