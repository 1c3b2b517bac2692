"""What the demo's two kitchens cook: dishes of our own invention, and what guests say about them."""

from __future__ import annotations

from typing import NamedTuple

from ordertrack.restaurants.stations import Station


class Dish(NamedTuple):
    name: str
    notes: tuple[str, ...] = ()
    modifiers: tuple[str, ...] = ()


_HAMRA = (
    Dish("Charred aubergine, tahini, sour cherry", ("No nuts please",), ("extra tahini", "no cherry")),
    Dish("Seven-lemon chicken", ("Well done", "Cut for a child"), ("extra lemon", "no skin", "half portion")),
    Dish("Smoked freekeh bowl", (), ("add egg", "no onion", "vegan")),
    Dish("كبة الليمون", ("بدون صنوبر",), ("extra crisp",)),
    Dish("Lantern lentil soup", ("Very hot, please",), ("no cumin", "large")),
    Dish("Pomegranate short rib", ("Allergic to sesame!",), ("no bone", "extra glaze")),
    Dish("Hillside fattoush", ("Dressing on the side",), ("no radish", "extra sumac", "gluten-free bread")),
    Dish("Potatoes with green chilli dust", (), ("mild", "extra garlic", "large")),
    Dish("خبز بالزعتر", (), ("extra zaatar",)),
    Dish("Halloumi in fig leaves", ("Leave the leaves on",), ("two pieces", "add honey")),
    Dish("Saffron rice, crisp edges", (), ("only edges", "half portion")),
    Dish("Orange-blossom milk pudding", (), ("no pistachio",)),
    Dish("Mint and cucumber cooler", ("Little ice",), ("no sugar", "large")),
    Dish("Cardamom coffee", (), ("no sugar", "double")),
)

_JOUNIEH = (
    Dish("Harbour sea bass, green tahini", ("Head off, please",), ("no bone", "extra sauce")),
    Dish("Charcoal calamari", ("Not too dark",), ("extra lemon", "no chilli")),
    Dish("سمك حار على الفحم", ("حار جدا",), ("mild", "no onion")),
    Dish(
        "Prawns in arak butter", ("Shellfish allergy at the table: keep apart",), ("no arak", "extra bread")
    ),
    Dish("Fisherman's rice", (), ("no onion", "extra pine nuts", "half portion")),
    Dish("Tomato salad, fried mint", ("Dressing on the side",), ("no onion", "extra mint")),
    Dish("Salt-baked beetroot, labneh", (), ("vegan", "no walnut")),
    Dish("Chips with sea salt and sumac", (), ("large", "extra crisp", "add garlic dip")),
    Dish("Breakwater fish sandwich", ("Cut in two",), ("no pickles", "extra chilli", "gluten-free bread")),
    Dish("حمص بالحامض", (), ("extra oil", "no cumin")),
    Dish("Grilled peach, white cheese", (), ("add honey",)),
    Dish("Date and sesame ice cream", (), ("two scoops",)),
    Dish("Salted lemonade", ("Little ice",), ("no sugar", "large")),
    Dish("White tea with sage", (), ("no sugar",)),
)

_BAR = Station("Bar", ("cooler", "coffee", "lemonade", "tea"))
STATIONS = {
    "hamra": (
        Station("Grill", ("aubergine", "chicken", "short rib", "halloumi", "potatoes", "خبز")),
        Station("Stove", ("soup", "freekeh", "rice", "كبة")),
        Station("Cold", ("fattoush", "pudding")),
        _BAR,
    ),
    "jounieh": (
        Station("Grill", ("sea bass", "calamari", "سمك", "prawns", "peach", "sandwich")),
        Station("Stove", ("rice", "chips", "beetroot")),
        Station("Cold", ("salad", "حمص", "ice cream")),
        _BAR,
    ),
}
_MENUS = {"hamra": _HAMRA, "jounieh": _JOUNIEH}

GUESTS = ("Rana", "Ziad", "Lamia", "Elie", "Hiba", "Tarek", "ليلى", "سمير", "Dana", "Fadi", "نادين", "Walid")
RIDERS = ("Jad", "Maroun", "سامي", "Bilal")
CANCELLED_BECAUSE = (
    "The guest called it off",
    "Ordered twice by mistake",
    "Sold out for today",
    "The address is too far away",
)


def of(restaurant: str) -> tuple[Dish, ...]:
    """The menu of the restaurant with this slug; a restaurant that came later cooks like the first."""
    return _MENUS.get(restaurant, _HAMRA)
