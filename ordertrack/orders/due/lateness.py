"""When an order is due, and late: by the targets of its restaurant, and by what its guest was promised.

Cards, the overview of managers and the shift that runs in a report all ask here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.restaurants import cache, targets
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.restaurants.targets import Timer
from ordertrack.rules.stages import Stage
from ordertrack.rules.state_machine import TERMINAL, Fulfilment, OrderStatus

CRIES_BEFORE = dt.timedelta(seconds=60)
"""How long before an order must be confirmed its card is late."""
UNCONFIRMED_FOR = dt.timedelta(minutes=5)
"""How long nobody may confirm an order, where the restaurant says nothing of it, until a manager is told."""


def timer_of(order: OrderRecord) -> Timer:
    """When an order becomes due, and late; never while it is for later."""
    if order.is_later:
        return Timer()
    found = cache.of_restaurant(order.tenant_id, order.restaurant_id)
    # A stage begins when it began first, and that of an order for later not before its fire.
    entered = {step.status: max(step.at, order.began_at) for step in reversed(order.steps)}
    return timer_by(found, order.status, order.fulfilment, entered, order.accept_by, order.promised_at)


def timer_by(
    settings: RestaurantSettings,
    status: OrderStatus,
    fulfilment: Fulfilment,
    entered: Mapping[OrderStatus, dt.datetime],
    accept_by: dt.datetime | None,
    promised_at: dt.datetime | None,
) -> Timer:
    """The same of an order of which no more is known."""
    timer = targets.timer(status, fulfilment, entered, settings.calendar, settings.targets)
    if status == OrderStatus.PENDING and accept_by is not None:
        timer = timer.no_later_than(accept_by - CRIES_BEFORE)
    if promised_at is not None and guest_waits(status, fulfilment):
        timer = timer.promised(promised_at)
    return timer


def unconfirmed_at(
    settings: RestaurantSettings,
    status: OrderStatus,
    fulfilment: Fulfilment,
    entered: Mapping[OrderStatus, dt.datetime],
    accept_by: dt.datetime | None,
) -> dt.datetime | None:
    """From when on an order has waited too long to be confirmed where no limit is set; None elsewhere."""
    began = entered.get(OrderStatus.PENDING)
    if status != OrderStatus.PENDING or accept_by is not None or began is None:
        return None
    limit = settings.targets.at(Stage.ACCEPT, fulfilment, settings.calendar.day_of(began))
    return began + UNCONFIRMED_FOR if limit is None else None


def guest_waits(status: OrderStatus, fulfilment: Fulfilment) -> bool:
    """Whether a guest waits for the order; what is ready to be fetched waits for its guest."""
    is_on_the_shelf = status == OrderStatus.READY and fulfilment == Fulfilment.PICKUP
    return status not in TERMINAL and not is_on_the_shelf
