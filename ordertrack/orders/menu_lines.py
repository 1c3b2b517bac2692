"""Lines that name a dish of the menu: what they are called, where they are made, how long that takes."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from ordertrack.menu import ordering
from ordertrack.orders.new_order import NewItem


class MenuLines(NamedTuple):
    """`items` with all that they take from the menu; the slowest of the dishes takes `slowest` seconds."""

    items: list[NewItem]
    slowest: int


def from_menu(tenant_id: uuid.UUID, restaurant_id: uuid.UUID, items: Sequence[NewItem]) -> MenuLines:
    """What is written of these; raises NotOnTheMenu or DishSoldOut."""
    skus = [item.sku for item in items if item.sku is not None and not item.name]
    dishes = ordering.ordered(tenant_id, restaurant_id, skus)
    slowest = max((dish.prepare_seconds or 0 for dish in dishes.values()), default=0)
    named = (
        item
        if item.sku is None or item.name
        else replace(item, name=dishes[item.sku].name, station=item.station or dishes[item.sku].station)
        for item in items
    )
    return MenuLines(list(named), slowest)
