"""The form of an order that somebody takes: the order as it was typed, or what of it cannot be used."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from ordertrack.i18n import phones
from ordertrack.i18n.form_fields import Typed, member, moment
from ordertrack.i18n.locales import tag_of
from ordertrack.i18n.money import money
from ordertrack.i18n.phones import Phone
from ordertrack.i18n.plain_text import UnusableText, plain_text
from ordertrack.i18n.translate import gettext as _
from ordertrack.menu.reading import Menu
from ordertrack.order_entry import lines
from ordertrack.order_entry.quotes import PROMISING
from ordertrack.orders.placing.new_order import NewItem, NewOrder
from ordertrack.rules.order_changes import MOST_LINES
from ordertrack.rules.state_machine import Fulfilment

MOST_ADDRESS_LINES = 6
LONGEST = {
    "phone": phones.LONGEST,
    "name": 100,
    "note": 1000,
    "table": 30,
    "area": 100,
    "city": 100,
    "address_line": 100,
    "instructions": 500,
    "allergy": 300,
}
_KEY = re.compile("[0-9a-f]{32}", re.ASCII)
AddressOf = Callable[[uuid.UUID], dict[str, Any] | None]
"""Where an earlier order went, by its id."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the order is taken: its slug, its country, zone, currency and menu, and by what guests who give
    a number can be told how it goes."""

    restaurant: str
    country: str | None
    zone: ZoneInfo
    currency: str
    menu: Menu
    told_by: tuple[str, ...] = ()


@dataclass
class Taken:
    """What was typed. There is an `order` where nothing is wrong with it; `problems` are by field."""

    phone: Phone
    lines: lines.Read
    total: int | None = None
    order: NewOrder | None = None
    problems: dict[str, str] = field(default_factory=dict)


def key_of(form: Typed) -> str | None:
    """By what the order that is sent again is known as the same."""
    return form["key"] if _KEY.fullmatch(form["key"]) else None


def read(form: Typed, place: Place, address_of: AddressOf, now: dt.datetime) -> Taken:
    """The order, or what to change. `address_of` is asked where an earlier order's address was chosen."""
    reading = _Reading(form)
    fulfilment = member(Fulfilment, form["fulfilment"])
    if fulfilment is None:
        reading.problems["fulfilment"] = _("Say how the guest gets it.")
        fulfilment = Fulfilment.PICKUP
    taken = Taken(
        phones.read(form["phone"], place.country), lines.read(form, place.menu, place.currency, place.zone)
    )
    customer = _customer(reading, taken.phone, fulfilment, address_of)
    if form["notify"] and taken.phone.e164 and place.told_by:
        customer["notify"] = list(place.told_by)
    promised_at = _promise(reading, form, fulfilment, place.zone, now)
    note = _note(reading)
    table = reading.text("table", _("The table")) if fulfilment == Fulfilment.DINE_IN else None
    taken.total = _total(reading, form, taken.lines, fulfilment, place.currency)
    taken.problems = taken.lines.problems | _line_problems(taken.lines) | reading.problems
    _compare_total(taken, form, place.currency)
    if not taken.problems:
        taken.order = NewOrder(
            restaurant=place.restaurant,
            fulfilment=fulfilment,
            items=tuple(_item(line) for line in taken.lines.lines.values()),
            customer=customer or None,
            promised_at=promised_at,
            note=note,
            table=table,
            amounts=_amounts(taken.total, form, place.currency),
            begins_now=form["when"] != "later" or None,
        )
    return taken


class _Reading:
    """Reads texts; what is wrong with one stands in `problems` under its field."""

    def __init__(self, form: Typed) -> None:
        self.form = form
        self.problems: dict[str, str] = {}

    def text(self, name: str, called: str, *, are_lines: bool = False) -> str | None:
        text = self.form[name].replace("\r\n", "\n").strip(" \n")
        return self.checked(name, text, called, are_lines=are_lines) if text else None

    def checked(self, name: str, text: str, called: str, *, are_lines: bool = False) -> str | None:
        try:
            return plain_text(text, LONGEST[name], lines=are_lines)
        except UnusableText as error:
            self.problems[name] = _("%(field)s %(problem)s.", field=called, problem=error)
            return None


def _customer(
    reading: _Reading, phone: Phone, fulfilment: Fulfilment, address_of: AddressOf
) -> dict[str, Any]:
    if phone.text and not phone.is_number:
        reading.problems["phone"] = _("A telephone number has digits.")
    elif phone.text:
        reading.checked("phone", phone.text, _("The number"))
    if fulfilment == Fulfilment.DELIVERY and not phone.text:
        reading.problems["phone"] = _("Ask for a number: the rider may have to call.")
    said = {
        "name": reading.text("name", _("The name")),
        "phone": phone.text or None,
        "locale": tag_of(reading.form["locale"]),
        "address": _address(reading, address_of) if fulfilment == Fulfilment.DELIVERY else None,
    }
    return {name: value for name, value in said.items() if value}


def _address(reading: _Reading, address_of: AddressOf) -> dict[str, Any] | None:
    chosen = reading.form["address_of"]
    if chosen:
        try:
            known = address_of(uuid.UUID(chosen))
        except ValueError:
            known = None
        if known is None:
            reading.problems["address"] = _("That address is not known here: type it.")
        return known
    typed = [each.strip() for each in reading.form["address"].replace("\r\n", "\n").split("\n")]
    try:
        street = [plain_text(each, LONGEST["address_line"]) for each in typed if each]
    except UnusableText as error:
        reading.problems["address"] = _("A line of the address %(problem)s.", problem=error)
        return None
    if len(street) > MOST_ADDRESS_LINES:
        reading.problems["address"] = _("An address has %(lines)s lines at most.", lines=MOST_ADDRESS_LINES)
    said = {
        "lines": street,
        "area": reading.text("area", _("The area")),
        "city": reading.text("city", _("The city")),
        "instructions": reading.text("instructions", _("How to find it"), are_lines=True),
    }
    if not (said["lines"] or said["area"] or said["city"]):
        reading.problems.setdefault("address", _("Say where it goes."))
    return {name: value for name, value in said.items() if value}


def _promise(
    reading: _Reading, form: Typed, fulfilment: Fulfilment, zone: ZoneInfo, now: dt.datetime
) -> dt.datetime | None:
    """What the guest was told: of an order for now the end of what was quoted, at a table nothing."""
    if form["when"] == "later":
        at = moment(form["promised_at"], zone)
        if at is None:
            reading.problems["promised_at"] = _(
                "Say a day and a time for later, like 2026-11-20 19:30, or choose Now."
            )
        elif at < now and not form["again"]:
            reading.problems["promised_at"] = _("That time is over: say a later one, or choose Now.")
        return at
    if fulfilment not in PROMISING:
        return None
    try:
        quoted = (dt.datetime.fromisoformat(each) for each in form[f"quote-{fulfilment}"].split("/"))
        low, high = (each.astimezone(dt.UTC) for each in quoted)
    except (ValueError, OverflowError):
        return None  # nothing was quoted
    is_over = low < now and not form["again"]
    if is_over:
        reading.problems["when"] = _("The time that was quoted is over: say the new one, and send again.")
    return high


def _note(reading: _Reading) -> str | None:
    """What is to be heeded of the whole order, an allergy first."""
    allergies = [each for each in reading.form.every("allergy") if each.strip()]
    own = reading.text("note", _("The note"), are_lines=True)
    try:
        said = [plain_text(each, LONGEST["allergy"]) for each in allergies]
        parts = dict.fromkeys([*said, *(own.split("\n") if own else ())])
        return plain_text("\n".join(parts), LONGEST["note"], lines=True) if parts else None
    except UnusableText as error:
        reading.problems["note"] = _("%(field)s %(problem)s.", field=_("The note"), problem=error)
        return None


def _line_problems(found: lines.Read) -> dict[str, str]:
    if len(found.lines) + len(found.problems) > MOST_LINES:
        return {"lines": _("An order has %(lines)s lines at most.", lines=MOST_LINES)}
    if not found.lines and not found.problems:
        return {"lines": _("Nothing is ordered yet: add a dish.")}
    return {}


def _total(
    reading: _Reading, form: Typed, found: lines.Read, fulfilment: Fulfilment, currency: str
) -> int | None:
    """What all of it costs, bringing it included; None where that is not known of something."""
    fee = 0
    if fulfilment == Fulfilment.DELIVERY and form["fee"]:
        try:
            fee = lines.amount(form["fee"], currency)
        except ValueError:
            reading.problems["fee"] = _(
                "An amount is a number like 12.50, with no more decimals than %(money)s has.", money=currency
            )
    return None if found.total is None else found.total + fee


def _compare_total(taken: Taken, form: Typed, currency: str) -> None:
    """A price may have changed since the page was opened; what the guest was told must not."""
    if form["seen_total"] in ("", str(taken.total)) or taken.total is None or taken.problems:
        return
    taken.problems["total"] = _(
        "Prices have changed since this page was opened: it is %(amount)s now. Send again if that is right.",
        amount=money(taken.total, currency),
    )


def _amounts(total: int | None, form: Typed, currency: str) -> dict[str, Any] | None:
    if total is None:
        return {"currency": currency, "to_collect": 0} if form["paid"] else None
    return {"currency": currency, "total": total, "to_collect": 0 if form["paid"] else total}


def _item(line: lines.Line) -> NewItem:
    """A dish takes its name and its station from the menu when it comes in."""
    name, sku = ("", line.dish.sku) if line.dish else (line.name, None)
    return NewItem(name, line.quantity, line.notes, line.modifiers, sku=sku)
