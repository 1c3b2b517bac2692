"""What somebody typed as floor settings: kept as it was typed, and read into settings."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count, islice
from typing import TypeAlias

from werkzeug.datastructures import MultiDict

from ordertrack.i18n.translate import gettext as _
from ordertrack.restaurants.operations_check import (
    MOST_STATIONS,
    UnusableOperations,
    problems_of,
    undo_field,
)
from ordertrack.restaurants.operations_rows import MOVES, OperationSettings
from ordertrack.restaurants.stations import Station
from ordertrack.rules.state_machine import OrderStatus

_Form: TypeAlias = MultiDict[str, str]
_ROW = re.compile(r"station-([0-9]{1,3})-(?:name|dishes)", re.ASCII)
_BETWEEN_DISHES = re.compile(r"[\r\n,;،؛]+")
_BLANK_ROWS = 2
_DIGITS = {"0": False, "1": True}


@dataclass(frozen=True, slots=True)
class TypedStation:
    """One row of the form; a blank one is no station. `dishes` is a text with a dish's words a line."""

    name: str = ""
    dishes: str = ""

    @property
    def is_blank(self) -> bool:
        return not (self.name or self.dishes.strip())

    def read(self) -> Station:
        dishes = (dish.strip() for dish in _BETWEEN_DISHES.split(self.dishes))
        return Station(self.name, tuple(dict.fromkeys(dish for dish in dishes if dish)))


@dataclass(frozen=True, slots=True)
class TypedOperations:
    """The form of a floor: undo in seconds, rest in minutes, stations by the number of their row."""

    undo: Mapping[OrderStatus, str]
    rest_after: str
    arabic_digits: str
    seen: str
    rows: Mapping[int, TypedStation]

    @classmethod
    def from_form(cls, form: _Form) -> TypedOperations:
        numbers = sorted({int(found[1]) for name in form if (found := _ROW.fullmatch(name))})
        return cls(
            {status: form.get(undo_field(status), "").strip() for status in MOVES},
            form.get("rest_after", "").strip(),
            form.get("arabic_digits", ""),
            form.get("seen", ""),
            {number: _typed_station(form, f"station-{number}-") for number in numbers},
        )

    @classmethod
    def understood(cls, floor: OperationSettings) -> TypedOperations:
        rows = (TypedStation(station.name, "\n".join(station.dishes)) for station in floor.stations)
        return cls(
            {status: str(floor.undo_for(status)) for status in MOVES},
            f"{floor.rest_after / 60:g}",
            "1" if floor.arabic_digits else "0",
            "",
            dict(enumerate(rows)),
        )

    @property
    def shown_rows(self) -> dict[int, TypedStation]:
        """Those that say something, and blank ones for more."""
        rows = {number: row for number, row in self.rows.items() if not row.is_blank}
        return rows | self._blank(_BLANK_ROWS, rows)

    @property
    def spare_rows(self) -> dict[int, TypedStation]:
        """Blank ones up to as many stations as there can be, for whoever sets up a large kitchen."""
        return self._blank(MOST_STATIONS, self.shown_rows)

    def _blank(self, most: int, beside: Mapping[int, TypedStation]) -> dict[int, TypedStation]:
        free = (number for number in count() if number not in beside)
        return {
            number: TypedStation() for number in islice(free, max(0, min(most, MOST_STATIONS - len(beside))))
        }

    def read(self, restaurant_id: uuid.UUID) -> OperationSettings:
        """Raises UnusableOperations, whose problems name a station by its row."""
        undo = {status: whole(text) for status, text in self.undo.items()}
        rest_after = whole(self.rest_after)
        problems = {
            undo_field(status): _("Give a number of seconds, as 3; 0 for no undo.")
            for status, seconds in undo.items()
            if seconds is None
        }
        if rest_after is None:
            problems["rest_after"] = _("Give a number of minutes, as 5.")
        if self.arabic_digits not in _DIGITS:
            problems["arabic_digits"] = _("Choose the digits.")
        stations = {number: row.read() for number, row in self.rows.items() if not row.is_blank}
        # What is no value is replaced by one that goes with anything, so that all else is checked as well.
        floor = OperationSettings(
            restaurant_id,
            {status: seconds or 0 for status, seconds in undo.items()},
            60 if rest_after is None else rest_after * 60,
            _DIGITS.get(self.arabic_digits, False),
            tuple(stations.values()),
        )
        problems = _found_in(floor, list(stations)) | problems
        if problems:
            raise UnusableOperations(problems)
        return floor


def whole(text: str) -> int | None:
    """From a whole number of up to six digits, in whatever script; None from anything else."""
    return int(text) if text.isdecimal() and len(text) <= 6 else None


def _typed_station(form: _Form, prefix: str) -> TypedStation:
    return TypedStation(form.get(f"{prefix}name", "").strip(" "), form.get(f"{prefix}dishes", ""))


def _found_in(floor: OperationSettings, rows: list[int]) -> dict[str, str]:
    """The problems of settings whose stations stand in these rows of the form."""
    row_of = {f"station-{index}": f"station-{row}" for index, row in enumerate(rows)}
    return {row_of.get(field, field): sentence for field, sentence in problems_of(floor).items()}
