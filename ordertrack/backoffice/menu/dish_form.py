"""The form of a dish: what stands in its fields, and the dish that was typed into them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from werkzeug.datastructures import MultiDict

from ordertrack.i18n.form_fields import Reading, Rows, Typed, minutes, western
from ordertrack.i18n.money import decimals, in_major_units, in_minor_units
from ordertrack.i18n.translate import gettext as _
from ordertrack.menu.checks import MOST_GROUPS, MOST_MODIFIERS, Place, Problem, problems_of_dish, tidied
from ordertrack.menu.dishes import Category, Dish, Menu, Modifier, ModifierGroup, Names
from ordertrack.menu.words import free_word
from ordertrack.tenants.company import SPOKEN

NEW_CATEGORY = "+"
_PRICE = re.compile(r"[0-9]{1,13}([.,][0-9]{1,4})?", re.ASCII)
_NAMES = tuple(f"name_{language}" for language in SPOKEN)
GROUPS = Rows("group", _NAMES, MOST_GROUPS)


def options_of(group: int) -> Rows:
    """The options of the group in this row."""
    return Rows(f"group-{group}-option", _NAMES, MOST_MODIFIERS)


@dataclass(frozen=True, slots=True)
class TypedDish:
    """A dish as it was typed, the category that it begins, and what is wrong by the name of its field."""

    dish: Dish
    category: Category | None
    problems: Mapping[str, str]


def shown(dish: Dish, currency: str) -> Typed:
    """The texts in the fields of a dish as it is."""
    fields: dict[str, Any] = {
        "sku": dish.sku,
        "seen": str(dish.version),
        "category": dish.category or "",
        "station": dish.station or "",
        "price": _amount(dish.price, currency),
        "minutes": f"{dish.prepare_seconds / 60:.2f}".rstrip("0").rstrip(".") if dish.prepare_seconds else "",
        **_named(dish.names),
    }
    for number, group in enumerate(dish.modifier_groups):
        key = f"group-{number}-"
        fields |= {f"{key}{name}": text for name, text in _named(group.names).items()}
        fields |= {f"{key}choose": group.choose, f"{key}required": "1" if group.is_required else ""}
        rows = ({**_named(each.names), "price": _amount(each.price, currency)} for each in group.modifiers)
        fields |= options_of(number).fields(rows)
    return Typed(MultiDict(fields))


def read(typed: Typed, menu: Menu, currency: str, languages: Sequence[str], before: Dish | None) -> TypedDish:
    """What was typed; of a dish that there is `before` its sku stays."""
    names = _names(typed)
    first = next((names[each] for each in languages if each in names), "")
    category, new = _category(typed, menu, languages)
    sku = before.sku if before else typed["sku"] or free_word(first, menu.by_sku, "dish")
    reading = Reading(typed)
    price = _price(reading, "price", currency)
    seconds = reading.optional("minutes", minutes, _("Minutes are a number, like 12 or 7.5."))
    groups = list(_groups(typed, reading, currency))
    dish = Dish(
        sku,
        names,
        category,
        typed["station"] or None,
        price,
        seconds,
        tuple(group for _row, group, _rows in groups),
    )
    if before is not None:
        dish = replace(dish, version=before.version)
    keys = [each.key for each in menu.categories] + ([new.key] if new else [])
    dish = tidied(Menu((), (dish,))).dishes[0]
    problems = {_field(each.place, groups): _said(each) for each in problems_of_dish(dish, keys)}
    if new is not None and not new.names:
        problems["new_category"] = _("Say what the new category is called.")
    if before is None and (known := menu.by_sku.get(sku)) is not None and known.is_offered:
        problems["sku"] = _("Another dish has this word.")
    return TypedDish(dish, new, problems | reading.problems)


def _groups(
    typed: Typed, reading: Reading, currency: str
) -> Iterator[tuple[int, ModifierGroup, Sequence[int]]]:
    """Each group in its row, and the rows of its options."""
    numbers = {*GROUPS.typed(typed), *(at for at in range(MOST_GROUPS) if options_of(at).typed(typed))}
    for number in sorted(numbers):
        row = typed.row(f"group-{number}-")
        options = options_of(number).typed(typed)
        modifiers = (
            Modifier(_names(each), _price(reading, f"group-{number}-option-{at}-price", currency) or 0)
            for at, each in options.items()
        )
        choose = "one" if row["choose"] == "one" else "many"
        group = ModifierGroup(_names(row), tuple(modifiers), choose, bool(row["required"]))  # type: ignore[arg-type]
        yield number, group, list(options)


def _category(typed: Typed, menu: Menu, languages: Sequence[str]) -> tuple[str | None, Category | None]:
    """The key of the one that was chosen, and the new one if it is one: what is typed there counts."""
    name = typed["new_category"]
    if typed["category"] != NEW_CATEGORY and not name:
        return typed["category"] or None, None
    key = free_word(name, {each.key for each in menu.categories}, "category")
    return key, Category(key, {languages[0]: name} if name else {})


def _price(reading: Reading, field: str, currency: str) -> int | None:
    def read(text: str) -> int | None:
        if not _PRICE.fullmatch(text := western(text)):
            return None
        try:
            return in_minor_units(Decimal(text.replace(",", ".")), currency)
        except ValueError:
            return None

    said = _("A price is a number like 12.50, with no more decimals than %(money)s has.", money=currency)
    return reading.optional(field, read, said)


def _names(typed: Typed) -> Names:
    return {each: typed[f"name_{each}"] for each in SPOKEN if typed[f"name_{each}"].strip()}


def _named(names: Names) -> dict[str, str]:
    return {f"name_{language}": name for language, name in names.items()}


def _amount(price: int | None, currency: str) -> str:
    return "" if price is None else f"{in_major_units(price, currency):.{decimals(currency)}f}"


def _said(problem: Problem) -> str:
    return _("This %(problem)s.", problem=problem.said)


def _field(place: Place, groups: Iterable[tuple[int, ModifierGroup, Sequence[int]]]) -> str:
    """The field of the form that a place in a dish is."""
    match place:
        case ("modifiers", int(at), *rest):
            number, _group, options = list(groups)[at]
            if rest[:1] == ["options"] and len(rest) > 1:
                return f"group-{number}-option-{options[int(rest[1])]}-{_last(rest[2:])}"
            return f"group-{number}-{_last(rest)}"
        case _:
            return {"prepare_seconds": "minutes"}.get(name := _last(place), name)


def _last(place: Sequence[str | int]) -> str:
    match place:
        case ("names", language):
            return f"name_{language}"
        case _:
            return str(place[0])
