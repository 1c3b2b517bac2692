"""A small menu, with everything that a dish can ask."""

from __future__ import annotations

import uuid

from flask import Flask

from ordertrack.database.session import tenant_context
from ordertrack.menu import editing, sold_out
from ordertrack.menu.dishes import Category, Dish, Menu, Modifier, ModifierGroup
from support.cast import House

WITHOUT = ModifierGroup(
    {"en": "Without", "fr": "Sans"}, (Modifier({"en": "garlic"}), Modifier({"en": "onion"}))
)
EXTRA = ModifierGroup(
    {"en": "Extra"}, (Modifier({"en": "pickles"}), Modifier({"en": "garlic", "fr": "ail"}, 150))
)
SIZE = ModifierGroup(
    {"en": "Size"}, (Modifier({"en": "small"}), Modifier({"en": "large"}, 300)), "one", is_required=True
)
TAOUK = Dish(
    "taouk", {"en": "Chicken taouk", "ar": "شيش طاووق"}, "grill", "Grill", 1200, None, (WITHOUT, EXTRA)
)
KAFTA = Dish("kafta", {"en": "Kafta"}, "grill", "Grill", 1100)
LEMONADE = Dish("lemonade", {"en": "Lemonade", "fr": "Citronnade"}, "drinks", None, 400, None, (SIZE,))
DAILY = Dish("daily", {"en": "Dish of the day"}, None, None, None)
FISH = Dish("fish", {"en": "Sea bass"}, "grill", None, 1900)
CATEGORIES = (Category("grill", {"en": "Grill"}), Category("drinks", {"en": "Drinks", "fr": "Boissons"}))
MENU = Menu(CATEGORIES, (TAOUK, KAFTA, FISH, LEMONADE, DAILY))


def save(app: Flask, house: House, menu: Menu = MENU) -> None:
    """Have this be the menu of the house."""
    with tenant_context(app, house.tenant_id), editing.editing(house.maya.principal) as work:
        work.put(menu)


def sell_out(app: Flask, house: House, sku: str, restaurant: uuid.UUID) -> None:
    """No more of a dish until tomorrow."""
    with tenant_context(app, house.tenant_id):
        sold_out.mark(restaurant, sku, True, by=house.nour.principal)
