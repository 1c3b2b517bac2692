"""What cards and pages show of targets and estimates, by the settings of the order's restaurant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from ordertrack.orders.records import OrderRecord
from ordertrack.restaurants import cache, targets
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.restaurants.targets import Timer
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.sla.estimates import expected_end
from ordertrack.sla.estimates.expected_end import ExpectedEnd

CRIES_BEFORE = dt.timedelta(seconds=60)
"""How long before an order must be confirmed its card is late."""


def timer_of(order: OrderRecord) -> Timer:
    """When the card of an order becomes due, and late."""
    found = cache.of_restaurant(order.tenant_id, order.restaurant_id)
    # A stage begins when it began first, and that of an order for later not before its fire.
    entered = {step.status: max(step.at, order.began_at) for step in reversed(order.steps)}
    return timer_by(found, order.status, order.fulfilment, {} if order.is_later else entered, order.accept_by)


def timer_by(
    settings: RestaurantSettings,
    status: OrderStatus,
    fulfilment: Fulfilment,
    entered: Mapping[OrderStatus, dt.datetime],
    accept_by: dt.datetime | None,
) -> Timer:
    """The same of an order of which no more is known: cards and the overview of managers go by one rule."""
    timer = targets.timer(status, fulfilment, entered, settings.calendar, settings.targets)
    if status == OrderStatus.PENDING and accept_by is not None:
        return timer.no_later_than(accept_by - CRIES_BEFORE)
    return timer


def expected_end_of(order: OrderRecord) -> ExpectedEnd | None:
    """Between which moments its guest may expect it; None where there is too little to go on."""
    calendar = cache.of_restaurant(order.tenant_id, order.restaurant_id).calendar
    return expected_end.of_order(order, calendar, dt.datetime.now(dt.UTC))
