"""A key that is for some restaurants finds nothing of the others, whatever an address names."""

from __future__ import annotations

import uuid

from flask import request

from ordertrack.api.authentication import principal
from ordertrack.orders.moving.transitions import OrderNotFound
from ordertrack.orders.placing.intake import RestaurantNotFound
from ordertrack.orders.reading import records
from ordertrack.tenants.principal import Principal
from ordertrack.tenants.restaurants import FoundRestaurant, find_restaurant


def confine() -> None:
    """Before each call: raises OrderNotFound or RestaurantNotFound for what the key is not for."""
    named = request.view_args or {}
    if not named or principal().restaurants is None:
        return
    if "order_id" in named:
        require_order(principal(), named["order_id"])
    if "restaurant" in named:
        require_restaurant(principal(), named["restaurant"])


def require_order(asker: Principal, order_id: uuid.UUID) -> records.OrderRecord:
    """The order, if the asker may see it; raises OrderNotFound."""
    order = records.find(asker.tenant_id, order_id)
    if order is None or not asker.may_see(order.restaurant_id):
        raise OrderNotFound(order_id)
    return order


def require_restaurant(asker: Principal, slug: str) -> FoundRestaurant:
    """The restaurant, if the asker may see it; raises RestaurantNotFound.

    A filter on nothing is a mistake, not an answer.
    """
    found = find_restaurant(asker.tenant_id, slug)
    if found is None or not asker.may_see(found.id):
        raise RestaurantNotFound(slug)
    return found
