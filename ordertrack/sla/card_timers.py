"""What cards and pages show of estimates, by the settings of the order's restaurant."""

from __future__ import annotations

import datetime as dt

from ordertrack.orders.reading.records import OrderRecord
from ordertrack.restaurants import cache
from ordertrack.sla.estimates import expected_end
from ordertrack.sla.estimates.expected_end import ExpectedEnd


def expected_end_of(order: OrderRecord) -> ExpectedEnd | None:
    """Between which moments its guest may expect it; None where there is too little to go on."""
    calendar = cache.of_restaurant(order.tenant_id, order.restaurant_id).calendar
    return expected_end.of_order(order, calendar, dt.datetime.now(dt.UTC))
