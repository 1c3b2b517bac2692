"""A restaurant in one row: how it stands now, and which place the row has among the others."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from ordertrack.orders.due.open_orders import OPEN, OpenOrder
from ordertrack.overview.deliveries import Took
from ordertrack.overview.shares import Share
from ordertrack.presence.open_work import WORK
from ordertrack.presence.overview import Floor
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.restaurants.calendar import Calendar, ShiftSpan
from ordertrack.restaurants.pace import PaceState
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.sla.estimates.quoting import Quote, Why
from ordertrack.tenants.principal import PICKUP

_STEPS = 20
"""Shares are told apart in steps of five points for the order of rows: or each order would move some."""

_MOST = 9999
_LOOKS_AHEAD = 7  # days


class Hearing(StrEnum):
    """Who hears a board: some screen, none that has been heard of lately, or none at all."""

    OPEN = "open"
    LATE = "late"
    NONE = "none"
    UNSEEN = "unseen"
    """No screen shows what waits for it."""


@dataclass(frozen=True, slots=True)
class BoardState:
    board: str
    hearing: Hearing
    screens: int
    silent_since: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Row:
    """What a row says. `quoted` are minutes, None while nothing is taken in; `shift` runs, or is the next.

    `place` is the row's among the others as text: most late orders first, then a board that no screen shows,
    then the smaller share in target, then the name.
    """

    slug: str
    name: str
    zone: ZoneInfo
    shift: ShiftSpan | None
    is_running: bool
    pace: PaceState
    busy_minutes: int
    pace_until: dt.datetime | None
    pace_by: Why
    late: int
    forgotten: int
    oldest: OpenOrder | None
    by_status: Mapping[OrderStatus, int]
    share: Share
    quoted: tuple[int, int] | None
    took: Took | None
    boards: tuple[BoardState, ...]
    place: str

    @property
    def takes_longer(self) -> bool:
        """Whether deliveries took longer today than guests are told now."""
        return self.took is not None and self.quoted is not None and self.took.minutes > self.quoted[1]

    @property
    def open(self) -> int:
        return sum(self.by_status.values())


def row(
    restaurant: RestaurantSettings,
    orders: Sequence[OpenOrder],
    floor: Floor,
    share: Share,
    quote: Quote,
    took: Took | None,
    name_rank: int,
    now: dt.datetime,
) -> Row:
    """The row of a restaurant, of its open orders from the oldest on."""
    standing = [order for order in orders if not order.is_forgotten]
    late = sum(order.is_late(now) for order in standing)
    running = restaurant.calendar.shift_at(now)
    counts = Counter(order.status for order in standing)
    return Row(
        slug=restaurant.slug,
        name=restaurant.name,
        zone=restaurant.calendar.zone_on(restaurant.calendar.day_of(now)),
        shift=running or next_shift(restaurant.calendar, now),
        is_running=running is not None,
        pace=quote.standing.state,
        busy_minutes=quote.standing.minutes,
        pace_until=quote.standing.until,
        pace_by=quote.standing.why,
        late=late,
        forgotten=len(orders) - len(standing),
        oldest=standing[0] if standing else None,
        by_status={status: counts[status] for status in OPEN if counts[status]},
        share=share,
        quoted=_minutes(quote, now),
        took=took,
        boards=tuple(_boards(floor)),
        place=_place(late, bool(floor.alarms), share, name_rank),
    )


def next_shift(calendar: Calendar, now: dt.datetime) -> ShiftSpan | None:
    """The next one that begins within a week."""
    today = calendar.day_of(now)
    spans = calendar.spans(today, today + dt.timedelta(days=_LOOKS_AHEAD))
    return next((span for span in spans if span.begins > now), None)


def _minutes(quote: Quote, now: dt.datetime) -> tuple[int, int] | None:
    if quote.low_at is None or quote.high_at is None:
        return None
    low, high = ((at - now).total_seconds() / 60 for at in (quote.low_at, quote.high_at))
    return round(low), math.ceil(round(high, 1))


def _boards(floor: Floor) -> list[BoardState]:
    alarmed = {alarm.board for alarm in floor.alarms}
    found = []
    for board in (*WORK, PICKUP):
        screens = [screen for screen in floor.screens if screen.board == board and screen.is_at_work]
        if board in alarmed:
            hearing = Hearing.UNSEEN
        elif not screens:
            hearing = Hearing.NONE
        else:
            hearing = Hearing.LATE if all(screen.late_since for screen in screens) else Hearing.OPEN
        if board in WORK or screens:
            found.append(BoardState(board, hearing, len(screens), floor.silent_since.get(board)))
    return found


def _place(late: int, is_unseen: bool, share: Share, name_rank: int) -> str:
    """As many digits each, so that it compares as text."""
    step = _STEPS + 1 if share.part is None else math.floor(share.part * _STEPS)
    return f"{_MOST - min(late, _MOST):04}{0 if is_unseen else 1}{step:02}{name_rank:05}"
