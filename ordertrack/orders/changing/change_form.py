"""The form that changes an order: what stands in its fields, and the changes that were typed into them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from werkzeug.datastructures import MultiDict

from ordertrack.i18n.form_fields import Rows, Typed, moment, western
from ordertrack.i18n.money import in_major_units, in_minor_units, is_currency
from ordertrack.i18n.plain_text import plain_text
from ordertrack.i18n.translate import gettext as _
from ordertrack.orders.changing.change_draft import AddLine, Change, ChangeLine, SetFields, VoidLine
from ordertrack.orders.placing.new_order import NewItem
from ordertrack.orders.reading.order_record import ItemRecord, OrderRecord

MOST_NEW_LINES = 20
NEW_LINES = Rows("new", ("name", "modifiers", "notes"), MOST_NEW_LINES, {"quantity": ["1"]})

_LONGEST = {"name": 200, "notes": 1000, "modifier": 100}
# Where a field of the form goes in the order, and how long its text may be.
_TEXTS = {
    "note": (("note",), 1000),
    "table": (("table",), 30),
    "reference": (("reference",), 100),
    "customer_name": (("customer", "name"), 100),
    "phone": (("customer", "phone"), 30),
    "area": (("customer", "address", "area"), 100),
    "city": (("customer", "address", "city"), 100),
    "instructions": (("customer", "address", "instructions"), 500),
}
_OF_SEVERAL_LINES = frozenset({"note", "instructions"})
_MOST_ADDRESS_LINES = 6
_MOST_MODIFIERS = 20


class UnreadableField(ValueError):
    """What was typed into a field cannot be read; the message says what to change."""


def shown(order: OrderRecord) -> MultiDict[str, str]:
    """The texts that say in the fields of the form what the order is."""
    fields: dict[str, str] = {"revision": str(order.revision)}
    for name, (path, _longest) in _TEXTS.items():
        fields[name] = _at(order, path) or ""
    fields["address"] = "\n".join(_at(order, ("customer", "address", "lines")) or ())
    fields["promised_at"] = (
        f"{order.promised_at.astimezone(order.zone):%Y-%m-%dT%H:%M}" if order.promised_at else ""
    )
    fields["currency"] = order.currency or ""
    for name in ("total", "to_collect"):
        amount = getattr(order, name)
        fields[name] = str(in_major_units(amount, order.currency or "")) if amount is not None else ""
    for item in order.lines:
        fields |= {f"line-{item.position}-{name}": text for name, text in line_texts(item).items()}
    return MultiDict(fields)


def line_texts(item: ItemRecord) -> dict[str, str]:
    """What stands in the fields of one line."""
    return {
        "quantity": str(item.quantity),
        "modifiers": ", ".join(item.modifiers),
        "notes": item.notes or "",
    }


def changes_of(order: OrderRecord, form: Typed) -> list[Change]:
    """What was typed and is another than what the order has. Raises UnreadableField or UnusableText."""
    before = Typed(shown(order))
    return [*_line_changes(order, form, before), *_new_lines(form), *_field_changes(order, form, before)]


def _line_changes(order: OrderRecord, form: Typed, before: Typed) -> Iterator[Change]:
    for item in order.lines:
        name = f"line-{item.position}-"
        if form[f"{name}void"]:
            yield VoidLine(item.position)
            continue
        row, was = form.row(name), before.row(name)
        is_there = f"{name}quantity" in form.names()
        if is_there and any(plain(row[field]) != was[field] for field in line_texts(item)):
            changed = replace(_item(row, item.name, item.station), sku=item.sku)
            if plain(row["modifiers"]) == was["modifiers"]:  # one may have a comma in it
                changed = replace(changed, modifiers=item.modifiers)
            yield ChangeLine(item.position, changed)


def _new_lines(form: Typed) -> Iterator[Change]:
    for row in NEW_LINES.typed(form).values():
        yield AddLine(_item(row, plain_text(row["name"], _LONGEST["name"]), None))


def _item(row: Typed, name: str, station: str | None) -> NewItem:
    quantity = western(row["quantity"])
    if not (re.fullmatch("[0-9]{1,3}", quantity, re.ASCII) and int(quantity)):
        raise UnreadableField(_("The quantity of %(dish)s is a whole number from 1 to 999.", dish=name))
    notes = plain(row["notes"])
    modifiers = [each for each in re.split("[,،\n]", plain(row["modifiers"])) if each.strip()]
    if len(modifiers) > _MOST_MODIFIERS:
        raise UnreadableField(_("A line has %(most)s modifiers at most.", most=_MOST_MODIFIERS))
    return NewItem(
        name,
        int(quantity),
        plain_text(notes, _LONGEST["notes"], lines=True) if notes else None,
        tuple(plain_text(each, _LONGEST["modifier"]) for each in modifiers),
        station,
    )


def _field_changes(order: OrderRecord, form: Typed, before: Typed) -> Iterator[Change]:
    patch: dict[str, Any] = {}
    for name, (path, longest) in _TEXTS.items():
        if _is_another(form, before, name):
            text = plain(form[name])
            is_long = name in _OF_SEVERAL_LINES
            _put(patch, path, plain_text(text, longest, lines=is_long) if text else None)
    if _is_another(form, before, "address"):
        lines = [plain_text(line, 100) for line in plain(form["address"]).split("\n") if line.strip()]
        if len(lines) > _MOST_ADDRESS_LINES:
            raise UnreadableField(_("An address has %(lines)s lines at most.", lines=_MOST_ADDRESS_LINES))
        _put(patch, ("customer", "address", "lines"), lines or None)
    if _is_another(form, before, "promised_at"):
        patch["promised_at"] = _moment(order, form["promised_at"])
    if any(_is_another(form, before, name) for name in ("currency", "total", "to_collect")):
        patch["amounts"] = _amounts(form)
    if patch:
        yield SetFields(patch)


def _is_another(form: Typed, before: Typed, name: str) -> bool:
    """Whether the form has this field and something else stands in it; a form may leave some out."""
    return name in form.names() and plain(form[name]) != before[name]


def _moment(order: OrderRecord, text: str) -> dt.datetime | None:
    if not text:
        return None
    found = moment(text, order.zone)
    if found is None:
        raise UnreadableField(_("The promised time is a day and a time, like 2026-11-20 19:30."))
    return found


def _amounts(form: Typed) -> dict[str, Any]:
    currency = form["currency"].upper()
    if not currency and not form["total"] and not form["to_collect"]:
        return dict.fromkeys(("currency", "total", "to_collect"))
    if not is_currency(currency):
        raise UnreadableField(_("Say the currency of the amounts by its code, like LBP or EUR."))
    amounts = {name: _amount(form[name], currency) for name in ("total", "to_collect")}
    if set(amounts.values()) == {None}:
        raise UnreadableField(_("Say a total or what is to be collected, or take the currency away."))
    return {"currency": currency} | amounts


def _amount(text: str, currency: str) -> int | None:
    if not text:
        return None
    try:
        if not re.fullmatch(r"[0-9]{1,12}([.,][0-9]{1,4})?", text := western(text), re.ASCII):
            raise ValueError
        return in_minor_units(Decimal(text.replace(",", ".")), currency)
    except (ValueError, InvalidOperation):
        said = _(
            "An amount is a number like 12.50, with no more decimals than %(money)s has.", money=currency
        )
        raise UnreadableField(said) from None


def _at(order: OrderRecord, path: tuple[str, ...]) -> Any:
    value: Any = getattr(order, path[0])
    for name in path[1:]:
        value = (value or {}).get(name)
    return value


def _put(patch: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for name in path[:-1]:
        patch = patch.setdefault(name, {})
    patch[path[-1]] = value


def plain(text: str) -> str:
    """What was typed, as it is compared with what was there."""
    return text.replace("\r\n", "\n").strip(" \n")
