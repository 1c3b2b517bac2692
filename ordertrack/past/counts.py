"""The numbers that orders of the past have: they count up in each business day of each restaurant."""

from __future__ import annotations

import datetime as dt
import heapq
import uuid
from collections import Counter

from sqlalchemy import func, select

from ordertrack.database.session import db
from ordertrack.orders.models import Order
from ordertrack.orders.placing.intake import RestaurantNotFound
from ordertrack.rules.state_machine import OPEN
from ordertrack.tenants.models import Restaurant

_EVER = dt.datetime.max.replace(tzinfo=dt.UTC)


class OpenNumbers:
    """Which numbers orders of this past had while they were open; asked in the order of time."""

    def __init__(self) -> None:
        self._in_use = Counter[tuple[str, int]]()
        self._ends: list[tuple[dt.datetime, str, int]] = []

    def has(self, slug: str, number: int, at: dt.datetime) -> bool:
        """Whether an order that was open at this moment had it."""
        while self._ends and self._ends[0][0] < at:
            _, of, ended = heapq.heappop(self._ends)
            self._in_use[of, ended] -= 1
        return self._in_use[slug, number] > 0

    def give(self, slug: str, number: int, until: dt.datetime | None) -> None:
        """To an order that was open until then; None: that is open."""
        self._in_use[slug, number] += 1
        heapq.heappush(self._ends, (until or _EVER, slug, number))


class Counts:
    """What a tenant's restaurants count; they stay locked until the transaction ends."""

    def __init__(self, tenant_id: uuid.UUID, given: OpenNumbers) -> None:
        self._tenant_id = tenant_id
        self._given = given
        query = select(Restaurant).where(Restaurant.tenant_id == tenant_id).order_by(Restaurant.id)
        locked = db.session.scalars(
            query.with_for_update(key_share=True).execution_options(populate_existing=True)
        )
        self._restaurants = {restaurant.slug: restaurant for restaurant in locked}
        self._last: dict[tuple[uuid.UUID, dt.date], int] = {}
        self._open: dict[tuple[uuid.UUID, int], dt.datetime] = {}

    def read_open(self) -> None:
        """Read which numbers the log's open orders have; to be called with the stream locked."""
        numbered = db.session.execute(
            select(Order.restaurant_id, Order.number, func.min(Order.placed_at))
            .where(Order.tenant_id == self._tenant_id, Order.status.in_(OPEN))
            .group_by(Order.restaurant_id, Order.number)
        )
        self._open = {(restaurant_id, number): placed_at for restaurant_id, number, placed_at in numbered}

    def restaurant_id(self, slug: str) -> uuid.UUID:
        if slug not in self._restaurants:
            raise RestaurantNotFound(slug)
        return self._restaurants[slug].id

    def number(self, slug: str, day: dt.date, at: dt.datetime, until: dt.datetime | None) -> int:
        """That of an order of this day which was open from one moment until another; None: that is open.

        The next of its day that no order had which was open then. A day that is the newest, or becomes it,
        is what intake goes on with.
        """
        restaurant = self._restaurants[slug]
        number = self._last_number(restaurant, day) + 1
        while self._given.has(slug, number, at) or self._open.get((restaurant.id, number), _EVER) <= at:
            number += 1
        self._last[restaurant.id, day] = number
        self._given.give(slug, number, until)
        if restaurant.numbered_on is None or restaurant.numbered_on <= day:
            restaurant.numbered_on, restaurant.last_number = day, number
        return number

    def _last_number(self, restaurant: Restaurant, day: dt.date) -> int:
        """The last that was given on a day; 0 for none."""
        if (restaurant.id, day) not in self._last:
            query = select(func.max(Order.number)).where(
                Order.tenant_id == self._tenant_id,
                Order.restaurant_id == restaurant.id,
                Order.business_date == day,
            )
            last = db.session.scalar(query) or 0
            is_running = restaurant.numbered_on == day
            self._last[restaurant.id, day] = max(last, restaurant.last_number if is_running else 0)
        return self._last[restaurant.id, day]
