"""When a restaurant is open: its hours of the week, and days that are otherwise.

A span belongs to the day on which it begins and may run past midnight. A restaurant that said no hours of the
week is always open, but on days that are otherwise.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select

from ordertrack.database.statements import TenantQuery
from ordertrack.i18n.translate import marked
from ordertrack.restaurants.models import SavedHours
from ordertrack.restaurants.versioned import Kind
from ordertrack.restaurants.wall_clock import to_moment
from ordertrack.tenants.models import Restaurant

_DAY = dt.timedelta(days=1)
_LOOKS_AHEAD = 400  # days


@dataclass(frozen=True, slots=True)
class Span:
    """From a time of day until another: at or before `starts` it is on the next day; equal, a day long."""

    starts: dt.time
    ends: dt.time

    def on(self, day: dt.date, zone: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
        """From which moment until before which it lasts on a day."""
        last = day + _DAY if self.ends <= self.starts else day
        begins, ends = dt.datetime.combine(day, self.starts), dt.datetime.combine(last, self.ends)
        return to_moment(begins, zone), to_moment(ends, zone)


ALL_DAY = Span(dt.time(), dt.time())


@dataclass(frozen=True, slots=True)
class Weekly:
    """A span of some weekdays (Monday 0)."""

    weekdays: frozenset[int]
    span: Span


@dataclass(frozen=True, slots=True)
class Special:
    """A span of one day, instead of those of its weekday; None: closed. Several of a day are all of it."""

    day: dt.date
    span: Span | None


@dataclass(frozen=True, slots=True)
class Hours:
    """What somebody saved of a restaurant; 0 is nothing yet. `zone` is where its clock hangs."""

    restaurant_id: uuid.UUID
    weekly: tuple[Weekly, ...] = ()
    special: tuple[Special, ...] = ()
    version: int = 0
    zone: str = "UTC"

    def spans_on(self, day: dt.date) -> list[Span]:
        """The spans that begin on a day, in their order."""
        of_day = [each.span for each in self.special if each.day == day]
        if of_day:
            return sorted((span for span in of_day if span is not None), key=lambda span: span.starts)
        if not self.weekly:
            return [ALL_DAY]
        spans = (each.span for each in self.weekly if day.weekday() in each.weekdays)
        return sorted(spans, key=lambda span: span.starts)

    def is_open_at(self, moment: dt.datetime) -> bool:
        return not (self.weekly or self.special) or self.closes_after(moment) is not None

    def closes_after(self, moment: dt.datetime) -> dt.datetime | None:
        """When it closes that is open at this moment; None if it is closed. At most a few days ahead."""
        closes = None
        for begins, ends in self._moments(moment, 3):
            if begins <= (closes or moment) < ends:
                closes = ends
        return closes

    def opens_after(self, moment: dt.datetime) -> dt.datetime | None:
        """When it opens that is closed at this moment; None if not within a year."""
        return next((begins for begins, _ in self._moments(moment, _LOOKS_AHEAD) if begins > moment), None)

    def _moments(self, moment: dt.datetime, days: int) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        zone = ZoneInfo(self.zone)
        first = moment.astimezone(zone).date() - _DAY
        for ahead in range(days):
            day = first + ahead * _DAY
            yield from (span.on(day, zone) for span in self.spans_on(day))


def read(tenant_id: uuid.UUID, restaurant_id: uuid.UUID) -> Hours | None:
    """What was saved last, as it is now; None if the tenant has no restaurant of this id."""
    for row in _READ.rows(tenant_id=tenant_id, restaurant_id=restaurant_id):
        return of_row(row)
    return None


def of_row(row: Any) -> Hours:
    """What a query of restaurants found: their `id`, `timezone` and last `hours`."""
    saved = next(iter(HOURS.values(row.hours and [row.hours])), Hours(row.id))
    return Hours(row.id, saved.weekly, saved.special, saved.version, row.timezone)


def _read_hours(restaurant_id: str, weekly: list[Any], special: list[Any], version: int) -> Hours:
    return Hours(uuid.UUID(restaurant_id), read_weekly(weekly), read_special(special), version)


def read_weekly(saved: Iterable[dict[str, Any]]) -> tuple[Weekly, ...]:
    """What JSON has of the hours of the week."""
    return tuple(Weekly(frozenset(each["weekdays"]), _read_span(each)) for each in saved)


def read_special(saved: Iterable[dict[str, Any]]) -> tuple[Special, ...]:
    """What JSON has of days that are otherwise."""
    return tuple(
        Special(dt.date.fromisoformat(each["day"]), _read_span(each) if each["starts"] else None)
        for each in saved
    )


def _read_span(saved: dict[str, Any]) -> Span:
    return Span(dt.time.fromisoformat(saved["starts"]), dt.time.fromisoformat(saved["ends"]))


def _stored_span(span: Span | None) -> dict[str, str | None]:
    if span is None:
        return {"starts": None, "ends": None}
    return {"starts": span.starts.isoformat("minutes"), "ends": span.ends.isoformat("minutes")}


def _stored_weekly(weekly: Iterable[Weekly]) -> list[dict[str, Any]]:
    return [{"weekdays": sorted(each.weekdays), **_stored_span(each.span)} for each in weekly]


def _stored_special(special: Iterable[Special]) -> list[dict[str, Any]]:
    return [{"day": each.day.isoformat(), **_stored_span(each.span)} for each in special]


HOURS = Kind(
    SavedHours,
    (SavedHours.restaurant_id, SavedHours.weekly, SavedHours.special, SavedHours.version),
    _read_hours,
    {"weekly": _stored_weekly, "special": _stored_special},
    marked(
        "Somebody else saved other settings while you were at it: see what was saved below."
        " Saving once more replaces theirs by what stands here."
    ),
    audited="hours",
    begins=Hours,
)
_READ = TenantQuery(
    select(Restaurant.id, Restaurant.timezone, HOURS.last_version().label("hours")).where(
        Restaurant.tenant_id == bindparam("tenant_id"), Restaurant.id == bindparam("restaurant_id")
    )
)
