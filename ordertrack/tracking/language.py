"""The language that a guest reads."""

from __future__ import annotations

from flask import request

from ordertrack.i18n.translate import LANGUAGES, TAGS, Language, asked, browsers, tag_of, with_digits
from ordertrack.orders.reading.records import OrderRecord
from ordertrack.restaurants import operations


def language_of(order: OrderRecord) -> str:
    """The tag of what was chosen on the page, else of the order's customer, else of the browser."""
    return _in_house_digits(_chosen() or tag_of(order.customer.get("locale")) or browsers(), order)


def language_of_nobody() -> str:
    """The tag to say in that there is nothing to read."""
    return _chosen() or asked()


def choices(order: OrderRecord) -> list[Language]:
    """What the page offers: each language once."""
    return [LANGUAGES[tag] for tag in dict.fromkeys(_in_house_digits(tag, order) for tag in TAGS)]


def _chosen() -> str | None:
    return tag_of(request.args.get("lang"))


def _in_house_digits(tag: str, order: OrderRecord) -> str:
    """The digits of Arabic are the restaurant's choice."""
    settings = operations.of_restaurant(order.tenant_id, order.restaurant_id)
    return with_digits(tag, are_arabic=settings.arabic_digits)
