"""Changing one thing of the menu: a dish, a category, the order in which they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from ordertrack.menu.dishes import Category, Dish, Menu
from ordertrack.menu.editing import MenuChanged, editing
from ordertrack.menu.sold_out import NoSuchDish
from ordertrack.tenants.principal import Principal

T = TypeVar("T")


class NoSuchCategory(LookupError):
    """The menu has no category of this key."""


class CategoryInUse(ValueError):
    """Dishes that are offered stand in the category."""


def add(dish: Dish, *, by: Principal, category: Category | None = None) -> None:
    """Offer a dish that was not there, last in its category, and commit; `category` is a new one for it.

    Raises UnusableMenu, also where another dish has its sku; then nothing is saved.
    """
    with editing(by) as edit:
        known = edit.before.by_sku.get(dish.sku)
        twice = () if known is None or known.is_offered else (known,)
        menu = _with_category(edit.before, category)
        withdrawn = tuple(each for each in menu.withdrawn if each not in twice)
        edit.put(replace(menu, dishes=(*menu.dishes, dish), withdrawn=withdrawn))


def change(dish: Dish, *, by: Principal, seen: int, category: Category | None = None) -> bool:
    """Have a dish be this one, and commit; False if it is so already.

    `seen` is the version of the dish that the change was thought of from. Raises NoSuchDish, MenuChanged or
    UnusableMenu; then nothing is saved.
    """
    with editing(by) as edit:
        before = _offered(edit.before, dish.sku)
        if before.version != seen:
            raise MenuChanged()
        menu = _with_category(edit.before, category)
        dishes = tuple(dish if each.sku == dish.sku else each for each in menu.dishes)
        if before.category != dish.category:  # last in the other one
            dishes = (*(each for each in dishes if each.sku != dish.sku), dish)
        return bool(edit.put(replace(menu, dishes=dishes)))


def withdraw(sku: str, *, by: Principal) -> Dish:
    """Offer a dish no more, and commit; raises NoSuchDish."""
    with editing(by) as edit:
        dish = _offered(edit.before, sku)
        dishes = tuple(each for each in edit.before.dishes if each is not dish)
        edit.put(replace(edit.before, dishes=dishes, withdrawn=(*edit.before.withdrawn, dish)))
    return dish


def offer_again(sku: str, *, by: Principal) -> Dish:
    """Offer a dish that was withdrawn, last in its category, and commit; raises NoSuchDish."""
    with editing(by) as edit:
        dish = edit.before.by_sku.get(sku)
        if dish is None:
            raise NoSuchDish(sku)
        if not dish.is_offered:
            withdrawn = tuple(each for each in edit.before.withdrawn if each is not dish)
            edit.put(replace(edit.before, dishes=(*edit.before.dishes, dish), withdrawn=withdrawn))
    return dish


def move(sku: str, by_places: int, *, by: Principal, seen: int) -> None:
    """Move a dish within its category, and commit. `seen` is the menu's version; raises as `change` does."""
    with editing(by, seen) as edit:
        dish = _offered(edit.before, sku)
        moved = _moved(edit.before.of_category(dish.category), dish, by_places)
        others = [each for each in edit.before.dishes if each.category != dish.category]
        edit.put(replace(edit.before, dishes=(*others, *moved)))


def save_category(category: Category, *, by: Principal, is_new: bool) -> None:
    """Add a category, last of all, or call one otherwise, and commit.

    Raises NoSuchCategory or UnusableMenu, also where another one has its key.
    """
    with editing(by) as edit:
        before = edit.before.categories
        if is_new:
            edit.put(_with_category(edit.before, category))
            return
        _found(before, category.key)
        after = tuple(category if each.key == category.key else each for each in before)
        edit.put(replace(edit.before, categories=after))


def move_category(key: str, by_places: int, *, by: Principal, seen: int) -> None:
    """Move a category among the others, and commit; raises as `move` does, or NoSuchCategory."""
    with editing(by, seen) as edit:
        before = edit.before.categories
        moved = _moved(before, _found(before, key), by_places)
        edit.put(replace(edit.before, categories=tuple(moved)))


def remove_category(key: str, *, by: Principal) -> None:
    """Take a category away in which nothing is offered, and commit; raises NoSuchCategory, CategoryInUse."""
    with editing(by) as edit:
        found = _found(edit.before.categories, key)
        if edit.before.of_category(key):
            raise CategoryInUse(key)
        rest = tuple(each for each in edit.before.categories if each is not found)
        edit.put(replace(edit.before, categories=rest))


def _with_category(menu: Menu, category: Category | None) -> Menu:
    return menu if category is None else replace(menu, categories=(*menu.categories, category))


def _offered(menu: Menu, sku: str) -> Dish:
    dish = menu.by_sku.get(sku)
    if dish is None or not dish.is_offered:
        raise NoSuchDish(sku)
    return dish


def _found(categories: Sequence[Category], key: str) -> Category:
    for category in categories:
        if category.key == key:
            return category
    raise NoSuchCategory(key)


def _moved(among: Sequence[T], what: T, by_places: int) -> list[T]:
    """The same with this one so many places further on, or as far as there are places."""
    rest = [each for each in among if each is not what]
    place = min(max(list(among).index(what) + by_places, 0), len(rest))
    return [*rest[:place], what, *rest[place:]]
