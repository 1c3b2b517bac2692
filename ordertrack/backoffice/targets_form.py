"""What somebody typed on the settings page: kept as it was typed, and read into rules or a target."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from itertools import count, islice
from typing import TypeAlias

from werkzeug.datastructures import MultiDict

from ordertrack.i18n import form_fields, formats
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import marked
from ordertrack.restaurants.calendar import EVERY_WEEKDAY, Rules, Shift
from ordertrack.restaurants.calendar_check import (
    LONGEST_FORGOTTEN,
    MOST_SHIFTS,
    UnusableRules,
    problems_of,
)
from ordertrack.restaurants.target_check import UnusableTarget
from ordertrack.restaurants.targets import Target
from ordertrack.rules.stages import HEADLINE, Stage
from ordertrack.rules.state_machine import Fulfilment

_Form: TypeAlias = MultiDict[str, str]
_ROW = re.compile(r"shift-([0-9]{1,3})-(?:name|starts|ends|weekday)", re.ASCII)
_BLANK_ROWS = 2
_A_DAY = dt.date(2026, 11, 20)
_NO_TIMES = marked("Give both times in hours and minutes, as 16:00.")


@dataclass(frozen=True, slots=True)
class TypedShift:
    """One row of the form; a blank one is no shift."""

    name: str = ""
    weekdays: frozenset[str] = frozenset(str(weekday) for weekday in EVERY_WEEKDAY)
    starts: str = ""
    ends: str = ""

    @classmethod
    def understood(cls, shift: Shift) -> TypedShift:
        weekdays = frozenset(str(weekday) for weekday in shift.weekdays)
        return cls(shift.name, weekdays, f"{shift.starts:%H:%M}", f"{shift.ends:%H:%M}")

    @property
    def is_blank(self) -> bool:
        return not (self.name or self.starts or self.ends)

    def read(self) -> Shift | None:
        """None where a time is none."""
        starts, ends = form_fields.time_of_day(self.starts), form_fields.time_of_day(self.ends)
        if starts is None or ends is None:
            return None
        weekdays = frozenset(weekday for weekday in EVERY_WEEKDAY if str(weekday) in self.weekdays)
        return Shift(self.name, weekdays, starts, ends)


@dataclass(frozen=True, slots=True)
class TypedRules:
    """The form of a restaurant's rules. `rows` are shifts by the number of their row."""

    timezone: str
    day_starts: str
    forgotten_after: str
    early_before: str
    seen: str
    rows: dict[int, TypedShift]

    @classmethod
    def from_form(cls, form: _Form) -> TypedRules:
        numbers = sorted({int(found[1]) for name in form if (found := _ROW.fullmatch(name))})
        return cls(
            form.get("timezone", "").strip(),
            form.get("day_starts", "").strip(),
            form.get("forgotten_after", "").strip(),
            form.get("early_before", "").strip(),
            form.get("seen", ""),
            {number: _typed_shift(form, f"shift-{number}-") for number in numbers},
        )

    @classmethod
    def understood(cls, rules: Rules) -> TypedRules:
        return cls(
            rules.timezone,
            f"{rules.day_starts:%H:%M}",
            formats.typed(rules.forgotten_after / 60),
            formats.typed(rules.early_before),
            "",
            {number: TypedShift.understood(shift) for number, shift in enumerate(rules.shifts)},
        )

    @property
    def shown_rows(self) -> dict[int, TypedShift]:
        """Those that say something, and blank ones for more."""
        rows = {number: row for number, row in self.rows.items() if not row.is_blank}
        free = (number for number in count() if number not in rows)
        blank = min(_BLANK_ROWS, max(0, MOST_SHIFTS - len(rows)))
        return rows | {number: TypedShift() for number in islice(free, blank)}

    def read(self) -> Rules:
        """Raises UnusableRules, whose problems name a shift by its row."""
        day_starts = form_fields.time_of_day(self.day_starts)
        forgotten_after = form_fields.minutes(self.forgotten_after)
        early_before = form_fields.whole(self.early_before)
        shifts = {number: row.read() for number, row in self.rows.items() if not row.is_blank}
        problems = {f"shift-{number}": _(_NO_TIMES) for number, shift in shifts.items() if shift is None}
        if day_starts is None:
            problems["day_starts"] = _("Give a time of day in hours and minutes, as 04:00.")
        if forgotten_after is None:
            problems["forgotten_after"] = _("Give a number of minutes, as 240.")
        if early_before is None:
            problems["early_before"] = _("Give a number of seconds, as 60.")
        # What is no value is replaced by one that goes with anything, so that all else is checked as well.
        whole = {number: shift for number, shift in shifts.items() if shift is not None and day_starts}
        rules = Rules(
            dt.date.min,
            self.timezone,
            day_starts or dt.time(),
            tuple(whole.values()),
            LONGEST_FORGOTTEN if forgotten_after is None else forgotten_after,
            early_before or 0,
        )
        problems = _found_in(rules, list(whole)) | problems
        if problems:
            raise UnusableRules(problems)
        return rules


@dataclass(frozen=True, slots=True)
class TypedTarget:
    """The form of a target; `minutes` blank: none from that day on."""

    stage: str
    fulfilment: str
    minutes: str
    valid_from: str

    @classmethod
    def from_form(cls, form: _Form) -> TypedTarget:
        names = ("stage", "fulfilment", "minutes", "valid_from")
        return cls(*(form.get(name, "").strip() for name in names))

    @classmethod
    def blank(cls, today: dt.date) -> TypedTarget:
        return cls(HEADLINE, "", "", today.isoformat())

    def read(self) -> Target:
        """Raises UnusableTarget."""
        problems: dict[str, str] = {}
        stage, valid_from = form_fields.member(Stage, self.stage), form_fields.day(self.valid_from)
        fulfilment = form_fields.member(Fulfilment, self.fulfilment)
        seconds = form_fields.minutes(self.minutes)
        if stage is None:
            problems["stage"] = _("Choose a stage.")
        if fulfilment is None and self.fulfilment:
            problems["fulfilment"] = _("Choose a fulfilment, or every order.")
        if seconds is None and self.minutes:
            problems["minutes"] = _(
                "Give a number of minutes, as 15 or %(decimal)s; or nothing for no target.",
                decimal=formats.typed(7.5),
            )
        if valid_from is None:
            problems["valid_from"] = _("Give a day, as %(example)s.", example=formats.iso(_A_DAY))
        if problems or stage is None or valid_from is None:
            raise UnusableTarget(problems)
        return Target(stage, fulfilment, valid_from, seconds)


def _typed_shift(form: _Form, prefix: str) -> TypedShift:
    return TypedShift(
        form.get(f"{prefix}name", "").strip(" "),
        frozenset(form.getlist(f"{prefix}weekday")),
        form.get(f"{prefix}starts", "").strip(),
        form.get(f"{prefix}ends", "").strip(),
    )


def _found_in(rules: Rules, rows: list[int]) -> dict[str, str]:
    """The problems of rules whose shifts stand in these rows of the form."""
    row_of = {f"shift-{index}": f"shift-{row}" for index, row in enumerate(rows)}
    return {row_of.get(field, field): sentence for field, sentence in problems_of(rules).items()}
