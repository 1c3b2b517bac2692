"""The restaurants that a log names, as restaurants of a company: matched by slug or name, or made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from ordertrack.i18n import names
from ordertrack.restaurants import cache, places
from ordertrack.restaurants.calendar import Calendar
from ordertrack.tenants.accounts import AccountError
from ordertrack.tenants.principal import Principal

UTC = "UTC"


class Restaurants:
    """Those of the entered tenant, and in which zone the local times of each are.

    `zones` has by a restaurant's name, or for all under None, what somebody said. Without that it is the
    restaurant's own, and for one that is to be made the one that all others have, if they have one.
    `into`: all is of the restaurant of this slug; raises AccountError if there is none.
    """

    def __init__(self, by: Principal, zones: Mapping[str | None, str], into: str | None = None) -> None:
        self._by = by
        self._said = {name if name is None else names.key(name): zone for name, zone in zones.items()}
        self._into = into
        self._read()
        if into is not None and into not in self._calendars:
            there = ", ".join(sorted(self._calendars)) or "none"
            raise AccountError(f"There is no restaurant {into!r}. There are: {there}.")

    def slug_of(self, name: str | None) -> str | None:
        """The slug of the restaurant that a log calls so; None if the company lacks it."""
        if self._into is not None:
            return self._into
        key = names.key(name or "")
        found = (self._slugs.get(each) for each in (key, f"r-{key}", names.key(f"Restaurant {key}")))
        return next((slug for slug in found if slug is not None), None)

    def zone_of(self, name: str | None, day: dt.date) -> dt.tzinfo:
        said = self._zone_said(name)
        if said is not None:
            return ZoneInfo(said)
        slug = self.slug_of(name)
        return ZoneInfo(self.zone_for_new) if slug is None else self._calendars[slug].zone_on(day)

    def zone_told(self, name: str | None) -> str:
        """The zone of a restaurant's local times, by its name."""
        slug = self.slug_of(name)
        said = self._zone_said(name)
        if said is not None or slug is None:
            return said or self.zone_for_new
        return str(self._calendars[slug].zone_on(dt.datetime.now(dt.UTC).date()))

    @property
    def zone_for_new(self) -> str:
        """Of restaurants that are to be made, where nobody said one."""
        return next(iter(self._shared)) if self.has_shared_zone else UTC

    @property
    def has_shared_zone(self) -> bool:
        """Whether all restaurants there are have one zone."""
        return len(self._shared) == 1

    def is_zone_said(self, name: str | None) -> bool:
        return self._zone_said(name) is not None

    def make(self, missing: Iterable[str]) -> list[str]:
        """Make the restaurants that are missing, each under its name and with the zone of its times."""
        made = []
        for name in missing:
            if self.slug_of(name) is None:
                called = f"Restaurant {name}" if name.isdigit() else name
                places.add(called, self._zone_said(name) or self.zone_for_new, by=self._by)
                made.append(called)
                self._read(is_more=True)
        return made

    def _zone_said(self, name: str | None) -> str | None:
        by_name = self._said.get(names.key(self._into or name or ""))
        return by_name or self._said.get(None)

    def _read(self, *, is_more: bool = False) -> None:
        if is_more:
            cache.forget(self._by.tenant_id, None)
        found = cache.of_tenant(self._by.tenant_id)
        self._calendars: dict[str, Calendar] = {each.slug: each.calendar for each in found}
        self._slugs = {names.key(each.name): each.slug for each in reversed(found)}
        self._slugs.update({each.slug: each.slug for each in found})
        if not is_more:
            today = dt.datetime.now(dt.UTC).date()
            self._shared = {str(each.calendar.zone_on(today)) for each in found}

    @property
    def calendars(self) -> Mapping[str, Calendar]:
        return self._calendars
