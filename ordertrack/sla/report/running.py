"""The shifts that run at this moment: what the roll-up has of them, and the orders that are still open.

As the page shows them: where most is late first, and when to look again unasked.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from sqlalchemy import text

from ordertrack.database.session import db
from ordertrack.orders.due import open_orders
from ordertrack.orders.due.open_orders import OpenOrder
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.restaurants.calendar import ShiftSpan
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.sla.measure import cells, shift_names
from ordertrack.sla.measure.figures import Figures
from ordertrack.sla.measure.tally import Tally
from ordertrack.sla.report.contents import RunningShift
from ordertrack.sla.report.selection import Selection

_SO_FAR = text("""
    SELECT restaurant_id, business_date, cells FROM sla_restaurant_days
     WHERE tenant_id = :tenant_id AND stage = :stage AND (business_date, restaurant_id) IN
        (SELECT * FROM unnest(CAST(:days AS date[]), CAST(:restaurants AS uuid[])))
""")


class _Open(NamedTuple):
    """The open orders of one restaurant: how many in each status, how many late, and when one more is."""

    by_status: Counter[OrderStatus]
    late: int
    forgotten: int
    late_next_at: dt.datetime | None


def running(selection: Selection) -> list[RunningShift]:
    """The running shifts of the selection's restaurants, whatever its days, for its stage and fulfilment."""
    now = dt.datetime.now(dt.UTC)
    spans = [
        (each, span) for each in selection.restaurants if (span := each.calendar.shift_at(now)) is not None
    ]
    figures = _so_far(selection, spans)
    standing = _open_orders(selection, [restaurant for restaurant, _ in spans], now)
    return [
        RunningShift(
            restaurant=restaurant.name,
            slug=restaurant.slug,
            name=span.name,
            begins=span.begins,
            ends=span.ends,
            zone=restaurant.calendar.zone_on(span.business_date),
            figures=each,
            open=standing[restaurant.id].by_status,
            late=standing[restaurant.id].late,
            forgotten=standing[restaurant.id].forgotten,
            late_next_at=standing[restaurant.id].late_next_at,
        )
        for (restaurant, span), each in zip(spans, figures, strict=True)
    ]


def _so_far(selection: Selection, spans: Sequence[tuple[RestaurantSettings, ShiftSpan]]) -> list[Figures]:
    """The figures of each running shift."""
    rows = db.session.execute(
        _SO_FAR,
        {
            "tenant_id": selection.tenant_id,
            "stage": selection.stage.value,
            "days": [span.business_date for _, span in spans],
            "restaurants": [restaurant.id for restaurant, _ in spans],
        },
    )
    stored: dict[uuid.UUID, bytes] = {row.restaurant_id: row.cells for row in rows}
    numbers = {name: number for number, name in shift_names.names(selection.tenant_id).items()}
    tally = Tally(
        [stored.get(restaurant.id, b"") for restaurant, _ in spans],
        selection.fulfilment,
        with_left_out=selection.with_left_out,
    )
    wanted = tally.per_row([numbers.get(span.name, -1) for _, span in spans])
    place = tally.per_row(range(len(spans)))
    return tally.figures(np.where(cells.shift_of(tally.key) == wanted, place, -1), len(spans))


def _open_orders(
    selection: Selection, restaurants: Sequence[RestaurantSettings], now: dt.datetime
) -> dict[uuid.UUID, _Open]:
    found = open_orders.read(selection.tenant_id, {each.id: each for each in restaurants}, now)
    of_each: dict[uuid.UUID, list[OpenOrder]] = {each.id: [] for each in restaurants}
    for order in found:
        if selection.fulfilment in (None, order.fulfilment):
            of_each[order.restaurant_id].append(order)
    return {restaurant_id: _counted(orders, now) for restaurant_id, orders in of_each.items()}


def _counted(orders: Sequence[OpenOrder], now: dt.datetime) -> _Open:
    standing = [order for order in orders if not order.is_forgotten]
    coming = (order.timer.late_at for order in standing if not order.is_late(now))
    return _Open(
        Counter(order.status for order in standing),
        sum(order.is_late(now) for order in standing),
        len(orders) - len(standing),
        min((moment for moment in coming if moment is not None), default=None),
    )


def latest_first(shifts: Iterable[RunningShift]) -> list[RunningShift]:
    """By orders that are late now, then by open ones."""
    return sorted(shifts, key=lambda shift: (-shift.late, -sum(shift.open.values()), shift.restaurant))


def next_change(shifts: Sequence[RunningShift]) -> dt.datetime | None:
    """When this is no longer true though nothing happens: one more is late, or a shift ends."""
    moments = [shift.ends for shift in shifts]
    moments += [shift.late_next_at for shift in shifts if shift.late_next_at is not None]
    return min(moments, default=None)
