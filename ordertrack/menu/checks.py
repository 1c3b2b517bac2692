"""What a menu must be so that it can be saved: each problem says where it is, and what to change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from ordertrack.i18n import names as words
from ordertrack.i18n.plain_text import UnusableText, plain_text
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import number
from ordertrack.menu.dishes import Category, Dish, Menu, ModifierGroup, Names, in_order
from ordertrack.tenants.company import SPOKEN

MOST_DISHES = 1000
MOST_CATEGORIES = 100
MOST_GROUPS = 10  # of a dish
MOST_MODIFIERS = 30  # of a group
LONGEST_SKU = 40
LONGEST_NAME = 200
LONGEST_MODIFIER = 100
LONGEST_STATION = 30
LONGEST_TO_PREPARE = 4 * 3600  # seconds
MOST_PRICE = 10**12  # minor units
SKU_FORM = r"\w[\w.\-]*"
_SKU = re.compile(SKU_FORM)

Place = tuple[str | int, ...]
"""Where something stands in a menu: `("items", 3, "price")`."""


class Problem(NamedTuple):
    """Something that cannot be saved; `said` goes on after what it is said of: "must not be blank"."""

    place: Place
    said: str


def tidied(menu: Menu) -> Menu:
    """The same as it is kept: names without needless blanks, dishes by category, no category that is gone."""
    keys = {category.key for category in menu.categories}
    withdrawn = (
        replace(dish, is_offered=False, category=dish.category if dish.category in keys else None)
        for dish in menu.withdrawn
    )
    return replace(
        menu,
        categories=tuple(Category(each.key, _tidied(each.names)) for each in menu.categories),
        dishes=in_order(menu.categories, map(_tidied_dish, menu.dishes)),
        withdrawn=tuple(withdrawn),
    )


def problems_of(menu: Menu) -> Iterator[Problem]:
    """What is wrong with what is offered, by its place among the dishes as they come."""
    for what, found, most in (
        ("items", menu.dishes, MOST_DISHES),
        ("categories", menu.categories, MOST_CATEGORIES),
    ):
        if len(found) > most:
            yield Problem((what,), _("must have %(most)s at most", most=number(most)))
    keys = set[str]()
    for place, category in enumerate(menu.categories):
        yield from _at(("categories", place), _problems_of_category(category, keys))
        keys.add(category.key)
    skus = set[str]()
    for place, dish in enumerate(menu.dishes):
        yield from _at(("items", place), problems_of_dish(dish, keys))
        if dish.sku in skus:
            yield Problem(("items", place, "sku"), _("is already used by another dish"))
        skus.add(dish.sku)


def problems_of_dish(dish: Dish, categories: Iterable[str]) -> Iterator[Problem]:
    """What is wrong with a dish by itself; `categories` are the keys of those that there are."""
    yield from _problems_of_word("sku", dish.sku)
    yield from _problems_of_names(dish.names, LONGEST_NAME)
    if dish.category is not None and dish.category not in categories:
        yield Problem(("category",), _("must be a category of the menu"))
    if dish.station is not None:
        yield from _problems_of_text(("station",), dish.station, LONGEST_STATION)
    yield from _problems_of_number(("price",), dish.price, 0, MOST_PRICE)
    yield from _problems_of_number(("prepare_seconds",), dish.prepare_seconds, 1, LONGEST_TO_PREPARE)
    if len(dish.modifier_groups) > MOST_GROUPS:
        yield Problem(("modifiers",), _("must have %(most)s at most", most=number(MOST_GROUPS)))
    for place, group in enumerate(dish.modifier_groups):
        yield from _at(("modifiers", place), _problems_of_group(group))


def _problems_of_category(category: Category, taken: set[str]) -> Iterator[Problem]:
    yield from _problems_of_word("key", category.key)
    if category.key in taken:
        yield Problem(("key",), _("is already used by another category"))
    yield from _problems_of_names(category.names, LONGEST_MODIFIER)


def _problems_of_group(group: ModifierGroup) -> Iterator[Problem]:
    yield from _problems_of_names(group.names, LONGEST_MODIFIER)
    if not group.modifiers:
        yield Problem(("options",), _("needs at least one option"))
    if len(group.modifiers) > MOST_MODIFIERS:
        yield Problem(("options",), _("must have %(most)s at most", most=number(MOST_MODIFIERS)))
    for place, modifier in enumerate(group.modifiers):
        yield from _at(("options", place), _problems_of_names(modifier.names, LONGEST_MODIFIER))
        found = _problems_of_number(("price",), modifier.price, 0, MOST_PRICE)
        yield from _at(("options", place), found)


def _problems_of_word(field: str, word: str) -> Iterator[Problem]:
    """Of a word that stands in addresses and in other programs."""
    if not _SKU.fullmatch(word) or len(word) > LONGEST_SKU:
        said = _(
            "must have 1 to %(longest)s letters, digits and . - _ and begin with a letter or a digit",
            longest=LONGEST_SKU,
        )
        yield Problem((field,), said)


def _problems_of_names(names: Names, longest: int) -> Iterator[Problem]:
    if not names:
        yield Problem(("names",), _("needs a name in at least one language"))
    for language, name in names.items():
        if language in SPOKEN:
            yield from _problems_of_text(("names", language), name, longest)
        else:
            spoken = ", ".join(SPOKEN)
            yield Problem(("names", language), _("must be in one of these languages: %(all)s", all=spoken))


def _problems_of_text(place: Place, text: str, longest: int) -> Iterator[Problem]:
    try:
        plain_text(text, longest)
    except UnusableText as error:
        yield Problem(place, str(error))


def _problems_of_number(place: Place, value: int | None, least: int, most: int) -> Iterator[Problem]:
    if value is not None and not least <= value <= most:
        said = _("must be from %(least)s to %(most)s", least=number(least), most=number(most))
        yield Problem(place, said)


def _at(place: Place, problems: Iterable[Problem]) -> Iterator[Problem]:
    return (Problem((*place, *problem.place), problem.said) for problem in problems)


def _tidied_dish(dish: Dish) -> Dish:
    groups = (
        replace(
            group,
            names=_tidied(group.names),
            modifiers=tuple(replace(each, names=_tidied(each.names)) for each in group.modifiers),
        )
        for group in dish.modifier_groups
    )
    station = words.tidy(dish.station or "") or None
    return replace(
        dish,
        names=_tidied(dish.names),
        station=station,
        modifier_groups=tuple(groups),
        is_offered=True,
    )


def _tidied(names: Names) -> Names:
    return {language: words.tidy(name) for language, name in names.items()}
