"""What a restaurant counts as its orders come and go: numbers in the day, and the kitchen's load."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter

from sqlalchemy import func, select

from ordertrack.database.session import db
from ordertrack.orders.models import Order
from ordertrack.orders.placing.intake import RestaurantNotFound
from ordertrack.rules.state_machine import OPEN, OrderStatus
from ordertrack.tenants.models import Restaurant

MOST_COUNTED = 99
_IN_KITCHEN = frozenset({OrderStatus.PENDING, OrderStatus.CONFIRMED, OrderStatus.PREPARING})


class Counts:
    """The numbers and loads of a tenant's restaurants, which stay locked until the transaction ends."""

    def __init__(self, tenant_id: uuid.UUID) -> None:
        self._tenant_id = tenant_id
        query = select(Restaurant).where(Restaurant.tenant_id == tenant_id).order_by(Restaurant.id)
        locked = db.session.scalars(
            query.with_for_update(key_share=True).execution_options(populate_existing=True)
        )
        self._restaurants = {restaurant.slug: restaurant for restaurant in locked}
        self._loads = Counter[uuid.UUID]()
        self._numbers: dict[uuid.UUID, tuple[uuid.UUID, int]] = {}
        self._in_use = Counter[tuple[uuid.UUID, int]]()

    def count_open(self) -> None:
        """Read each kitchen's load and the numbers in use; to be called with the stream locked."""
        counted = db.session.execute(
            select(Order.restaurant_id, func.count())
            .where(Order.tenant_id == self._tenant_id, Order.status.in_(_IN_KITCHEN))
            .group_by(Order.restaurant_id)
        )
        for restaurant_id, count in counted:
            self._loads[restaurant_id] = count
        numbered = db.session.execute(
            select(Order.id, Order.restaurant_id, Order.number).where(
                Order.tenant_id == self._tenant_id, Order.status.in_(OPEN)
            )
        )
        for order_id, restaurant_id, number in numbered:
            self._keep(order_id, restaurant_id, number)

    def restaurant_id(self, slug: str) -> uuid.UUID:
        if slug not in self._restaurants:
            raise RestaurantNotFound(slug)
        return self._restaurants[slug].id

    def number(self, slug: str, day: dt.date) -> tuple[dt.date, int]:
        """The day and the number of the next order, as intake gives them."""
        restaurant = self._restaurants[slug]
        day = restaurant.day_to_number_on(day)
        if restaurant.numbered_on != day:
            restaurant.numbered_on, restaurant.last_number = day, self._last_number(restaurant.id, day)
        restaurant.last_number += 1
        while self._in_use[restaurant.id, restaurant.last_number]:
            restaurant.last_number += 1
        return day, restaurant.last_number

    def begin(self, order_id: uuid.UUID, slug: str, number: int) -> None:
        """The order is open, and nobody else is given its number."""
        self._keep(order_id, self.restaurant_id(slug), number)

    def end(self, order_id: uuid.UUID) -> None:
        """The order is over, and its number may be given again."""
        self._in_use[self._numbers.pop(order_id)] -= 1

    def _keep(self, order_id: uuid.UUID, restaurant_id: uuid.UUID, number: int) -> None:
        self._numbers[order_id] = (restaurant_id, number)
        self._in_use[restaurant_id, number] += 1

    def _last_number(self, restaurant_id: uuid.UUID, day: dt.date) -> int:
        """The last that was given on a day; 0 for none."""
        query = select(func.max(Order.number)).where(
            Order.tenant_id == self._tenant_id,
            Order.restaurant_id == restaurant_id,
            Order.business_date == day,
        )
        return db.session.scalar(query) or 0

    def load(self, slug: str, before: OrderStatus | None, after: OrderStatus) -> int:
        """The load of the kitchen at this step, the order included if it was there or is placed now."""
        restaurant_id = self.restaurant_id(slug)
        load = self._loads[restaurant_id] + (before is None)
        self._loads[restaurant_id] += (after in _IN_KITCHEN) - (before in _IN_KITCHEN)
        return min(load, MOST_COUNTED)
