"""A menu as it is read: dishes in their categories, by their names in each language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

Names = Mapping[str, str]
"""By language (`en`, `fr`, `ar`), the one that the company prefers first; one at least."""


def name_in(names: Names, language: str) -> str:
    """The name for somebody's language (`fr`, `ar-arab`); without one in it, the first that there is."""
    return names.get(language.partition("-")[0]) or next(iter(names.values()))


@dataclass(frozen=True, slots=True)
class Category:
    """A part of the menu. `key` is the company's own word for it."""

    key: str
    names: Names


@dataclass(frozen=True, slots=True)
class Modifier:
    """What can be chosen with a dish, and what it costs on top, in minor units."""

    names: Names
    price: int = 0


@dataclass(frozen=True, slots=True)
class ModifierGroup:
    """The guest chooses one, or as many as somebody likes; `is_required`: one at the least."""

    names: Names
    modifiers: tuple[Modifier, ...]
    choose: Literal["one", "many"] = "many"
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Dish:
    """What somebody can order. `sku` is the company's own word for it, and never changes.

    `category` is a category's key. Without a `station` the words of a restaurant's stations say where it is
    made. `price` is in minor units of the company's currency. `version` is the menu's when the dish was
    changed last; `sold_out_until` is asked of one restaurant.
    """

    sku: str
    names: Names
    category: str | None = None
    station: str | None = None
    price: int | None = None
    prepare_seconds: int | None = None
    modifier_groups: tuple[ModifierGroup, ...] = ()
    is_offered: bool = True
    version: int = field(default=0, compare=False)
    sold_out_until: dt.datetime | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """In the language that the company prefers."""
        return next(iter(self.names.values()))

    @property
    def is_sold_out(self) -> bool:
        return self.sold_out_until is not None


@dataclass(frozen=True)
class Menu:
    """What a company offers, in order: by category, those without one last. `version` counts its changes.

    `withdrawn` are dishes that it offered once.
    """

    categories: tuple[Category, ...] = ()
    dishes: tuple[Dish, ...] = ()
    withdrawn: tuple[Dish, ...] = ()
    version: int = 0

    @cached_property
    def by_sku(self) -> Mapping[str, Dish]:
        """Every dish, also those that were withdrawn."""
        return {dish.sku: dish for dish in (*self.withdrawn, *self.dishes)}

    def of_category(self, key: str | None) -> list[Dish]:
        """What a category offers, in order; what is in none for None."""
        return [dish for dish in self.dishes if dish.category == key]

    def without(self, sold_out: Mapping[str, dt.datetime]) -> Menu:
        """The same where these are sold out until then."""
        if not sold_out:
            return self
        return replace(self, dishes=tuple(_marked(self.dishes, sold_out)))


def in_order(categories: Iterable[Category], dishes: Iterable[Dish]) -> tuple[Dish, ...]:
    """By the order of the categories, in each of them as they come; those without one last."""
    places = {category.key: place for place, category in enumerate(categories)}
    return tuple(sorted(dishes, key=lambda dish: places.get(dish.category or "", len(places))))


def _marked(dishes: Iterable[Dish], sold_out: Mapping[str, dt.datetime]) -> Iterable[Dish]:
    for dish in dishes:
        until = sold_out.get(dish.sku)
        yield dish if until is None else replace(dish, sold_out_until=until)
