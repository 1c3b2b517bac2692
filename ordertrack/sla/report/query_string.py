"""Reads a choice from an address: a selection, or for each field a sentence that says what is wrong."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from werkzeug.datastructures import MultiDict

from ordertrack.i18n import formats
from ordertrack.i18n.form_fields import day as day_of
from ordertrack.i18n.translate import gettext as _
from ordertrack.i18n.translate import number
from ordertrack.rules.stages import HEADLINE, Stage
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.sla.report.selection import Grouping, Preset, Selection

if TYPE_CHECKING:
    from ordertrack.restaurants.cache import RestaurantSettings

LONGEST = 400  # days
_A_DAY = dt.date(2026, 11, 20)
_EARLIEST, _LATEST = dt.date(2000, 1, 1), dt.date(2099, 12, 31)

_E = TypeVar("_E", bound=StrEnum)


class UnusableChoice(ValueError):
    """A choice that no report can be made of; `problems` has a sentence for each field of the form."""

    def __init__(self, problems: dict[str, str]) -> None:
        self.problems = problems
        super().__init__(" ".join(problems.values()))


@dataclass(frozen=True, slots=True)
class Typed:
    """What the form shows: the choice as it was typed, or as it was understood."""

    preset: str
    first: str
    last: str
    restaurants: frozenset[str]
    fulfilment: str
    stage: str
    group: str
    with_left_out: bool

    @classmethod
    def in_address(cls, args: MultiDict[str, str]) -> Typed:
        return cls(
            args.get("range", "").strip(),
            args.get("from", "").strip(),
            args.get("to", "").strip(),
            frozenset(args.getlist("restaurant")),
            args.get("fulfilment", ""),
            args.get("stage", "") or HEADLINE,
            args.get("group", "") or Grouping.SHIFT,
            args.get("doubtful", "") == "in",
        )

    @classmethod
    def understood(cls, selection: Selection) -> Typed:
        return cls(
            selection.preset or "",
            selection.first.isoformat(),
            selection.last.isoformat(),
            frozenset() if selection.is_all else frozenset(each.slug for each in selection.restaurants),
            selection.fulfilment or "",
            selection.stage,
            selection.group,
            selection.with_left_out,
        )


def read(
    args: MultiDict[str, str],
    tenant_id: uuid.UUID,
    restaurants: Sequence[RestaurantSettings],
    now: dt.datetime,
    *,
    sees_all: bool = True,
) -> Selection:
    """What `range` or `from` and `to`, `restaurant`, `fulfilment`, `stage`, `group` and `doubtful` choose.

    `restaurants` are those that whoever asks may see; `sees_all`: they are all of the tenant's. Raises
    UnusableChoice.
    """
    reading = _Reading(args)
    chosen = reading.restaurants(restaurants)
    todays = {restaurant.id: restaurant.calendar.day_of(now) for restaurant in chosen}
    today = max(todays.values(), default=now.date())
    preset, first, last = reading.days(today)
    is_one_day = preset in (Preset.TODAY, Preset.YESTERDAY)
    selection = Selection(
        tenant_id,
        first,
        last,
        chosen,
        is_all=sees_all and len(chosen) == len(restaurants),
        fulfilment=reading.member("fulfilment", Fulfilment, None),
        stage=reading.member("stage", Stage, HEADLINE) or HEADLINE,
        group=reading.member("group", Grouping, Grouping.SHIFT) or Grouping.SHIFT,
        with_left_out=reading.switch(),
        preset=preset,
        hours_over=_hours_over(chosen, now, last, preset),
        lagging=frozenset(each for each, day in todays.items() if day < today) if is_one_day else frozenset(),
    )
    if reading.problems:
        raise UnusableChoice(reading.problems)
    return selection


def _hours_over(
    restaurants: Sequence[RestaurantSettings], now: dt.datetime, last: dt.date, preset: Preset | None
) -> int | None:
    """How many hours of the last day are over, where fewest are; None where it is over everywhere."""
    if preset is Preset.YESTERDAY:
        return None
    over = []
    for each in restaurants:
        day, hour = each.calendar.day_of(now), each.calendar.local(now).hour
        if day < last and preset is not Preset.TODAY:
            over.append(0)
        elif day <= last:
            over.append((hour - each.calendar.rules_on(day).day_starts.hour) % 24)
    return min(over, default=None)


class _Reading:
    """Reads field by field and notes what cannot be used, so that all of it is said at once."""

    def __init__(self, args: MultiDict[str, str]) -> None:
        self._args = args
        self.problems: dict[str, str] = {}

    def restaurants(self, restaurants: Sequence[RestaurantSettings]) -> tuple[RestaurantSettings, ...]:
        asked = {slug for slug in self._args.getlist("restaurant") if slug}
        unknown = sorted(asked - {restaurant.slug for restaurant in restaurants})
        if unknown:
            name = formats.quoted(unknown[0])
            self.problems["restaurant"] = _("There is no restaurant %(name)s.", name=name)
        chosen = tuple(restaurant for restaurant in restaurants if restaurant.slug in asked)
        return chosen if chosen else tuple(restaurants)

    def days(self, today: dt.date) -> tuple[Preset | None, dt.date, dt.date]:
        preset = self.member("range", Preset, None)
        if preset is None and not (self._args.get("from") or self._args.get("to")):
            preset = Preset.YESTERDAY
        if preset is not None:
            return preset, *preset.days(today)
        first, last = self._day("from"), self._day("to")
        if first is None or last is None:
            return None, today, today
        if first > last:
            self.problems["days"] = _("The first day lies after the last. Exchange them.")
        elif (last - first).days >= LONGEST:
            said = {"days": number((last - first).days + 1), "most": number(LONGEST)}
            self.problems["days"] = _(
                "These are %(days)s days. A report takes %(most)s days at most.", **said
            )
        return None, first, last

    def _day(self, name: str) -> dt.date | None:
        text = self._args.get(name, "").strip()
        if not text:
            self.problems["days"] = _("Give both days, the first and the last.")
            return None
        day = day_of(text)
        if day is None:
            said = {"typed": formats.quoted(text), "example": formats.iso(_A_DAY)}
            self.problems["days"] = _("%(typed)s is not a day; write it as %(example)s.", **said)
        elif not _EARLIEST <= day <= _LATEST:
            self.problems["days"] = _("Choose days of the years 2000 to 2099.")
            return None
        return day

    def member(self, name: str, kind: type[_E], default: _E | None) -> _E | None:
        text = self._args.get(name, "").strip()
        if not text:
            return default
        try:
            return kind(text)
        except ValueError:
            known = formats.code(", ".join(kind))
            self.problems[name] = _(
                "%(typed)s is none of %(known)s.", typed=formats.quoted(text), known=known
            )
            return default

    def switch(self) -> bool:
        text = self._args.get("doubtful", "").strip()
        if text not in ("", "in", "out"):
            self.problems["doubtful"] = _("%(typed)s is neither in nor out.", typed=formats.quoted(text))
        return text == "in"
