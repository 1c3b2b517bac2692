"""A small menu, with everything that a dish can ask."""

from __future__ import annotations

import datetime as dt

from flask import Flask

from ordertrack.database.session import db, tenant_context
from ordertrack.menu import reading
from ordertrack.menu.dishes import Category, Dish, Menu, Modifier, ModifierGroup
from ordertrack.menu.models import SavedCategory, SavedDish, SoldOut
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
    with tenant_context(app, house.tenant_id):
        for place, category in enumerate(menu.categories):
            row = {"key": category.key, "names": dict(category.names), "position": place}
            db.session.merge(SavedCategory(tenant_id=house.tenant_id, **row))
        for place, dish in enumerate(menu.by_sku.values()):
            db.session.merge(
                SavedDish(
                    tenant_id=house.tenant_id,
                    sku=dish.sku,
                    names=dict(dish.names),
                    category=dish.category,
                    position=place,
                    station=dish.station,
                    price=dish.price,
                    modifier_groups=reading.stored_groups(dish.modifier_groups),
                    is_offered=dish.is_offered,
                    version=1,
                )
            )
        db.session.commit()
        reading.forget_all()


def sell_out(app: Flask, house: House, sku: str, restaurant: object) -> None:
    """No more of a dish until tomorrow."""
    with tenant_context(app, house.tenant_id):
        until = dt.datetime.now(dt.UTC) + dt.timedelta(hours=3)
        sold = {
            "sku": sku,
            "restaurant_id": restaurant,
            "until": until,
            "marked_by": "Nour",
            "actor": "staff:1",
        }
        db.session.add(SoldOut(tenant_id=house.tenant_id, **sold))
        db.session.commit()
        reading.forget_all()
