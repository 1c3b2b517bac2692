"""What cards and pages show of targets and estimates, by the settings of the order's restaurant."""

from __future__ import annotations

import datetime as dt

from ordertrack.orders.records import OrderRecord
from ordertrack.restaurants import cache, targets
from ordertrack.restaurants.targets import Timer
from ordertrack.sla.estimates import expected_end
from ordertrack.sla.estimates.expected_end import ExpectedEnd


def timer_of(order: OrderRecord) -> Timer:
    """When the card of an order becomes due, and late."""
    found = cache.of_restaurant(order.tenant_id, order.restaurant_id)
    entered = {step.status: step.at for step in reversed(order.steps)}  # a stage begins when it began first
    return targets.timer(order.status, order.fulfilment, entered, found.calendar, found.targets)


def expected_end_of(order: OrderRecord) -> ExpectedEnd | None:
    """Between which moments its guest may expect it; None where there is too little to go on."""
    calendar = cache.of_restaurant(order.tenant_id, order.restaurant_id).calendar
    return expected_end.of_order(order, calendar, dt.datetime.now(dt.UTC))
