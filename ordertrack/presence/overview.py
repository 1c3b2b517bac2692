"""What a manager must know of all restaurants: what is open, which screens show it, and where none does."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from ordertrack.boards.filters import Filter
from ordertrack.presence import devices as open_screens
from ordertrack.presence import open_work
from ordertrack.presence.open_work import WORK, Place
from ordertrack.restaurants import cache


@dataclass(frozen=True, slots=True)
class OpenScreen:
    """A board that is open since `since`; `late_since` is when it was last seen, if that is long ago.

    One that is filtered shows a part of its board only; one that is not at work is a manager's own device.
    """

    board: str
    name: str
    is_tablet: bool
    is_at_work: bool
    since: dt.datetime
    late_since: dt.datetime | None
    is_filtered: bool


@dataclass(frozen=True, slots=True)
class Floor:
    """A restaurant: how many orders wait for each board, how many nobody has touched for hours, its screens.

    `hidden` are, by board, the orders that every screen at work hides by its filters; `missing` are its
    tablets in use on which nothing is open. `silent_since` is, by board that no screen at work has open, when
    one last had, if that is known.
    """

    id: uuid.UUID
    slug: str
    name: str
    zone: ZoneInfo
    waiting: Mapping[str, int]
    forgotten: int
    screens: tuple[OpenScreen, ...]
    hidden: Mapping[str, tuple[uuid.UUID, ...]]
    missing: tuple[tuple[str, str], ...]
    silent_since: Mapping[str, dt.datetime]

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """The boards that orders wait for which no screen at work shows: none is open, or all hide them."""
        shown = {screen.board for screen in self.screens if screen.is_at_work}
        unshown = {
            board: len(self.hidden.get(board, ())) if board in shown else number
            for board, number in self.waiting.items()
        }
        return tuple(
            Alarm(self.slug, self.name, board, number, board in shown, self.silent_since.get(board))
            for board, number in unshown.items()
            if number
        )


@dataclass(frozen=True, slots=True)
class Alarm:
    """Orders are open in a restaurant, and the board that they wait for is open nowhere, or hides them.

    `silent_since` is when a screen at work last had it open, if that is known.
    """

    slug: str
    restaurant: str
    board: str
    orders: int
    is_hidden: bool
    silent_since: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """Every restaurant of a tenant, by name."""

    floors: tuple[Floor, ...]

    def only(self, slugs: Collection[str] | None) -> Overview:
        """What of it these restaurants have; all of it for None."""
        return self if slugs is None else Overview(tuple(each for each in self.floors if each.slug in slugs))

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        return tuple(alarm for floor in self.floors for alarm in floor.alarms)


def read(tenant_id: uuid.UUID) -> Overview:
    """How it is now, in two queries; in three where all screens of a board are filtered."""
    restaurants = cache.of_tenant(tenant_id)
    patience = {restaurant.id: restaurant.calendar.rules[-1].forgotten_after for restaurant in restaurants}
    counts = open_work.counts(tenant_id, patience)
    devices = open_screens.read(tenant_id)
    hidden = open_work.hidden(tenant_id, patience, _all_filtered(devices))
    today = dt.datetime.now(dt.UTC)
    return Overview(
        tuple(
            _floor(
                restaurant,
                restaurant.calendar.zone_on(restaurant.calendar.day_of(today)),
                [row for row in counts if row.restaurant_id == restaurant.id],
                [row for row in devices if row.restaurant_id == restaurant.id],
                {board: orders for (of, board), orders in hidden.items() if of == restaurant.id},
            )
            for restaurant in restaurants
        )
    )


def _all_filtered(devices: Iterable[Any]) -> dict[Place, list[Filter]]:
    """The boards each screen of which hides something, with what each hides.

    A manager's own device is asked only where no screen at work has the board open.
    """
    found: dict[bool, dict[Place, list[Filter]]] = {True: {}, False: {}}
    for row in devices:
        if row.since is not None and row.board in WORK:
            of_place = found[row.is_at_work].setdefault((row.restaurant_id, row.board), [])
            of_place.append(Filter.of_row(row.hides))
    return {place: filters for place, filters in (found[False] | found[True]).items() if all(filters)}


def _floor(
    restaurant: Any,
    zone: ZoneInfo,
    counts: Iterable[Any],
    devices: Iterable[Any],
    hidden: Mapping[str, tuple[uuid.UUID, ...]],
) -> Floor:
    waiting = dict.fromkeys(WORK, 0)
    forgotten = 0
    for row in counts:
        waiting[open_work.board_of(row.status)] += row.number - row.forgotten
        forgotten += row.forgotten
    screens = tuple(
        OpenScreen(
            row.board,
            row.name,
            row.is_tablet,
            row.is_at_work,
            row.since,
            row.seen_at if row.is_late else None,
            bool(Filter.of_row(row.hides)),
        )
        for row in devices
        if row.since is not None
    )
    heard = {screen.board for screen in screens if screen.is_at_work}
    return Floor(
        restaurant.id,
        restaurant.slug,
        restaurant.name,
        zone,
        waiting,
        forgotten,
        screens,
        hidden,
        tuple((row.board, row.name) for row in devices if row.since is None and not _is_of_the_past(row)),
        {row.board: row.seen_at for row in devices if _is_of_the_past(row) and row.board not in heard},
    )


def _is_of_the_past(row: Any) -> bool:
    """Whether it says when a board was last open, and of no device that is."""
    return row.since is None and row.seen_at is not None
