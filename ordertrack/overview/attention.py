"""What needs somebody's attention: a line for each restaurant and kind of trouble, with its one act."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import ARRAY, Uuid, any_, bindparam, func, select

from ordertrack.boards.columns import BOARDS, DISPATCH, KITCHEN
from ordertrack.database.statements import TenantQuery
from ordertrack.orders.due.open_orders import OpenOrder
from ordertrack.orders.models import Order
from ordertrack.orders.tests_of_boards import SENDER
from ordertrack.presence.overview import Alarm
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.restaurants.targets import Against
from ordertrack.rules.state_machine import OrderStatus

CANCELLED_WITHIN = dt.timedelta(hours=1)
_MANY_CANCELLED = 3


class Trouble(StrEnum):
    """What is wrong, the worst first."""

    UNSEEN = "unseen"
    CONFIRM = "confirm"
    KITCHEN = "kitchen"
    HANDOVER = "handover"
    ROAD = "road"
    CANCELLED = "cancelled"
    FORGOTTEN = "forgotten"
    WEBHOOK_DISABLED = "webhook_disabled"
    WEBHOOK_FAILS = "webhook_fails"
    CHANNEL_FAILS = "channel_fails"


OF_COMPANY = frozenset({Trouble.WEBHOOK_DISABLED, Trouble.WEBHOOK_FAILS, Trouble.CHANNEL_FAILS})
"""What no restaurant has: `slug` is which one it is, and `restaurant` what people call it."""

_LATE_IN = {
    OrderStatus.PENDING: Trouble.CONFIRM,
    OrderStatus.CONFIRMED: Trouble.KITCHEN,
    OrderStatus.PREPARING: Trouble.KITCHEN,
    OrderStatus.READY: Trouble.HANDOVER,
    OrderStatus.DELIVERING: Trouble.ROAD,
}
BOARD_OF = {
    Trouble.CONFIRM: KITCHEN.name,
    Trouble.KITCHEN: KITCHEN.name,
    Trouble.HANDOVER: DISPATCH.name,
    Trouble.ROAD: DISPATCH.name,
}
"""Where it can be seen to."""
COUNTED_ON = {
    trouble: tuple(
        board.name
        for board in BOARDS.values()
        for column in board.columns
        if column.shown_for is None and status in column.statuses
    )
    for status, trouble in _LATE_IN.items()
}
"""The boards on which such an order's card has its timer, and which count it as late by themselves."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: of `number` orders of a restaurant, or of an `order` where it is a single one.

    `late_at` is from when on the longest of them is late, `against` what; against nothing where it came then
    and nobody has confirmed it since, without a limit, or nobody has touched it for hours. `alarm` is what no
    screen shows; `phone` is the restaurant's.
    """

    trouble: Trouble
    slug: str
    restaurant: str
    zone: ZoneInfo
    number: int
    late_at: dt.datetime | None = None
    against: Against | None = None
    order: OpenOrder | None = None
    alarm: Alarm | None = None
    phone: str | None = None

    @property
    def id(self) -> str:
        board = self.alarm.board if self.alarm else ""
        return f"care-{self.slug}-{self.trouble}{board}"


Source = Callable[[uuid.UUID], Iterable[Line]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Have another room say what of the company needs attention: it is asked in the tenant, with its id."""
    if source not in _sources:
        _sources.append(source)


def of_company(tenant_id: uuid.UUID) -> list[Line]:
    """What the rooms above say."""
    return [line for source in _sources for line in source(tenant_id)]


@dataclass(frozen=True, slots=True)
class Cancelled:
    """How many orders a restaurant cancelled lately, and when the first of them no longer counts."""

    number: int
    until: dt.datetime


def cancelled(
    tenant_id: uuid.UUID, restaurants: Iterable[uuid.UUID], now: dt.datetime
) -> dict[uuid.UUID, Cancelled]:
    """By restaurant, of these, where it is more than happens every day; one query."""
    since = now - CANCELLED_WITHIN
    rows = _CANCELLED.rows(
        tenant_id=tenant_id, restaurants=list(restaurants), since=since, many=_MANY_CANCELLED
    )
    return {row.restaurant_id: Cancelled(row.number, row.first + CANCELLED_WITHIN) for row in rows}


def lines(
    restaurants: Mapping[uuid.UUID, RestaurantSettings],
    alarms: Mapping[uuid.UUID, Iterable[Alarm]],
    orders: Iterable[OpenOrder],
    cancelled: Mapping[uuid.UUID, Cancelled],
    phones: Mapping[uuid.UUID, str],
    now: dt.datetime,
) -> tuple[Line, ...]:
    """What nobody sees first, then by how long it is late, what was cancelled, what was forgotten last.

    Where nothing is late, restaurants come in the order in which they are given.
    """
    late: dict[tuple[uuid.UUID, Trouble], list[OpenOrder]] = {}
    forgotten: dict[uuid.UUID, list[OpenOrder]] = {}
    for order in orders:
        if order.is_forgotten:
            forgotten.setdefault(order.restaurant_id, []).append(order)
        if order.is_late(now) or order.is_unconfirmed(now):
            late.setdefault((order.restaurant_id, _LATE_IN[order.status]), []).append(order)

    def about(restaurant_id: uuid.UUID) -> tuple[str, str, ZoneInfo]:
        found = restaurants[restaurant_id]
        return found.slug, found.name, found.calendar.zone_on(found.calendar.day_of(now))

    unseen = [
        Line(
            Trouble.UNSEEN, *about(restaurant_id), alarm.orders, alarm=alarm, phone=phones.get(restaurant_id)
        )
        for restaurant_id in restaurants
        for alarm in alarms.get(restaurant_id, ())
    ]
    waiting = [
        Line(
            trouble,
            *about(restaurant_id),
            len(found),
            *_late_since(found, now),
            _single(found),
            phone=phones.get(restaurant_id),
        )
        for (restaurant_id, trouble), found in late.items()
    ]
    gone = [
        Line(Trouble.CANCELLED, *about(restaurant_id), found.number, phone=phones.get(restaurant_id))
        for restaurant_id in restaurants
        if (found := cancelled.get(restaurant_id)) is not None
    ]
    untouched = [
        Line(
            Trouble.FORGOTTEN,
            *about(restaurant_id),
            len(found),
            min(order.began_at for order in found),
            order=_single(found),
            phone=phones.get(restaurant_id),
        )
        for restaurant_id, found in forgotten.items()
    ]
    return (*unseen, *sorted(waiting, key=lambda line: (line.late_at or now, line.id)), *gone, *untouched)


def _single(orders: list[OpenOrder]) -> OpenOrder | None:
    return orders[0] if len(orders) == 1 else None


def _late_since(orders: Sequence[OpenOrder], now: dt.datetime) -> tuple[dt.datetime, Against | None]:
    late = (since for order in orders if (since := order.timer.late_since(now)) is not None)
    return min(late, default=(min(order.began_at for order in orders), None))


_CANCELLED = TenantQuery(
    select(Order.restaurant_id, func.count().label("number"), func.min(Order.status_since).label("first"))
    .where(
        Order.tenant_id == bindparam("tenant_id"),
        Order.restaurant_id == any_(bindparam("restaurants", type_=ARRAY(Uuid))),
        Order.status == OrderStatus.CANCELLED.value,
        Order.status_since > bindparam("since"),
        Order.idempotency_sender.is_distinct_from(SENDER),
    )
    .group_by(Order.restaurant_id)
    .having(func.count() >= bindparam("many"))
)
