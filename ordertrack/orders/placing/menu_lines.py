"""Lines that name a dish of the menu: what they are called, where they are made, how long that takes."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from ordertrack.menu import ordering
from ordertrack.menu.dishes import Dish
from ordertrack.menu.reading import menu_of
from ordertrack.orders.placing.new_order import NewItem


class MenuLines(NamedTuple):
    """`items` with all that they take from the menu; the slowest of the dishes takes `slowest` seconds."""

    items: list[NewItem]
    slowest: int


def from_menu(tenant_id: uuid.UUID, restaurant_id: uuid.UUID, items: Sequence[NewItem]) -> MenuLines:
    """What is written of these; raises NotOnTheMenu or DishSoldOut."""
    skus = [item.sku for item in items if item.sku is not None and not item.name]
    dishes = ordering.ordered(tenant_id, restaurant_id, skus)
    named = [_named(item, dishes) for item in items]
    return MenuLines(named, slowest_of(tenant_id, (item.sku for item in items)))


def slowest_of(tenant_id: uuid.UUID, skus: Iterable[str | None]) -> int:
    """How many seconds the slowest of these dishes takes; 0 where nobody said."""
    wanted = {sku for sku in skus if sku is not None}
    dishes = menu_of(tenant_id).by_sku if wanted else {}
    return max((dishes[sku].prepare_seconds or 0 for sku in wanted if sku in dishes), default=0)


def _named(item: NewItem, dishes: Mapping[str, Dish]) -> NewItem:
    if item.sku is None or item.name:
        return item
    dish = dishes[item.sku]
    return replace(item, name=dish.name, station=item.station or dish.station)
