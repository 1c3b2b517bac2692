"""The dishes that stand in a cell, and how many of each."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ordertrack.i18n.translate import gettext as _
from ordertrack.importing.logged_order import Fault, FaultyRow, text
from ordertrack.importing.moments import tidy
from ordertrack.orders.placing.new_order import NewItem

MOST_ITEMS = 100
MOST_OF_ONE = 999
NOT_LOGGED = (NewItem("As in the log", 1),)

_BEFORE = re.compile(r"([0-9٠-٩]{1,3})\s*[x×]\s*", re.IGNORECASE)
_BEHIND = re.compile(r"(?:\s+|\s*\()[x×]\s*([0-9٠-٩]{1,3})\)?$", re.IGNORECASE)
_COMMA = re.compile(r"[,،](?![^(]*\))")
_SEPARATORS = (";", "|", "\n")


@dataclass
class ItemCells:
    """Finds out from all cells what stands between dishes: where nothing else does, a comma."""

    seen: set[str] = field(default_factory=set)

    def add(self, cell: str) -> None:
        for each in (*_SEPARATORS, ",", "،"):
            if each in cell:
                self.seen.add(each)

    def separator(self, *, is_one_each: bool) -> str | None:
        """`is_one_each`: a row is a dish, and what its name has of commas belongs to it."""
        for each in _SEPARATORS:
            if each in self.seen:
                return each
        return None if is_one_each or not self.seen else ","


def read(cell: str, separator: str | None, quantity: str = "") -> tuple[NewItem, ...]:
    """The dishes of a cell; none if it is empty. Raises FaultyRow."""
    parts = _COMMA.split(cell) if separator == "," else cell.split(separator or "\x00")
    parts = [part.strip() for part in parts if part.strip()]
    refuse_too_many(len(parts))
    items = tuple(_item(part) for part in parts)
    return tuple(NewItem(each.name, _count(quantity)) for each in items) if quantity else items


def refuse_too_many(count: int) -> None:
    if count > MOST_ITEMS:
        said = _("items has %(count)s dishes; %(most)s are the most", count=count, most=MOST_ITEMS)
        raise FaultyRow(Fault.MALFORMED, said)


def _item(part: str) -> NewItem:
    if (counted := _BEFORE.match(part)) is not None:
        name, quantity = part[counted.end() :], int(counted[1])
    elif (counted := _BEHIND.search(part)) is not None:
        name, quantity = part[: counted.start()], int(counted[1])
    else:
        name, quantity = part, 1
    if quantity == 0:
        raise FaultyRow(Fault.MALFORMED, _("items has a quantity of 0: %(what)s", what=repr(part[:40])))
    return NewItem(text("items", name), quantity)


def _count(written: str) -> int:
    try:
        count = float(tidy(written).replace(",", "."))
    except ValueError:
        count = 0.0
    if count != int(count) or not 1 <= count <= MOST_OF_ONE:
        said = _(
            "quantity is no whole number from 1 to %(most)s: %(what)s", most=MOST_OF_ONE, what=repr(written)
        )
        raise FaultyRow(Fault.MALFORMED, said)
    return int(count)
