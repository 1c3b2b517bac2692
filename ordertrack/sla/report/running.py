"""The shifts that run at this moment: what the roll-up has of them, and the orders that are still open."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from sqlalchemy import text

from ordertrack.database.session import db
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.restaurants.calendar import ShiftSpan
from ordertrack.restaurants.targets import TimerState, timer
from ordertrack.rules.state_machine import TERMINAL, Fulfilment, OrderStatus
from ordertrack.sla.measure import cells, shift_names
from ordertrack.sla.measure.figures import Figures
from ordertrack.sla.measure.tally import Tally
from ordertrack.sla.report.contents import RunningShift
from ordertrack.sla.report.selection import Selection

_OPEN = text("""
    SELECT orders.restaurant_id, orders.status, orders.fulfilment,
        greatest(orders.status_since, orders.fired_at) AS status_since,
        array_agg(event.to_status ORDER BY seq DESC) AS entered,
        array_agg(greatest(event.occurred_at, orders.fired_at) ORDER BY seq DESC) AS at
      FROM orders JOIN order_status_events AS event
        ON event.tenant_id = orders.tenant_id AND event.order_id = orders.id
     WHERE orders.tenant_id = :tenant_id AND orders.restaurant_id = ANY (:restaurants)
       AND orders.status = ANY (:statuses) AND NOT orders.is_later
     GROUP BY orders.tenant_id, orders.id
""")
_SO_FAR = text("""
    SELECT restaurant_id, business_date, cells FROM sla_restaurant_days
     WHERE tenant_id = :tenant_id AND stage = :stage AND (business_date, restaurant_id) IN
        (SELECT * FROM unnest(CAST(:days AS date[]), CAST(:restaurants AS uuid[])))
""")
_OPEN_STATUSES = [status.value for status in OrderStatus if status not in TERMINAL]


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
    open_orders = _open_orders(selection, [restaurant for restaurant, _ in spans], now)
    return [
        RunningShift(
            restaurant=restaurant.name,
            slug=restaurant.slug,
            name=span.name,
            begins=span.begins,
            ends=span.ends,
            zone=restaurant.calendar.zone_on(span.business_date),
            figures=each,
            open=open_orders[restaurant.id].by_status,
            late=open_orders[restaurant.id].late,
            forgotten=open_orders[restaurant.id].forgotten,
            late_next_at=open_orders[restaurant.id].late_next_at,
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
    by_id = {restaurant.id: restaurant for restaurant in restaurants}
    rows = db.session.execute(
        _OPEN,
        {"tenant_id": selection.tenant_id, "restaurants": list(by_id), "statuses": _OPEN_STATUSES},
    )
    statuses: defaultdict[uuid.UUID, Counter[OrderStatus]] = defaultdict(Counter)
    late: Counter[uuid.UUID] = Counter()
    forgotten: Counter[uuid.UUID] = Counter()
    late_at: defaultdict[uuid.UUID, list[dt.datetime]] = defaultdict(list)
    for row in rows:
        fulfilment = Fulfilment(row.fulfilment)
        if selection.fulfilment not in (None, fulfilment):
            continue
        status, restaurant = OrderStatus(row.status), by_id[row.restaurant_id]
        entered = dict(zip(map(OrderStatus, row.entered), row.at, strict=True))  # of several times the first
        rules = restaurant.calendar.rules_on(restaurant.calendar.day_of(row.status_since))
        if (now - row.status_since).total_seconds() > rules.forgotten_after:
            forgotten[restaurant.id] += 1
            continue
        statuses[restaurant.id][status] += 1
        runs = timer(status, fulfilment, entered, restaurant.calendar, restaurant.targets)
        if runs.state(now) == TimerState.LATE:
            late[restaurant.id] += 1
        elif runs.late_at is not None:
            late_at[restaurant.id].append(runs.late_at)
    return {
        restaurant.id: _Open(
            statuses[restaurant.id],
            late[restaurant.id],
            forgotten[restaurant.id],
            min(late_at[restaurant.id], default=None),
        )
        for restaurant in restaurants
    }
