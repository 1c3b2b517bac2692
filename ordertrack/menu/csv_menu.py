"""A menu as a table: a row for each dish and category, below a dish those of what it asks.

`row` says what stands in a row: a `dish` (where nothing is said), a `category`, or for the dish above it a
`group` of modifiers and each `option` of that. What a column would say that is not there stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, NamedTuple

from ordertrack.i18n.form_fields import western
from ordertrack.i18n.money import decimals, in_major_units, in_minor_units
from ordertrack.i18n.translate import gettext as _
from ordertrack.menu.checks import Place
from ordertrack.menu.csv_table import FileProblem, Row, Table, UnusableFile, written
from ordertrack.menu.dishes import Category, Dish, Menu, Modifier, ModifierGroup, Names
from ordertrack.menu.words import free_word, word_of
from ordertrack.restaurants.stations import words_of
from ordertrack.tenants.company import SPOKEN

_ROWS = ("dish", "category", "group", "option")
_OTHERS = ("row", "sku", "name", "category", "station", "price", "prepare_seconds", "choose", "required")
_CHOOSE = ("one", "many")
_REQUIRED = {"yes": True, "no": False, "": False}
_PRICE = re.compile(r"[0-9]{1,13}([.,][0-9]{1,4})?", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,6}", re.ASCII)


class Facts(NamedTuple):
    """What a company counts in and which languages it prefers."""

    currency: str
    languages: tuple[str, ...]


@dataclass
class _Read:
    """What has been read of a table so far; `lines` are those in which parts of the menu stand."""

    before: Menu
    facts: Facts
    titles: Sequence[str]
    categories: dict[str, Category] = field(default_factory=dict)
    dishes: list[Dish] = field(default_factory=list)
    groups: list[ModifierGroup] = field(default_factory=list)
    skus: set[str] = field(default_factory=set)
    lines: dict[Place, int] = field(default_factory=dict)
    declared: set[str] = field(default_factory=set)
    problems: list[FileProblem] = field(default_factory=list)


class ReadMenu(NamedTuple):
    """A menu, in which line each part of it stands, and what could not be read."""

    menu: Menu
    lines: Mapping[Place, int]
    problems: Sequence[FileProblem] = ()


def read(table: Table, before: Menu, facts: Facts) -> ReadMenu:
    """The menu that a table says, where this one was; raises UnusableFile if it has other columns."""
    known = (*_OTHERS, *(f"name_{language}" for language in SPOKEN))
    unknown = [title for title in table.titles if title and title not in known]
    if unknown:
        said = _("is not known. There are: %(columns)s.", columns=", ".join(known))
        raise UnusableFile([FileProblem(said, column=title[:40]) for title in unknown])
    found = _Read(before, facts, table.titles)
    for row in table.rows:
        _READERS.get(row.cells.get("row", "").lower() or "dish", _unknown_row)(found, row)
    _end_dish(found)
    categories = _merged(before.categories, found.categories)
    menu = Menu(categories, tuple(found.dishes))
    return ReadMenu(menu, _placed(found.lines, categories), found.problems)


def _unknown_row(found: _Read, row: Row) -> None:
    said = _("must be one of these: %(all)s", all=", ".join(_ROWS))
    found.problems.append(FileProblem(said, row.line, "row"))


def _category(found: _Read, row: Row) -> None:
    _end_dish(found)
    names = _names(found, row, {})
    key = row.cells.get("sku") or word_of(next(iter(names.values()), "")) or "category"
    before = next((each.names for each in found.before.categories if each.key == key), {})
    if key in found.declared:
        said = _("is already in line %(line)s", line=found.lines["category", key])
        found.problems.append(FileProblem(said, row.line, "sku"))
    found.categories[key] = Category(key, _names(found, row, before))
    found.lines["category", key] = row.line
    found.declared.add(key)


def _dish(found: _Read, row: Row) -> None:
    _end_dish(found)
    names = _names(found, row, {})
    name = next(iter(names.values()), "")
    sku = row.cells.get("sku") or free_word(name, found.skus, "dish")
    before = found.before.by_sku.get(sku) or Dish(sku, {})
    said: dict[str, Any] = {"names": _names(found, row, before.names)}
    if "category" in found.titles:
        said["category"] = _category_of(found, row)
    if "station" in found.titles:
        said["station"] = row.cells["station"] or None
    if "price" in found.titles:
        said["price"] = _price(found, row)
    if "prepare_seconds" in found.titles:
        said["prepare_seconds"] = _seconds(found, row)
    found.lines["items", len(found.dishes)] = row.line
    found.skus.add(sku)
    found.dishes.append(replace(before, **said))


def _group(found: _Read, row: Row) -> None:
    if not found.dishes:
        found.problems.append(FileProblem(_("must stand below a dish"), row.line, "row"))
        return
    choose = row.cells.get("choose", "").lower() or "many"
    if choose not in _CHOOSE:
        said = _("must be one of these: %(all)s", all=", ".join(_CHOOSE))
        found.problems.append(FileProblem(said, row.line, "choose"))
    required = _REQUIRED.get(row.cells.get("required", "").lower())
    if required is None:
        found.problems.append(FileProblem(_("must be yes or no"), row.line, "required"))
    found.lines[*_last_dish(found), "modifiers", len(found.groups)] = row.line
    names = _names(found, row, {})
    found.groups.append(ModifierGroup(names, (), "one" if choose == "one" else "many", bool(required)))


def _option(found: _Read, row: Row) -> None:
    if not found.groups:
        found.problems.append(FileProblem(_("must stand below a group"), row.line, "row"))
        return
    group, place = found.groups[-1], len(found.groups) - 1
    found.lines[*_last_dish(found), "modifiers", place, "options", len(group.modifiers)] = row.line
    option = Modifier(_names(found, row, {}), _price(found, row) or 0)
    found.groups[-1] = replace(group, modifiers=(*group.modifiers, option))


_READERS = {"dish": _dish, "category": _category, "group": _group, "option": _option}


def _end_dish(found: _Read) -> None:
    """Give the last dish what stood below it, if the table has rows of that kind at all."""
    if found.dishes and "row" in found.titles:
        found.dishes[-1] = replace(found.dishes[-1], modifier_groups=tuple(found.groups))
    found.groups = []


def _last_dish(found: _Read) -> tuple[str, int]:
    return "items", len(found.dishes) - 1


def _names(found: _Read, row: Row, before: Names) -> Names:
    """The names that a row says; in languages that have no column those of before."""
    names = dict(before)
    said = {f"name_{language}": language for language in SPOKEN} | {"name": found.facts.languages[0]}
    for title in found.titles:
        if title in said:
            names.pop(said[title], None)
            if row.cells[title]:
                names[said[title]] = row.cells[title]
    return {tag: names[tag] for tag in dict.fromkeys((*found.facts.languages, *SPOKEN)) if tag in names}


def _category_of(found: _Read, row: Row) -> str | None:
    """The key of the category that a dish names by its key or a name; a new one if there is none such."""
    said = row.cells["category"]
    if not said:
        return None
    known = {each.key: each for each in found.before.categories} | found.categories
    if said not in known:
        wanted = words_of(said)
        named = (each for each in known.values() if wanted in map(words_of, each.names.values()))
        category = next(named, None) or Category(
            free_word(said, known, "category"), {found.facts.languages[0]: said}
        )
        found.lines.setdefault(("category", category.key), row.line)
        known[category.key], said = category, category.key
    found.categories.setdefault(said, known[said])
    return said


def _price(found: _Read, row: Row) -> int | None:
    text, currency = western(row.cells.get("price", "")), found.facts.currency
    if not text:
        return None
    try:
        if not _PRICE.fullmatch(text):
            raise ValueError(text)
        return in_minor_units(Decimal(text.replace(",", ".")), currency)
    except ValueError:
        said = _("must be an amount like 12.50, with no more decimals than %(money)s has", money=currency)
        found.problems.append(FileProblem(said, row.line, "price"))
        return None


def _seconds(found: _Read, row: Row) -> int | None:
    text = western(row.cells["prepare_seconds"])
    if text and not _WHOLE.fullmatch(text):
        said = _("must be a whole number of seconds")
        found.problems.append(FileProblem(said, row.line, "prepare_seconds"))
        return None
    return int(text) if text else None


def _merged(before: Sequence[Category], named: Mapping[str, Category]) -> tuple[Category, ...]:
    """Those of the table in its order, each that it does not name behind the one that it stood behind."""
    merged = list(named.values())
    last: str | None = None
    for category in before:
        if category.key not in named:
            keys = [each.key for each in merged]
            merged.insert(keys.index(last) + 1 if last is not None else 0, category)
        last = category.key
    return tuple(merged)


def _placed(lines: Mapping[Place, int], categories: Sequence[Category]) -> dict[Place, int]:
    """The lines by the places that checks name."""
    places = {("category", each.key): ("categories", at) for at, each in enumerate(categories)}
    return {places.get(place, place): line for place, line in lines.items()}  # type: ignore[call-overload]


def csv_of(menu: Menu, facts: Facts) -> bytes:
    """The menu as a table that reads as it."""
    languages = list(dict.fromkeys((*facts.languages, *SPOKEN)))
    titles = ["row", "sku", *(f"name_{language}" for language in languages), *_OTHERS[3:]]
    return written(titles, _rows(menu, facts.currency))


def _rows(menu: Menu, currency: str) -> Iterator[dict[str, str]]:
    for category in menu.categories:
        yield {"row": "category", "sku": category.key, **_named(category.names)}
    for dish in menu.dishes:
        yield {
            "row": "dish",
            "sku": dish.sku,
            **_named(dish.names),
            "category": dish.category or "",
            "station": dish.station or "",
            "price": _amount(dish.price, currency),
            "prepare_seconds": str(dish.prepare_seconds or ""),
        }
        for group in dish.modifier_groups:
            required = "yes" if group.is_required else "no"
            yield {"row": "group", **_named(group.names), "choose": group.choose, "required": required}
            for option in group.modifiers:
                yield {"row": "option", **_named(option.names), "price": _amount(option.price, currency)}


def _named(names: Names) -> dict[str, str]:
    return {f"name_{language}": name for language, name in names.items()}


def _amount(price: int | None, currency: str) -> str:
    return "" if price is None else f"{in_major_units(price, currency):.{decimals(currency)}f}"
