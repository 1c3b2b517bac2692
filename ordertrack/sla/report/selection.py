"""What a report is about: days, restaurants, a stage; and the address that holds the whole choice."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from ordertrack.rules.stages import HEADLINE, Stage
from ordertrack.rules.state_machine import Fulfilment

if TYPE_CHECKING:
    from ordertrack.restaurants.cache import RestaurantSettings


class Grouping(StrEnum):
    SHIFT = "shift"
    DAY = "day"
    WEEKDAY = "weekday"
    WEEK = "week"
    MONTH = "month"
    RESTAURANT = "restaurant"

    @property
    def table(self) -> str:
        """The name of the table and of the chart that it chooses."""
        return "periods" if self in PERIODS else f"{self}s"


PERIODS = (Grouping.WEEKDAY, Grouping.WEEK, Grouping.MONTH)
WEEK = 7


class Preset(StrEnum):
    """A range that moves on with the days."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    WEEK = "7"
    FOUR_WEEKS = "28"
    QUARTER = "90"

    def days(self, today: dt.date) -> tuple[dt.date, dt.date]:
        """The first and the last day of it."""
        if self is Preset.TODAY:
            return today, today
        if self is Preset.YESTERDAY:
            return today - dt.timedelta(1), today - dt.timedelta(1)
        return today - dt.timedelta(int(self) - 1), today


@dataclass(frozen=True, slots=True)
class Selection:
    """Business days `first` to `last`, both included, of these restaurants (`is_all`: of every one).

    `hours_over`: how many hours of the last day are over, if it still runs. The `lagging` restaurants have
    days of their own, one day before these: where it is yesterday still, today is theirs.
    """

    tenant_id: uuid.UUID
    first: dt.date
    last: dt.date
    restaurants: tuple[RestaurantSettings, ...]
    is_all: bool = True
    fulfilment: Fulfilment | None = None
    stage: Stage = HEADLINE
    group: Grouping = Grouping.SHIFT
    with_left_out: bool = False
    preset: Preset | None = None
    hours_over: int | None = field(default=None, compare=False)
    lagging: frozenset[uuid.UUID] = field(default=frozenset(), compare=False)

    @property
    def length(self) -> int:
        """In days."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> Selection:
        """As many days before it, on the same weekdays: as few whole weeks earlier as leave it out."""
        earlier = dt.timedelta(WEEK * -(-self.length // WEEK))
        return replace(
            self, first=self.first - earlier, last=self.last - earlier, preset=None, hours_over=None
        )

    def span_of(self, restaurant: RestaurantSettings) -> tuple[dt.datetime, dt.datetime]:
        """From when to when its days run in one of its restaurants; the end is no part of it."""
        lag = dt.timedelta(restaurant.id in self.lagging)
        calendar = restaurant.calendar
        first, after = self.first - lag, self.last - lag + dt.timedelta(1)
        return calendar.day_begins(first), calendar.day_begins(after)

    @property
    def query(self) -> str:
        """The part of an address that chooses this again."""
        # Hundreds of links on a page hold it: of these words only slugs may need to be escaped.
        days = f"range={self.preset}" if self.preset else f"from={self.first}&to={self.last}"
        parts = [f"{days}&stage={self.stage}&group={self.group}"]
        if not self.is_all:
            parts.append(_named(tuple(restaurant.slug for restaurant in self.restaurants)))
        if self.fulfilment:
            parts.append(f"fulfilment={self.fulfilment}")
        if self.with_left_out:
            parts.append("doubtful=in")
        return "&".join(parts)

    @property
    def file_name(self) -> str:
        """What a file made of it is called, behind what it holds: all that was chosen, if there is room."""
        restaurants = "" if self.is_all else f"-{'-'.join(each.slug for each in self.restaurants)[:60]}"
        fulfilment = f"-{self.fulfilment}" if self.fulfilment else ""
        doubtful = "-with-doubtful" if self.with_left_out else ""
        return f"{self.stage}{restaurants}{fulfilment}{doubtful}-{self.first}-{self.last}"

    def but(self, **changes: Any) -> Selection:
        """The same with other fields: what a link on the page leads to."""
        return replace(self, **changes)

    def on(self, day: dt.date) -> Selection:
        return self.between(day, day)

    def between(self, first: dt.date, last: dt.date) -> Selection:
        """The part of it that lies in these days."""
        first, last = max(first, self.first), min(last, self.last)
        over = self.hours_over if last == self.last else None
        return replace(self, first=first, last=last, preset=None, hours_over=over)

    def of(self, restaurant: RestaurantSettings) -> Selection:
        return replace(self, restaurants=(restaurant,), is_all=False)


@lru_cache(256)
def _named(slugs: tuple[str, ...]) -> str:
    return urlencode([("restaurant", slug) for slug in slugs])
