"""Orders as this process wrote or read them last: what a tap is decided on without reading its order again.

That may be out of date, so it is only tried: whoever decides on it has the schema hold it against the order's
revision, and reads the order if that is another one, or if what is asked for is not allowed by it.
"""

from __future__ import annotations

import uuid
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

from flask import current_app

from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.restaurants import rule_sets

MOST_KNOWN = 10_000  # orders; two or three kilobytes each


class KnownOrders:
    """Those that something happened to last, but for tenants of which others know more (`is_elsewhere`)."""

    def __init__(self, is_elsewhere: Callable[[uuid.UUID], bool] = lambda _tenant_id: False) -> None:
        self._is_elsewhere = is_elsewhere
        self._orders: OrderedDict[tuple[uuid.UUID, uuid.UUID], OrderRecord] = OrderedDict()

    def put(self, order: OrderRecord) -> None:
        """It was so, unless something later is known of it."""
        if self._is_elsewhere(order.tenant_id):
            return
        key = (order.tenant_id, order.id)
        known = self._orders.get(key)
        if known is None or known.revision <= order.revision:
            self._orders[key] = order
            self._orders.move_to_end(key)
            if len(self._orders) > MOST_KNOWN:
                self._orders.popitem(last=False)

    def find(self, tenant_id: uuid.UUID, order_id: uuid.UUID) -> OrderRecord | None:
        return self._orders.get((tenant_id, order_id))

    def forget(self, order: OrderRecord) -> None:
        self._orders.pop((order.tenant_id, order.id), None)


def put(order: OrderRecord) -> None:
    """Know it in this process, if it serves."""
    if (known := _of_process()) is not None:
        known.put(order)


def find(tenant_id: uuid.UUID, order_id: uuid.UUID) -> OrderRecord | None:
    """What is known of it, by the rules that its tenant goes by now."""
    known = _of_process()
    order = known.find(tenant_id, order_id) if known is not None else None
    return None if order is None else replace(order, rule_set=rule_sets.of_tenant(tenant_id).rule_set)


def forget(order: OrderRecord) -> None:
    """What was known of it is out of date."""
    if (known := _of_process()) is not None:
        known.forget(order)


def _of_process() -> KnownOrders | None:
    known: KnownOrders | None = current_app.extensions.get("known_orders")
    return known
