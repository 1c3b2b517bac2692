"""The menu of the demo tenant: what its kitchens cook in the simulation, with prices and what goes along."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ordertrack.demo.simulation import menu
from ordertrack.menu import reading
from ordertrack.menu.dishes import Category, Dish, Menu, Modifier, ModifierGroup
from ordertrack.menu.editing import editing
from ordertrack.menu.words import free_word
from ordertrack.tenants.principal import Principal

_NAMES_OF_EXTRAS = {"en": "As you like it", "fr": "À votre goût", "ar": "كما تحب"}
_EXTRA = 100  # minor units, for what is added


class _Part(NamedTuple):
    """A category, words of the dishes that stand in it, and what these cost at first."""

    category: Category
    words: tuple[str, ...]
    price: int


_PARTS = (
    _Part(
        Category("sweets", {"en": "Sweets", "fr": "Desserts", "ar": "حلويات"}),
        ("pudding", "ice cream", "peach"),
        650,
    ),
    _Part(
        Category("drinks", {"en": "Drinks", "fr": "Boissons", "ar": "مشروبات"}),
        ("cooler", "coffee", "lemonade", "tea"),
        400,
    ),
    _Part(
        Category("mezze", {"en": "Mezze and salads", "fr": "Mezzés et salades", "ar": "مازة وسلطات"}),
        ("soup", "fattoush", "salad", "halloumi", "beetroot", "potatoes", "chips", "كبة", "خبز", "حمص"),
        800,
    ),
    _Part(Category("mains", {"en": "Mains", "fr": "Plats", "ar": "أطباق رئيسية"}), (), 1500),
)
_IN_ORDER = ("mezze", "mains", "sweets", "drinks")


def put_on(by: Principal) -> None:
    """Have the tenant offer them, unless it has a menu already."""
    known = reading.read(by.tenant_id)
    if known is not None and known.version:
        return
    parts = {part.category.key: part.category for part in _PARTS}
    with editing(by) as edit:
        edit.put(Menu(tuple(parts[key] for key in _IN_ORDER), tuple(_dishes()), version=edit.before.version))


def _dishes() -> Iterator[Dish]:
    skus: set[str] = set()
    for restaurant in menu.STATIONS:
        for number, cooked in enumerate(menu.of(restaurant)):
            sku = free_word(cooked.name, skus, "dish")
            skus.add(sku)
            part = next(each for each in _PARTS if _is_in(each, cooked.name))
            language = "en" if cooked.name.isascii() or "é" in cooked.name else "ar"
            extras = tuple(
                Modifier({"en": each}, _EXTRA if each.startswith(("extra", "add")) else 0)
                for each in cooked.modifiers
            )
            groups = (ModifierGroup(_NAMES_OF_EXTRAS, extras),) if extras else ()
            yield Dish(
                sku,
                {language: cooked.name},
                part.category.key,
                price=part.price + 50 * (number % 5),
                modifier_groups=groups,
            )


def _is_in(part: _Part, name: str) -> bool:
    return not part.words or any(word in name.lower() for word in part.words)
