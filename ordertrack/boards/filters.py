"""What the filters of a screen hide of its board, as the screen says with its stream."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import unquote

from ordertrack.rules.state_machine import Fulfilment

HEADER = "Hides"
"""Of a board's stream: JSON `{"stations": [...], "fulfilments": [...], "at": 1764400000000}`, encoded by `%`.

`at` orders what one device says, in milliseconds by its own clock: streams arrive in any order.
"""

_KEPT_FOR = 60.0  # seconds after which a filter that no open screen has is forgotten
_LATEST = 2**53  # milliseconds: the integers that a page's numbers are sure of


class MalformedFilter(ValueError):
    """What a screen says that it hides has another form."""


@dataclass(frozen=True, slots=True)
class Filter:
    """The stations and kinds of orders that a screen does not show; empty: it shows everything."""

    stations: frozenset[str] = frozenset()
    fulfilments: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.stations or self.fulfilments)

    def hides(self, fulfilment: str, stations: Collection[str | None]) -> bool:
        """Whether an order is hidden whose lines are made at these stations (None: at none in particular)."""
        return fulfilment in self.fulfilments or (bool(stations) and self.stations.issuperset(stations))

    def as_json(self) -> str | None:
        """As the table of screens has it; None for a filter that hides nothing."""
        said = {"stations": sorted(self.stations), "fulfilments": sorted(self.fulfilments)}
        return json.dumps(said) if self else None

    @classmethod
    def of_row(cls, said: dict[str, list[str]] | None) -> Filter:
        return cls(frozenset(said["stations"]), frozenset(said["fulfilments"])) if said else EVERYTHING


EVERYTHING = Filter()


class Told(NamedTuple):
    """What a device says that it hides of a board, and when by its own clock, in seconds since 1970."""

    filter: Filter
    at: float

    def as_text(self) -> str:
        return json.dumps([self.filter.as_json(), self.at])

    @classmethod
    def of_text(cls, text: str) -> Told:
        """What `as_text` wrote; nothing where it is empty."""
        said, at = json.loads(text or "[null, 0]")
        return cls(Filter.of_row(json.loads(said) if said else None), float(at))


_NOTHING_TOLD = Told(EVERYTHING, 0.0)


def parse(header: str | None, stations: Iterable[str]) -> Told:
    """What the header says, of the stations that there are; raises MalformedFilter."""
    if not header:
        return _NOTHING_TOLD
    try:
        said: Any = json.loads(unquote(header))
        named = [frozenset(said.get(name, ())) for name in ("stations", "fulfilments")]
        at = said.get("at", 0)
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise MalformedFilter(header) from None
    if type(at) is not int or not 0 <= at < _LATEST:
        raise MalformedFilter(header)
    # A name that the restaurant no longer has hides nothing.
    stations_hidden = named[0] & frozenset(stations)
    return Told(Filter(stations_hidden, named[1] & frozenset(each.value for each in Fulfilment)), at / 1000)


Screened = tuple[uuid.UUID, str, str]
"""A restaurant's id, a board's name and the device (`session:<id>`, `tablet:<id>`) that shows it."""


class _Heard(NamedTuple):
    """What a device told, and when it was heard here, on the monotonic clock."""

    told: Told
    at: float


class Filters:
    """The filters of the screens that this process serves; without one a screen shows everything."""

    def __init__(self) -> None:
        self._of: dict[uuid.UUID, dict[Screened, _Heard]] = {}

    def put(self, tenant_id: uuid.UUID, screen: Screened, told: Told) -> None:
        """Set the filter of a screen that connects, unless the device has said another one since."""
        screens = self._of.setdefault(tenant_id, {})
        if told.at >= self.of(tenant_id, screen).at:
            screens[screen] = _Heard(told, time.monotonic())

    def of(self, tenant_id: uuid.UUID, screen: Screened) -> Told:
        heard = self._of.get(tenant_id, {}).get(screen)
        return heard.told if heard else _NOTHING_TOLD

    def tenants(self) -> set[uuid.UUID]:
        """The tenants in which a screen hides something."""
        return {
            tenant_id
            for tenant_id, screens in list(self._of.items())
            if any(heard.told.filter for heard in list(screens.values()))
        }

    def forget(self, tenant_id: uuid.UUID, open_now: Collection[Screened]) -> None:
        """Drop the filters of screens that are not open, after a while: one may be about to connect."""
        screens = self._of.get(tenant_id, {})
        before = time.monotonic() - _KEPT_FOR
        for screen, heard in list(screens.items()):
            if screen not in open_now and heard.at < before:
                screens.pop(screen, None)
        if not screens:
            self._of.pop(tenant_id, None)


FILTERS = Filters()
