"""Finding the orders behind a figure: folded from the log as the roll-up folds it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sqlalchemy import select, text

from ordertrack.database.session import db
from ordertrack.orders.models import Order
from ordertrack.restaurants import cache
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.rules.stages import LeftOut
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.sla.measure import cells, shift_names
from ordertrack.sla.measure.cells import FULFILMENTS, LEFT_OUT, NO_SHIFT, Mask, day_at, day_number, order_id
from ordertrack.sla.measure.fold import Times
from ordertrack.sla.measure.histogram import Ints
from ordertrack.sla.measure.microseconds import moment_at
from ordertrack.sla.orders_behind.behind import Behind, Sort, Which
from ordertrack.sla.rollup.making import Making

MOST_EVENTS = 60_000
"""Of the days asked about, which are read for it."""
_POSITION = text("SELECT coalesce(max(seq), 0) FROM sla_progress WHERE tenant_id = :tenant_id")
_HOW_MANY = text("""
    SELECT count(*) FROM (
        SELECT FROM order_status_events
         WHERE tenant_id = :tenant_id AND occurred_at BETWEEN :begins AND :ends
           AND (CAST(:only AS uuid) IS NULL OR restaurant_id = :only) LIMIT :most) AS event
""")


class TooMany(Exception):
    """More happened on these days than is read to find single orders."""


@dataclass(frozen=True, slots=True)
class BehindOrder:
    """One order and its time; `seconds` is None where it has none: it was cancelled, or skipped the stage."""

    order_id: uuid.UUID
    number: int
    restaurant: str
    fulfilment: Fulfilment
    business_date: dt.date
    began: dt.datetime
    shift: str | None
    seconds: float | None
    target: int | None
    left_out: LeftOut | None

    @property
    def late_by(self) -> float | None:
        """Seconds beyond its target; None where it was not late."""
        if self.seconds is None or self.target is None or self.seconds <= self.target:
            return None
        return self.seconds - self.target


def find(behind: Behind) -> list[BehindOrder]:
    """All of them, in the order asked for, up to what the roll-up holds; raises TooMany.

    They have no numbers yet, for most are not shown: see `numbered`.
    """
    selection = behind.selection
    known = cache.of_tenant(selection.tenant_id)
    chosen = {each.id for each in selection.restaurants}
    places = [place for place, each in enumerate(known) if each.id in chosen]
    begins = min(each.calendar.day_begins(selection.first) for each in selection.restaurants)
    ends = max(each.calendar.day_begins(selection.last + dt.timedelta(1)) for each in selection.restaurants)
    read = {"tenant_id": selection.tenant_id, "begins": begins, "ends": ends, "most": MOST_EVENTS + 1}
    only = selection.restaurants[0].id if len(chosen) == 1 else None  # of several, all are read
    if db.session.execute(_HOW_MANY, {**read, "only": only}).scalar_one() > MOST_EVENTS:
        raise TooMany
    names = shift_names.names(selection.tenant_id)
    making = Making(selection.tenant_id, known, shift_names.known(names, known))
    until = db.session.execute(_POSITION, {"tenant_id": selection.tenant_id}).scalar_one()
    days = (day_number(selection.first), day_number(selection.last))
    found = [
        order
        for place, times, its_days, keys in making.single_times(places, selection.stage, *days, until)
        for order in _of_restaurant(behind, known[place], names, times, its_days, keys)
    ]
    return sorted(found, key=_KEYS[behind.sort])


_KEYS: dict[Sort, Callable[[BehindOrder], Any]] = {
    Sort.LATE: lambda order: (-(order.late_by or -1), -(order.seconds or 0), order.order_id),
    Sort.LONGEST: lambda order: (-(order.seconds or 0), order.order_id),
    Sort.SHORTEST: lambda order: (order.seconds or 0, order.order_id),
    Sort.NEWEST: lambda order: (-order.began.timestamp(), order.order_id),
}


def _of_restaurant(
    behind: Behind,
    restaurant: RestaurantSettings,
    names: Mapping[int, str],
    times: Times,
    days: Ints,
    keys: Ints,
) -> Iterator[BehindOrder]:
    """Those of one restaurant."""
    stage = behind.selection.stage
    shown = shift_names.shown(names)
    is_wanted = _wanted(behind, days, keys, names)
    for at in np.flatnonzero(is_wanted):
        key = keys[at : at + 1]
        day, fulfilment = day_at(days[at]), FULFILMENTS[int(times.fulfilment[at])]
        is_time = not (times.is_cancelled[at] or times.is_walked[at])
        yield BehindOrder(
            order_id(times.order[at]),
            0,
            restaurant.name,
            fulfilment,
            day,
            moment_at(times.began[at]).astimezone(restaurant.calendar.zone_on(day)),
            shown.get(int(cells.shift_of(key)[0])),
            float(times.seconds[at]) if is_time else None,
            restaurant.targets.at(stage, fulfilment, day),
            LEFT_OUT[int(cells.left_out_of(key)[0])],
        )


def _wanted(behind: Behind, days: Ints, keys: Ints, names: Mapping[int, str]) -> Mask:
    """Which of these times the figure is of."""
    selection, flags = behind.selection, cells.cancelled_of(keys) + cells.walked_of(keys)
    is_drawn = (cells.drawn_of(keys) > 0) & (cells.walked_of(keys) == 0)
    is_time, is_doubtful = (flags == 0) & (selection.with_left_out | ~is_drawn), cells.left_out_of(keys) > 0
    is_counted = is_time & (selection.with_left_out | ~is_doubtful)
    wanted: Mask = {
        Which.COUNTED: is_counted,
        Which.LATE: is_counted & (cells.target_of(keys) == cells.BREACH),
        Which.LEFT_OUT: is_time & is_doubtful,
        Which.AGAIN: is_counted & (cells.again_of(keys) > 0),
        Which.CANCELLED: cells.cancelled_of(keys) > 0,
        Which.SKIPPED: cells.walked_of(keys) > 0,
        Which.DRAWN: is_drawn,
    }[behind.which]
    if selection.fulfilment is not None:
        wanted = wanted & (cells.fulfilment_of(keys) == FULFILMENTS.index(selection.fulfilment))
    if behind.shift is not None:
        numbers = [number for number, name in names.items() if name == behind.shift]
        wanted = wanted & np.isin(cells.shift_of(keys), numbers if behind.shift else [NO_SHIFT])
    if behind.hour is not None:
        wanted = wanted & (cells.hour_of(keys) == behind.hour)
    if behind.weekday is not None:
        wanted = wanted & ((days + _THURSDAY) % 7 == behind.weekday)
    return wanted


_THURSDAY = 3  # 1970 began with one


def numbered(tenant_id: uuid.UUID, found: Sequence[BehindOrder]) -> list[BehindOrder]:
    """The same with the numbers that people call them by."""
    query = select(Order.id, Order.number).where(
        Order.tenant_id == tenant_id, Order.id.in_([each.order_id for each in found])
    )
    numbers = {row.id: row.number for row in db.session.execute(query)}
    return [replace(each, number=numbers[each.order_id]) for each in found]
