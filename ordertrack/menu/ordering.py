"""What an order names by the company's own words for its dishes: found on the menu, or refused."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

from ordertrack.menu.dishes import Dish
from ordertrack.menu.reading import menu_of


class NotOnTheMenu(LookupError):
    """No dish has one of `unknown`; those of `withdrawn` are offered no more."""

    def __init__(self, unknown: Sequence[str], withdrawn: Sequence[str]) -> None:
        self.unknown = unknown
        self.withdrawn = withdrawn
        super().__init__(", ".join((*unknown, *withdrawn)))


class DishSoldOut(Exception):
    """The restaurant has no more of these dishes; each says until when."""

    def __init__(self, dishes: Sequence[Dish]) -> None:
        self.dishes = dishes
        super().__init__(", ".join(dish.sku for dish in dishes))

    @property
    def until(self) -> Mapping[str, dt.datetime | None]:
        """By sku."""
        return {dish.sku: dish.sold_out_until for dish in self.dishes}


def ordered(tenant_id: uuid.UUID, restaurant_id: uuid.UUID, skus: Sequence[str]) -> Mapping[str, Dish]:
    """The dishes of these skus, all of which the restaurant has. Raises NotOnTheMenu or DishSoldOut."""
    if not skus:
        return {}
    menu = menu_of(tenant_id, restaurant_id)
    wanted = list(dict.fromkeys(skus))
    unknown = [sku for sku in wanted if sku not in menu.by_sku]
    found = {sku: menu.by_sku[sku] for sku in wanted if sku in menu.by_sku}
    withdrawn = [sku for sku, dish in found.items() if not dish.is_offered]
    if unknown or withdrawn:
        raise NotOnTheMenu(unknown, withdrawn)
    sold_out = [dish for dish in found.values() if dish.is_sold_out]
    if sold_out:
        raise DishSoldOut(sold_out)
    return found
