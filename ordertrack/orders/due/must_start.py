"""By when an order must be begun: what was promised, less what kitchen and road need for it, less a margin.

How long that is lately, rooms above this one know; the application says whom to ask (`use`).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import NamedTuple

from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.restaurants import operations
from ordertrack.rules.state_machine import Fulfilment

Learned = Callable[[uuid.UUID, uuid.UUID, Fulfilment, dt.datetime], dt.timedelta | None]
"""Of a tenant, a restaurant and a fulfilment: how long an order that begins then needs, if anybody knows."""


class Start(NamedTuple):
    """By when an order must be begun, None without a promise; and whether that is later than now."""

    by: dt.datetime | None
    is_later: bool


def use(learned: Learned) -> None:
    """Ask this one from now on."""
    global _learned
    _learned = learned


def of_promise(
    tenant_id: uuid.UUID,
    restaurant_id: uuid.UUID,
    fulfilment: Fulfilment,
    promised_at: dt.datetime | None,
    now: dt.datetime | None = None,
    slowest: int = 0,
) -> Start:
    """When an order that is promised for this moment must be begun.

    `slowest` is how many seconds its slowest dish takes: as much sooner as that is more than the kitchen
    takes for any order.
    """
    if promised_at is None:
        return Start(None, False)
    now = now or dt.datetime.now(dt.UTC)
    handling = operations.of_restaurant(tenant_id, restaurant_id).orders
    usual = dt.timedelta(seconds=handling.takes(fulfilment))
    needed = _learned(tenant_id, restaurant_id, fulfilment, promised_at - usual) or usual
    longer = max(0, slowest - handling.kitchen_takes)
    by = promised_at - needed - dt.timedelta(seconds=handling.margin + longer)
    return Start(by, by > now)


def of_order(order: OrderRecord) -> dt.datetime:
    """By when boards have an order begun: what is in a rush, by the kitchen's own time sooner than else."""
    if not order.is_rush:
        return order.due_at
    handling = operations.of_restaurant(order.tenant_id, order.restaurant_id).orders
    return order.due_at - dt.timedelta(seconds=handling.kitchen_takes)


def _nobody_knows(*_order: object) -> None:
    return None


_learned: Learned = _nobody_knows
