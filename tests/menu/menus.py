"""Menus for tests: a small one that has all there is, as it is sent and as it is saved; and any menu."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any

from flask import Flask
from hypothesis import strategies as st

from ordertrack.database.session import tenant_context
from ordertrack.i18n.plain_text import is_visible
from ordertrack.menu import replacing
from ordertrack.menu.checks import problems_of, tidied
from ordertrack.menu.csv_menu import Facts
from ordertrack.menu.dishes import Category, Dish, Menu, Modifier, ModifierGroup
from ordertrack.menu.document import MenuRequest
from support.cast import House

FACTS = Facts("USD", ("en", "fr", "ar"))
SIZES = {
    "names": {"en": "Size", "ar": "الحجم"},
    "choose": "one",
    "required": True,
    "options": [{"names": {"en": "Small"}, "price": 0}, {"names": {"en": "Large"}, "price": 200}],
}
CATEGORIES = [
    {"key": "grill", "names": {"en": "From the grill", "fr": "Grillades", "ar": "مشاوي"}},
    {"key": "drinks", "names": {"en": "Drinks"}},
]
KEBAB = {
    "sku": "kebab",
    "names": {"en": "Kebab", "fr": "Kébab", "ar": "كباب"},
    "category": "grill",
    "station": "Grill",
    "price": 1250,
    "prepare_seconds": 600,
    "modifiers": [SIZES],
}
TEA = {"sku": "tea", "names": {"fr": "Thé"}, "category": "drinks", "price": 300}
PLAIN = {"sku": "bread", "names": {"en": "Bread"}}


def a_menu(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The body of a good menu: of these dishes, or of three."""
    return {"items": list(items or (KEBAB, TEA, PLAIN)), "categories": CATEGORIES, **more}


def save(app: Flask, house: House, *items: dict[str, Any], **more: Any) -> None:
    """Have a house offer these dishes, or three."""
    with tenant_context(app, house.tenant_id):
        wanted = MenuRequest.model_validate(a_menu(*items, **more))
        replacing.replace(wanted, by=house.maya.principal)


def _is_name(text: str) -> bool:
    return is_visible(text) and not any(unicodedata.category(each) in ("Zl", "Zp", "Cs") for each in text)


_LETTERS = st.characters(exclude_categories=["Cc", "Cs", "Cn", "Co", "Zl", "Zp"]) | st.sampled_from(
    "=+-@'\",;\t/|ء"
)
_NAME = st.text(_LETTERS, min_size=1, max_size=12).filter(_is_name)
NAMES = st.dictionaries(st.sampled_from(["en", "fr", "ar"]), _NAME, min_size=1)
_WORD = st.from_regex(r"[a-z0-9ب][a-z0-9._\-]{0,8}", fullmatch=True)
_PRICE = st.integers(0, 10**9)
_MODIFIER = st.builds(Modifier, NAMES, _PRICE)
_GROUP = st.builds(
    ModifierGroup,
    NAMES,
    st.lists(_MODIFIER, min_size=1, max_size=3).map(tuple),
    st.sampled_from(["one", "many"]),
    st.booleans(),
)


@st.composite
def menus(draw: st.DrawFn) -> Menu:
    """Any menu as it can be saved."""
    keys = draw(st.lists(_WORD, max_size=4, unique=True))
    categories = tuple(Category(key, draw(NAMES)) for key in keys)
    skus = draw(st.lists(_WORD, max_size=6, unique=True))
    dishes = (_dish(draw, sku, keys) for sku in skus)
    menu = tidied(Menu(categories, tuple(dishes)))
    return Menu() if any(problems_of(menu)) else menu


def _dish(draw: st.DrawFn, sku: str, keys: Iterable[str]) -> Dish:
    return Dish(
        sku,
        draw(NAMES),
        draw(st.sampled_from([None, *keys])),
        draw(st.none() | _NAME),
        draw(st.none() | _PRICE),
        draw(st.none() | st.integers(1, 14400)),
        tuple(draw(st.lists(_GROUP, max_size=2))),
    )
