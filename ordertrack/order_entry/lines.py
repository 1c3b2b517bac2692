"""The lines of a form, held against the menu: what is ordered, made how, and what it costs."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from ordertrack.i18n import names
from ordertrack.i18n.form_fields import Rows, Typed, western
from ordertrack.i18n.moments import when
from ordertrack.i18n.money import in_minor_units
from ordertrack.i18n.plain_text import UnusableText, plain_text
from ordertrack.i18n.translate import current
from ordertrack.i18n.translate import gettext as _
from ordertrack.menu.reading import Dish, Menu, Modifier, ModifierGroup, name_in
from ordertrack.rules.order_changes import MOST_LINES

ROWS = Rows("line", ("sku", "name", "modifiers", "notes", "price"), MOST_LINES, {"quantity": ["1"]})
MOST_MODIFIERS = 20
LONGEST = {"name": 200, "notes": 1000, "modifier": 100}


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a dish of the menu, or what was typed (`dish` None). `each` is what one costs, if anybody
    knows."""

    name: str
    quantity: int
    modifiers: tuple[str, ...] = ()
    notes: str | None = None
    dish: Dish | None = None
    each: int | None = None

    @property
    def amount(self) -> int | None:
        return None if self.each is None else self.each * self.quantity


@dataclass
class Read:
    """The lines that can be read, by their number in the form, and a sentence for each that cannot."""

    lines: dict[int, Line] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def total(self) -> int | None:
        """What all of them cost; None unless that is known of each."""
        amounts = [line.amount for line in self.lines.values()]
        known = [each for each in amounts if each is not None]
        return sum(known) if amounts and len(known) == len(amounts) and not self.problems else None


class UnusableLine(ValueError):
    """A line that cannot be ordered; the message says what to change."""


def read(form: Typed, menu: Menu, currency: str, zone: ZoneInfo) -> Read:
    """Every line in which something stands."""
    found = Read()
    by_name = _by_name(menu)
    for number, row in ROWS.typed(form).items():
        try:
            found.lines[number] = _line(row, menu, by_name, currency, zone)
        except UnusableLine as error:
            found.problems[f"line-{number}"] = str(error)
        except UnusableText as error:
            found.problems[f"line-{number}"] = _("The text %(problem)s.", problem=error)
    return found


def label(group: ModifierGroup, modifier: Modifier) -> str:
    """How a choice stands on the ticket: `garlic` by itself would not say whether with or without."""
    return f"{_own(group.names)}: {_own(modifier.names)}"


def choices(dish: Dish) -> Iterator[tuple[str, ModifierGroup, Modifier]]:
    for group in dish.modifier_groups:
        for modifier in group.modifiers:
            yield label(group, modifier), group, modifier


def chosen(dish: Dish, text: str) -> tuple[str, ModifierGroup, Modifier] | None:
    """What of a dish's is meant by a text: as it stands on tickets, or its name alone where one has it."""
    key = names.key(text)
    alike = []
    for each in choices(dish):
        said, group, modifier = each
        spoken = {names.key(f"{name_in(group.names, tag)}: {name}") for tag, name in modifier.names.items()}
        if key in {names.key(said), *spoken}:
            return each
        if key in {names.key(name) for name in modifier.names.values()}:
            alike.append(each)
    return alike[0] if len(alike) == 1 else None


def found_by_name(menu: Menu, name: str) -> Dish | None:
    """The dish that has this name in a language; nothing where several have."""
    return _by_name(menu).get(names.key(name))


def sold_out(name: str, until: dt.datetime, zone: ZoneInfo) -> str:
    return _("%(dish)s is sold out until %(time)s.", dish=name, time=when(until, zone))


def amount(text: str, currency: str) -> int:
    """An amount as it is typed, in minor units. Raises ValueError."""
    text = western(text)
    if not re.fullmatch(r"[0-9]{1,10}([.,][0-9]{1,4})?", text, re.ASCII):
        raise ValueError(text)
    try:
        return in_minor_units(Decimal(text.replace(",", ".")), currency)
    except InvalidOperation:
        raise ValueError(text) from None


def _by_name(menu: Menu) -> Mapping[str, Dish]:
    found: dict[str, Dish | None] = {}
    for dish in menu.dishes:
        for key in {names.key(name) for name in dish.names.values()}:
            found[key] = None if key in found else dish
    return {key: dish for key, dish in found.items() if dish is not None}


def _line(row: Typed, menu: Menu, by_name: Mapping[str, Dish], currency: str, zone: ZoneInfo) -> Line:
    if not row["sku"] and not row["name"].strip():
        raise UnusableLine(_("Say which dish this line is, or take it off."))
    dish = menu.by_sku.get(row["sku"]) if row["sku"] else by_name.get(names.key(row["name"]))
    name = (
        name_in(dish.names, current().tag) if dish else plain_text(row["name"] or row["sku"], LONGEST["name"])
    )
    quantity = western(row["quantity"])
    if not (re.fullmatch("[0-9]{1,3}", quantity, re.ASCII) and int(quantity)):
        raise UnusableLine(_("The quantity of %(dish)s is a whole number from 1 to 999.", dish=name))
    notes = row["notes"].replace("\r\n", "\n").strip(" \n")
    notes = plain_text(notes, LONGEST["notes"], lines=True) if notes else ""
    wanted = [*row.every("modifier"), *re.split("[,،\n]", row["modifiers"].replace("\r\n", "\n"))]
    wanted = [plain_text(each, LONGEST["modifier"]) for each in wanted if each.strip()]
    if len(wanted) > MOST_MODIFIERS:
        raise UnusableLine(_("A line has %(most)s modifiers at most.", most=MOST_MODIFIERS))
    if dish is None and row["sku"]:
        raise UnusableLine(_("%(dish)s is not on the menu any more: take it off.", dish=name))
    if dish is None:
        each = _price(row["price"], name, currency)
        return Line(name, int(quantity), tuple(wanted), notes or None, None, each)
    return _of_dish(dish, name, int(quantity), wanted, notes or None, zone)


def _of_dish(
    dish: Dish, name: str, quantity: int, wanted: list[str], notes: str | None, zone: ZoneInfo
) -> Line:
    if not dish.is_offered:
        raise UnusableLine(_("%(dish)s is not on the menu any more: take it off.", dish=name))
    if dish.sold_out_until is not None:
        raise UnusableLine(sold_out(name, dish.sold_out_until, zone))
    picked = {}
    for text in wanted:
        choice = chosen(dish, text)
        if choice is None:
            raise UnusableLine(
                _("“%(choice)s” cannot be chosen with %(dish)s: write it as a note.", choice=text, dish=name)
            )
        picked[choice[0]] = choice
    for group in dish.modifier_groups:
        number = sum(each[1] is group for each in picked.values())
        asked = name_in(group.names, current().tag)
        if group.is_required and not number:
            raise UnusableLine(_("%(dish)s: choose “%(group)s”.", dish=name, group=asked))
        if group.choose == "one" and number > 1:
            raise UnusableLine(_("%(dish)s: choose only one of “%(group)s”.", dish=name, group=asked))
    more = sum(modifier.price for _said, _group, modifier in picked.values())
    each = None if dish.price is None else dish.price + more
    in_order = tuple(said for said, _group, _modifier in choices(dish) if said in picked)
    return Line(_own(dish.names), quantity, in_order, notes, dish, each)


def _price(text: str, name: str, currency: str) -> int | None:
    if not text:
        return None
    try:
        return amount(text, currency)
    except ValueError:
        said = _(
            "%(dish)s: write the price in %(money)s as a number, like 12.50.",
            dish=name,
            money=currency,
        )
        raise UnusableLine(said) from None


def _own(said: Mapping[str, str]) -> str:
    """In the language that the company prefers, which its kitchens read."""
    return next(iter(said.values()))
