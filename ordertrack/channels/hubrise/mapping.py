"""An order as HubRise tells it, as one of ours, by https://www.hubrise.com/developers/api/orders."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

from ordertrack.channels import texts
from ordertrack.channels.hubrise import wording
from ordertrack.channels.hubrise.values import (
    Fields,
    Money,
    decimal,
    inside,
    member,
    moment,
    money,
    objects,
    text,
)
from ordertrack.channels.interface import Refused
from ordertrack.channels.texts import LONGEST_LINE, LONGEST_NAME, LONGEST_NOTES, LONGEST_PHONE
from ordertrack.i18n.translate import gettext as _
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.rules.order_changes import MOST_LINES
from ordertrack.rules.state_machine import Fulfilment

NAME = "HubRise"
LONGEST_INSTRUCTIONS, LONGEST_CHANNEL = 500, 30
COLLECTED = ("CASH", "CSH")
"""Refs of payments that are still to be made, where nobody says others."""

_FULFILMENTS = {
    "delivery": Fulfilment.DELIVERY,
    "collection": Fulfilment.PICKUP,
    "eat_in": Fulfilment.DINE_IN,
    None: Fulfilment.PICKUP,  # all that has no such type is handed over at the counter
}


def location_of(state: Fields) -> str | None:
    return text(state, "location_id", LONGEST_LINE)


def read(state: Fields, restaurant: str, collected: Collection[str] = COLLECTED) -> NewOrder:
    """Raises Refused. `collected` are refs of payments that the guest makes when the order is handed over;
    removed options are said in the language spoken."""
    items = _items(objects(state, "items"))
    if not items:
        raise Refused(wording.NOTHING_TO_PREPARE)
    if len(items) > MOST_LINES:
        raise Refused(wording.TOO_MANY_LINES, lines=len(items), most=MOST_LINES)
    return NewOrder(
        restaurant=restaurant,
        fulfilment=_fulfilment(state),
        items=tuple(items),
        reference=_first(state, ("collection_code", "ref", "id")),
        customer=_customer(member(state, "customer")),
        promised_at=moment(state, "confirmed_time") or moment(state, "expected_time"),
        metadata=_metadata(state),
        note=_note(state),
        channel=_first(state, ("channel", "created_by"), LONGEST_CHANNEL) or NAME,
        amounts=_amounts(state, collected),
    )


def _fulfilment(state: Fields) -> Fulfilment:
    kind = state.get("service_type")
    if not (kind is None or isinstance(kind, str)) or kind not in _FULFILMENTS:
        raise Refused(wording.NO_SERVICE, field="service_type")
    return _FULFILMENTS[kind]


def _items(items: Sequence[Fields]) -> list[NewItem]:
    """Those that are not deleted."""
    made = []
    for place, item in enumerate(items, 1):
        with inside(f"items {place}"):
            quantity = decimal(item, "quantity")
            if item.get("deleted") is not True and quantity != 0:
                made.append(_item(item, Decimal(1) if quantity is None else quantity))
    return made


def _item(item: Fields, quantity: Decimal) -> NewItem:
    name = text(item, "product_name", LONGEST_NAME) or text(item, "sku_name", LONGEST_NAME)
    if name is None:
        raise Refused(wording.MISSING, field="product_name")
    size = text(item, "sku_name", LONGEST_LINE)
    said = [size] if size not in (None, name) else []
    said += [_option(option) for option in objects(item, "options")]
    modifiers, notes = texts.modifiers(said, text(item, "customer_notes", LONGEST_NOTES, lines=True))
    name, count = texts.counted(name, quantity)
    return NewItem(name, count, notes, modifiers, sku=text(item, "sku_ref", LONGEST_LINE))


def _option(option: Fields) -> str:
    name = text(option, "name", LONGEST_LINE)
    if name is None:
        raise Refused(wording.MISSING, field="options: name")
    if option.get("removed") is True:
        return _("without %(what)s", what=name)
    quantity = decimal(option, "quantity")
    return name if quantity in (None, 1) else f"{quantity.normalize():f} × {name}"


def _customer(customer: Fields) -> dict[str, Any] | None:
    names = [text(customer, each, LONGEST_LINE) for each in ("first_name", "last_name")]
    name = " ".join(each for each in names if each) or text(customer, "company_name", LONGEST_LINE)
    found = {
        "name": name and texts.line(name),
        "phone": _phone(customer),
        "address": _address(customer),
    }
    return {name: value for name, value in found.items() if value} or None


def _phone(customer: Fields) -> str | None:
    """With the code that whoever calls must type, where the platform hides the guest's number."""
    phone, code = text(customer, "phone", LONGEST_PHONE), text(customer, "phone_access_code", LONGEST_PHONE)
    if phone is None or code is None:
        return phone
    both = f"{phone} ({code})"
    return both if len(both) <= LONGEST_PHONE else phone


def _address(customer: Fields) -> dict[str, Any] | None:
    lines = [text(customer, each, LONGEST_LINE) for each in ("address_1", "address_2")]
    city = [text(customer, each, LONGEST_LINE) for each in ("postal_code", "city")]
    found: dict[str, Any] = {
        "lines": [each for each in lines if each],
        "area": text(customer, "state", LONGEST_LINE),
        "city": texts.line(" ".join(each for each in city if each)),
        "instructions": text(customer, "delivery_notes", LONGEST_INSTRUCTIONS, lines=True),
        **_place(customer),
    }
    return {name: value for name, value in found.items() if value not in (None, "", [])} or None


def _place(customer: Fields) -> dict[str, float]:
    """Both coordinates or none: what is not on the globe is no place, and no reason to refuse an order."""
    try:
        latitude, longitude = decimal(customer, "latitude"), decimal(customer, "longitude")
    except Refused:
        return {}
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return {}
    return {"latitude": float(latitude), "longitude": float(longitude)}


def _metadata(state: Fields) -> dict[str, Any]:
    names = ("id", "location_id", "service_type_ref", "expected_time", "created_at")
    said = {name: text(state, name, LONGEST_LINE) for name in names}
    return {"hubrise": {name: value for name, value in said.items() if value is not None}}


def _note(state: Fields) -> str | None:
    notes = [text(state, each, LONGEST_NOTES, lines=True) for each in ("customer_notes", "seller_notes")]
    return texts.lines("\n".join(each for each in notes if each))


def _amounts(state: Fields, collected: Collection[str]) -> dict[str, Any] | None:
    """The total, and what of it is not paid: payments of other currencies say nothing of that."""
    total = money(state, "total")
    if total is None:
        return None
    if total.amount < 0:
        raise Refused(wording.BELOW_NOTHING, field="total")
    paid = _paid(state, collected)
    amounts: dict[str, Any] = {"currency": total.currency, "total": total.amount}
    if all(each.currency == total.currency for each in paid):
        amounts["to_collect"] = max(total.amount - sum(each.amount for each in paid), 0)
    return amounts


def _paid(state: Fields, collected: Collection[str]) -> list[Money]:
    at_the_door = {each.casefold() for each in collected}
    paid = []
    for payment in objects(state, "payments"):
        ref = text(payment, "ref", LONGEST_LINE) or ""
        amount = money(payment, "amount")
        if payment.get("deleted") is not True and amount is not None and ref.casefold() not in at_the_door:
            paid.append(amount)
    return paid


def _first(state: Fields, names: Sequence[str], longest: int = LONGEST_LINE) -> str | None:
    said = (text(state, name, longest) for name in names)
    return next((each for each in said if each), None)
