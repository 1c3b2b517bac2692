"""What the page's script offers: the menu in the reader's language, as data."""

from __future__ import annotations

import json
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from ordertrack.i18n.moments import when
from ordertrack.i18n.translate import current
from ordertrack.menu.reading import Dish, Menu, ModifierGroup, name_in
from ordertrack.order_entry import lines


def of_menu(menu: Menu, zone: ZoneInfo) -> dict[str, Any]:
    """Categories that have dishes, and the dishes in order; amounts are in minor units.

    A dish's `also` are its names in other languages, by which it is found too.
    """
    language = current().tag
    used = {dish.category for dish in menu.dishes}
    return {
        "categories": [
            {"key": each.key, "name": name_in(each.names, language)}
            for each in menu.categories
            if each.key in used
        ],
        "dishes": [_dish(dish, language, zone) for dish in menu.dishes],
    }


def as_json(offered: dict[str, Any]) -> Markup:
    """As it may stand in a script element; letters as they are, for escaped Arabic is twice as long."""
    return htmlsafe_json_dumps(offered, partial(json.dumps, ensure_ascii=False, separators=(",", ":")))


def _dish(dish: Dish, language: str, zone: ZoneInfo) -> dict[str, Any]:
    name = name_in(dish.names, language)
    said = {
        "sku": dish.sku,
        "name": name,
        "also": [each for each in dish.names.values() if each != name],
        "category": dish.category,
        "price": dish.price,
        "groups": [_group(group, language) for group in dish.modifier_groups],
        "until": when(dish.sold_out_until, zone) if dish.sold_out_until is not None else None,
    }
    return {field: value for field, value in said.items() if value not in (None, [])}


def _group(group: ModifierGroup, language: str) -> dict[str, Any]:
    return {
        "name": name_in(group.names, language),
        "one": group.choose == "one",
        "required": group.is_required,
        "choices": [
            {"label": lines.label(group, each), "name": name_in(each.names, language), "price": each.price}
            for each in group.modifiers
        ],
    }
