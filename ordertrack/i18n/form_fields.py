"""Forms: the texts in their fields and rows, and reading values from them (None: the text is unreadable)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count, islice
from typing import Any, TypeVar

from werkzeug.datastructures import MultiDict

_TIME = re.compile(r"([01]?[0-9]|2[0-3]):[0-5][0-9]", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,6}", re.ASCII)
_DECIMAL = re.compile(r"[0-9]{1,6}([.,][0-9]{1,2})?", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}", re.ASCII)
_E = TypeVar("_E", bound=StrEnum)
_V = TypeVar("_V")
# Arabic and Persian keyboards have digits of their own, and Arabic a mark of its own before decimals.
_KEYS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫", "01234567890123456789.")


def western(text: str) -> str:
    """With Western digits, whatever the keyboard has."""
    return text.translate(_KEYS)


def time_of_day(text: str) -> dt.time | None:
    """From `16:00` or `9:30`."""
    if not _TIME.fullmatch(text := western(text)):
        return None
    hour, minute = text.split(":")
    return dt.time(int(hour), int(minute))


def whole(text: str) -> int | None:
    """From a whole number, neither negative nor beyond six digits."""
    return int(text) if _WHOLE.fullmatch(text := western(text)) else None


def minutes(text: str) -> int | None:
    """From minutes with two decimals at most; in whole seconds."""
    if not _DECIMAL.fullmatch(text := western(text)):
        return None
    return round(float(text.replace(",", ".")) * 60)


def day(text: str) -> dt.date | None:
    """From `2026-11-20`."""
    try:
        return dt.date.fromisoformat(text) if _DAY.fullmatch(text := western(text)) else None
    except ValueError:
        return None


def moment(text: str, zone: dt.tzinfo) -> dt.datetime | None:
    """From `2026-11-20T19:30` in this zone; in UTC."""
    try:
        if not _MOMENT.fullmatch(text := western(text)):
            return None
        return dt.datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def member(kind: type[_E], text: str) -> _E | None:
    """The member of an enum with this value."""
    return next((each for each in kind if each.value == text), None)


class Typed:
    """The fields of a form as texts, typed or filled in from saved values. Missing ones are blank.

    With a `prefix`, only the fields whose names begin with it: one row of a form.
    """

    def __init__(self, fields: MultiDict[str, str], prefix: str = "", *, is_blank: bool = False) -> None:
        self._fields = fields
        self._prefix = prefix
        self.is_blank = is_blank

    def __getitem__(self, name: str) -> str:
        return self._fields.get(self._prefix + name, "").strip(" ")

    def every(self, name: str) -> list[str]:
        """All values that were sent under this name."""
        return self._fields.getlist(self._prefix + name)

    def names(self) -> Iterable[str]:
        return self._fields.keys()

    def row(self, prefix: str) -> Typed:
        return Typed(self._fields, prefix)


@dataclass(frozen=True, slots=True)
class Rows:
    """A repeated part of a form, `most` rows at most, with fields `shift-0-name`, `shift-0-starts`, ...

    A row counts if any of its fields in `says` is filled; `blank` is what a spare row begins with.
    """

    name: str
    says: tuple[str, ...]
    most: int
    blank: Mapping[str, list[str]] = field(default_factory=dict)

    def typed(self, form: Typed) -> dict[int, Typed]:
        """The rows in which something stands, by number."""
        of_row = re.compile(rf"{self.name}-([0-9]{{1,3}})-(?:{'|'.join(self.says)})", re.ASCII)
        numbers = sorted({int(found[1]) for name in form.names() if (found := of_row.fullmatch(name))})
        rows = {number: form.row(f"{self.name}-{number}-") for number in numbers}
        return {number: row for number, row in rows.items() if any(row[name].strip() for name in self.says)}

    def shown(self, form: Typed) -> dict[int, Typed]:
        """The rows in which something stands, and two blank ones for more."""
        rows = self.typed(form)
        return rows | self.spare(rows, 2)

    def spare(self, beside: Mapping[int, Typed], most: int | None = None) -> dict[int, Typed]:
        """Blank rows, as many as there can be beside these, or `most`."""
        left = max(0, self.most - len(beside))
        free = (number for number in count() if number not in beside)
        blank = Typed(MultiDict(self.blank), is_blank=True)
        return dict.fromkeys(islice(free, left if most is None else min(left, most)), blank)

    def fields(self, rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
        """What a browser sends of rows with these fields: texts, and lists of what was chosen."""
        return {
            f"{self.name}-{number}-{name}": value
            for number, row in enumerate(rows)
            for name, value in row.items()
        }

    def in_rows(self, problems: Mapping[str, str], numbers: Iterable[int]) -> dict[str, str]:
        """Problems keyed by the index of a value, keyed by the number of the row it came from instead."""
        row_of = {f"{self.name}-{index}": f"{self.name}-{number}" for index, number in enumerate(numbers)}
        return {row_of.get(at, at): sentence for at, sentence in problems.items()}


class Reading:
    """Reads the fields of a form; `problems` has the sentence of each that cannot be read."""

    def __init__(self, typed: Typed) -> None:
        self._typed = typed
        self.problems: dict[str, str] = {}

    def value(self, name: str, read: Callable[[str], _V | None], problem: str, instead: _V) -> _V:
        """The field's value; if it is unreadable, notes the problem and returns `instead`.

        That is a placeholder which any other value goes with, so that the other fields are still checked.
        """
        value = read(self._typed[name].strip())
        if value is None:
            self.problems[name] = problem
            return instead
        return value

    def optional(self, name: str, read: Callable[[str], _V | None], problem: str) -> _V | None:
        """What a field says; None for a blank one."""
        return self.value(name, read, problem, None) if self._typed[name].strip() else None
