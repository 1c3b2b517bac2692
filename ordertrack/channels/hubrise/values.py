"""HubRise's kinds of values: texts, amounts of money, decimals and moments, each read or Refused by its name.

As https://www.hubrise.com/developers/api/general-concepts#common-data-types has them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, NamedTuple

from ordertrack.channels import texts
from ordertrack.channels.hubrise import wording
from ordertrack.channels.interface import Refused
from ordertrack.i18n.money import in_minor_units, is_currency

Fields = Mapping[str, Any]

MOST_MINOR_UNITS = 10**15 - 1
_MONEY = re.compile(r"(-?[0-9]{1,15}(?:\.[0-9]{1,6})?) ([A-Z]{3})", re.ASCII)
_DECIMAL = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,6})?", re.ASCII)


class Money(NamedTuple):
    """Minor units by ISO 4217."""

    amount: int
    currency: str


def text(of: Fields, name: str, longest: int, *, lines: bool = False) -> str | None:
    """A text as screens can show it, cut where it is too long; None where there is nothing to read.

    A guest's emoji, mark of direction or endless note is no reason to send the guest away.
    """
    value = of.get(name)
    if value is None:
        return None
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise Refused(wording.NOT_TEXT, field=name)
    return texts.lines(value, longest) if lines else texts.line(value, longest)


def money(of: Fields, name: str) -> Money | None:
    """As `12.50 EUR`."""
    value = of.get(name)
    if value is None:
        return None
    found = _MONEY.fullmatch(value) if isinstance(value, str) else None
    if found is None or not is_currency(found[2]):
        raise Refused(wording.NOT_MONEY, field=name)
    try:
        amount = in_minor_units(Decimal(found[1]), found[2])
    except ValueError:
        raise Refused(wording.PARTS_OF_A_CENT, field=name) from None
    if abs(amount) > MOST_MINOR_UNITS:
        raise Refused(wording.TOO_MUCH_MONEY, field=name)
    return Money(amount, found[2])


def decimal(of: Fields, name: str) -> Decimal | None:
    """As `"2.5"`; whole numbers are taken too."""
    value = of.get(name)
    if value is None:
        return None
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        raise Refused(wording.NOT_DECIMAL, field=name)
    return Decimal(value)


def moment(of: Fields, name: str) -> dt.datetime | None:
    """As `2026-05-01T19:30:00+03:00`; without a zone nobody knows when that is."""
    value = of.get(name)
    if value is None:
        return None
    try:
        if not isinstance(value, str) or len(value) < len("2026-05-01T19:30"):
            raise ValueError
        found = dt.datetime.fromisoformat(value)
        if found.tzinfo is None:
            raise ValueError
        return found.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise Refused(wording.NOT_MOMENT, field=name) from None


def objects(of: Fields, name: str) -> list[Fields]:
    """A list of objects; none where it is missing."""
    value = of.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise Refused(wording.NOT_LIST, field=name)
    return value


def member(of: Fields, name: str) -> Fields:
    """An object; an empty one where it is missing."""
    value = of.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Refused(wording.NOT_OBJECT, field=name)
    return value


@contextmanager
def inside(where: str) -> Iterator[None]:
    """Have what is refused meanwhile say where it stands."""
    try:
        yield
    except Refused as error:
        said = error.sentence
        if "field" not in said.values:
            raise
        raise Refused(said.said, **{**said.values, "field": f"{where}: {said.values['field']}"}) from None
