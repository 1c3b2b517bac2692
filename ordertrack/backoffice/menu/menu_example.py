"""A few dishes with all that a table can say of them, for whoever has no menu yet."""

from __future__ import annotations

from ordertrack.i18n.money import decimals
from ordertrack.menu.csv_menu import Facts
from ordertrack.menu.dishes import Category, Dish, Menu, Modifier, ModifierGroup, Names

_GRILL = {"en": "From the grill", "fr": "Grillades", "ar": "مشاوي"}
_DRINKS = {"en": "Drinks", "fr": "Boissons", "ar": "مشروبات"}
_CHICKEN = {"en": "Grilled chicken", "fr": "Poulet grillé", "ar": "دجاج مشوي"}
_LEMONADE = {"en": "Lemonade", "fr": "Citronnade", "ar": "ليموناضة"}
_SAUCE = {"en": "Sauce", "fr": "Sauce", "ar": "صلصة"}
_GARLIC = {"en": "Garlic", "fr": "Ail", "ar": "ثوم"}
_SIZE = {"en": "Size", "fr": "Taille", "ar": "الحجم"}
_SMALL = {"en": "Small", "fr": "Petite", "ar": "صغير"}
_LARGE = {"en": "Large", "fr": "Grande", "ar": "كبير"}


def menu_in(facts: Facts) -> Menu:
    """In the company's languages and currency."""
    unit = 10 ** decimals(facts.currency)

    def said(names: Names) -> Names:
        return {each: names[each] for each in facts.languages}

    sauce = ModifierGroup(said(_SAUCE), (Modifier(said(_GARLIC)),))
    sizes = (Modifier(said(_SMALL)), Modifier(said(_LARGE), 2 * unit))
    size = ModifierGroup(said(_SIZE), sizes, "one", is_required=True)
    chicken = Dish("chicken", said(_CHICKEN), "grill", None, 12 * unit, 900, (sauce,))
    lemonade = Dish("lemonade", said(_LEMONADE), "drinks", None, 4 * unit, 120, (size,))
    return Menu((Category("grill", said(_GRILL)), Category("drinks", said(_DRINKS))), (chicken, lemonade))
