"""The face that a restaurant shows its guests."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.restaurants import brand
from ordertrack.tracking import colours


@dataclass(frozen=True, slots=True)
class Look:
    """`style` are CSS declarations of nothing but names and colours; `by_day`, `by_night` the loudest.

    `logo` is the digest of a picture."""

    name: str
    initials: str
    phone: str | None
    address: tuple[str, ...]
    logo: str | None
    style: str
    by_day: str
    by_night: str


def of_order(order: OrderRecord) -> Look:
    """The face of the order's restaurant, as it is by now."""
    held = brand.of_restaurant(order.tenant_id, order.restaurant_id)
    name = held.name or order.restaurant_name
    return Look(
        name,
        initials(name),
        held.phone,
        held.address,
        held.logo,
        colours.style(held.colour),
        colours.by_day(held.colour).ground,
        colours.by_night(held.colour).ground,
    )


def initials(name: str) -> str:
    """Of the first two words, in capitals; of letters that join each other, as in Arabic, only the first."""
    firsts = [
        next(filter(str.isalnum, word)) for word in unicodedata.normalize("NFC", name).split() if _says(word)
    ]
    joins = any(unicodedata.bidirectional(each) == "AL" for each in firsts)
    return "".join(firsts[: 1 if joins else 2]).upper()


def _says(word: str) -> bool:
    return any(map(str.isalnum, word))
