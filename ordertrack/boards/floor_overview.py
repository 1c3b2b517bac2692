"""What a manager must know of all restaurants: what is open, which screens show it, and where none does."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ARRAY, Text, Uuid, any_, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB

from ordertrack.boards import open_screens
from ordertrack.boards.columns import DISPATCH, KITCHEN
from ordertrack.orders.models import Order
from ordertrack.orders.state_machine import OrderStatus
from ordertrack.sla import settings
from ordertrack.statements import Confined

WORK = {
    KITCHEN.name: (OrderStatus.PENDING, OrderStatus.CONFIRMED, OrderStatus.PREPARING),
    DISPATCH.name: (OrderStatus.READY, OrderStatus.DELIVERING),
}
"""The statuses in which an order waits for a board."""

_WAITING = [status.value for statuses in WORK.values() for status in statuses]


@dataclass(frozen=True, slots=True)
class OpenScreen:
    """A board that is open since `since`; `late_since` is when it was last seen, if that is long ago."""

    board: str
    name: str
    is_tablet: bool
    since: dt.datetime
    late_since: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Floor:
    """A restaurant: how many orders wait for each board, how many nobody has touched for hours, its screens.

    `missing` are its tablets in use on which nothing is open.
    """

    slug: str
    name: str
    zone: ZoneInfo
    waiting: Mapping[str, int]
    forgotten: int
    screens: tuple[OpenScreen, ...]
    missing: tuple[tuple[str, str], ...]

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """The boards that orders wait for and nobody has open."""
        shown = {screen.board for screen in self.screens}
        return tuple(
            Alarm(self.slug, self.name, board, number)
            for board, number in self.waiting.items()
            if number and board not in shown
        )


@dataclass(frozen=True, slots=True)
class Alarm:
    """Orders are open in a restaurant, and the board that they wait for is open nowhere."""

    slug: str
    restaurant: str
    board: str
    orders: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Every restaurant of a tenant, by name."""

    floors: tuple[Floor, ...]

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        return tuple(alarm for floor in self.floors for alarm in floor.alarms)


def read(tenant_id: uuid.UUID) -> Overview:
    """How it is now, in two queries."""
    places = settings.of_tenant(tenant_id)
    patience = {str(place.id): place.calendar.rules[-1].forgotten_after for place in places}
    ids = [place.id for place in places]
    counts = _COUNTS.rows(
        tenant_id=tenant_id, restaurants=ids, statuses=_WAITING, patience=json.dumps(patience)
    )
    devices = open_screens.read(tenant_id)
    today = dt.datetime.now(dt.UTC)
    return Overview(
        tuple(
            _floor(
                place.slug,
                place.name,
                place.calendar.zone_on(place.calendar.day_of(today)),
                [row for row in counts if row.restaurant_id == place.id],
                [row for row in devices if row.restaurant_id == place.id],
            )
            for place in places
        )
    )


def _floor(slug: str, name: str, zone: ZoneInfo, counts: Iterable[Any], devices: Iterable[Any]) -> Floor:
    waiting = dict.fromkeys(WORK, 0)
    forgotten = 0
    for row in counts:
        board = next(board for board, statuses in WORK.items() if row.status in statuses)
        waiting[board] += row.number - row.forgotten
        forgotten += row.forgotten
    screens = tuple(
        OpenScreen(row.board, row.name, row.is_tablet, row.since, row.seen_at if row.is_late else None)
        for row in devices
        if row.since is not None
    )
    missing = tuple((row.board, row.name) for row in devices if row.since is None)
    return Floor(slug, name, zone, waiting, forgotten, screens, missing)


# Orders that were forgotten are told as such, but wake nobody night after night.
_patience = func.make_interval(
    0, 0, 0, 0, 0, 0, cast(bindparam("patience"), JSONB)[cast(Order.restaurant_id, Text)].as_float()
)
_is_forgotten = func.greatest(Order.status_since, Order.promised_at) < func.clock_timestamp() - _patience
_COUNTS = Confined(
    select(
        Order.restaurant_id,
        Order.status,
        func.count().label("number"),
        func.count().filter(_is_forgotten).label("forgotten"),
    )
    .where(
        Order.tenant_id == bindparam("tenant_id"),
        Order.restaurant_id == any_(bindparam("restaurants", type_=ARRAY(Uuid))),
        cast(Order.status, Text) == any_(bindparam("statuses", type_=ARRAY(Text))),
    )
    .group_by(Order.restaurant_id, Order.status)
)
