"""Every restaurant of a tenant as it stands now, the worst first, with what needs attention."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from ordertrack.orders.due import open_orders
from ordertrack.orders.due.open_orders import OpenOrder
from ordertrack.overview import attention, deliveries, shares
from ordertrack.overview.attention import Cancelled, Line
from ordertrack.overview.rows import Row, row
from ordertrack.presence import overview as floor_overview
from ordertrack.restaurants import brand, cache, pace
from ordertrack.rules.state_machine import Fulfilment, OrderStatus
from ordertrack.sla.estimates import quoting

QUOTED_FOR = Fulfilment.DELIVERY
_IN_KITCHEN = (OrderStatus.PENDING, OrderStatus.CONFIRMED, OrderStatus.PREPARING)
_LOOKS_AGAIN = dt.timedelta(seconds=15)  # while there is an alarm: its orders may be forgotten ones by then
MOST_LINES = 200  # of what needs attention, the worst
_MOST_COUNTED = 99  # as the schema counts a kitchen's load


@dataclass(frozen=True, slots=True)
class Overview:
    """`changes_at` is when it is no longer true though nothing happens: an order is late, a shift begins.

    `left_out` is how many lines more there are. Of very many open orders only the oldest `cut_at` count.
    """

    rows: tuple[Row, ...]
    lines: tuple[Line, ...]
    changes_at: dt.datetime | None
    left_out: int = 0
    cut_at: int | None = None

    @property
    def troubles(self) -> int:
        return len(self.lines) + self.left_out

    def only(self, slugs: Collection[str] | None) -> Overview:
        """What of it these restaurants have; all of it for None."""
        if slugs is None:
            return self
        rows = tuple(each for each in self.rows if each.slug in slugs)
        return replace(self, rows=rows, lines=tuple(each for each in self.lines if each.slug in slugs))

    @property
    def late(self) -> int:
        return sum(each.late for each in self.rows)

    @property
    def open(self) -> int:
        return sum(each.open for each in self.rows)

    @property
    def judged(self) -> int:
        return sum(each.share.judged for each in self.rows)

    @property
    def part_in_target(self) -> float | None:
        return sum(each.share.in_target for each in self.rows) / self.judged if self.judged else None

    @property
    def oldest(self) -> Row | None:
        """The restaurant that the oldest open order is in."""
        found = [(each.oldest.began_at, each.place, each) for each in self.rows if each.oldest is not None]
        return min(found)[-1] if found else None


def read(tenant_id: uuid.UUID) -> Overview:
    """How it is now. The number of queries does not grow with that of restaurants or orders."""
    now = dt.datetime.now(dt.UTC)
    restaurants = {each.id: each for each in cache.of_tenant(tenant_id)}
    floors = {floor.id: floor for floor in floor_overview.read(tenant_id).floors if floor.id in restaurants}
    orders = open_orders.read(tenant_id, restaurants, now)
    of_each: dict[uuid.UUID, list[OpenOrder]] = {each: [] for each in restaurants}
    for order in orders:
        of_each[order.restaurant_id].append(order)
    share_of = shares.read(tenant_id, list(restaurants.values()), now)
    quotes = quoting.quotes(tenant_id, QUOTED_FOR, {each: _load(found) for each, found in of_each.items()})
    took = deliveries.read(tenant_id, list(restaurants.values()), now)
    cancelled = attention.cancelled(tenant_id, restaurants, now)
    phones = {each: found.phone for each, found in brand.of_tenant(tenant_id).items() if found.phone}
    found = {
        each: row(
            restaurants[each], of_each[each], floor, share_of[each], quotes[each], took.get(each), rank, now
        )
        for rank, (each, floor) in enumerate(floors.items())
        if each in quotes  # settings of a restaurant made a moment ago may not have been read yet
    }
    rows = dict(sorted(found.items(), key=lambda each: each[1].place))
    alarms = {each: floor.alarms for each, floor in floors.items()}
    in_their_order = {each: restaurants[each] for each in (*rows, *restaurants)}
    lines = attention.lines(in_their_order, alarms, orders, cancelled, phones, now)
    lines = (*lines, *attention.of_company(tenant_id))
    return Overview(
        tuple(rows.values()),
        lines[:MOST_LINES],
        _next_change(
            rows.values(), orders, cancelled.values(), any(alarms.values()), _closings(tenant_id, now), now
        ),
        max(len(lines) - MOST_LINES, 0),
        open_orders.MOST_READ if len(orders) == open_orders.MOST_READ else None,
    )


def _closings(tenant_id: uuid.UUID, now: dt.datetime) -> list[dt.datetime | None]:
    opening = (each.hours for each in pace.of_tenant(tenant_id).values())
    return [each.closes_after(now) for each in opening if each.weekly or each.special]


def _load(orders: Sequence[OpenOrder]) -> int:
    return min(sum(order.status in _IN_KITCHEN for order in orders), _MOST_COUNTED)


def _next_change(
    rows: Iterable[Row],
    orders: Iterable[OpenOrder],
    cancelled: Iterable[Cancelled],
    is_alarmed: bool,
    closings: Iterable[dt.datetime | None],
    now: dt.datetime,
) -> dt.datetime | None:
    moments = [order.timer.changes_at(now) for order in orders if not order.is_forgotten]
    moments += [order.unconfirmed_at for order in orders if not order.is_forgotten]
    moments += [order.forgotten_at for order in orders if not order.is_forgotten]
    moments += [now + _LOOKS_AGAIN] if is_alarmed else []
    moments += [each.pace_until for each in rows]
    moments += [moment for each in rows if each.shift for moment in (each.shift.begins, each.shift.ends)]
    moments += [each.until for each in cancelled]
    moments += closings
    return min((moment for moment in moments if moment is not None and moment >= now), default=None)
