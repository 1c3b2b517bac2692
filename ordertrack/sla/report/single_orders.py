"""The single orders that a report names: the slowest, and those whose times are not to be trusted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import bindparam, select

from ordertrack.database.session import db
from ordertrack.orders.models import Order
from ordertrack.restaurants.cache import RestaurantSettings
from ordertrack.rules.stages import LeftOut
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.sla.measure import cells
from ordertrack.sla.measure.cells import FULFILMENTS, LEFT_OUT, Cells, day_at, day_number
from ordertrack.sla.measure.figures import SlowOrder
from ordertrack.sla.measure.histogram import Ints
from ordertrack.sla.report.selection import Selection

MOST_NAMED = 50


class SingleOrders:
    """Made of what the roll-up keeps of each business day; `names` are those of shifts by their numbers."""

    def __init__(
        self, selection: Selection, names: Mapping[int, str], stored: Sequence[tuple[dt.date, bytes]]
    ) -> None:
        self._selection = selection
        self._shifts = names
        days = [cells.read_slowest(each) for _, each in stored]
        self._singles: Cells = np.concatenate([cells.NO_SLOW, *days])
        self._days = np.repeat([day_number(day) for day, _ in stored], [len(each) for each in days])
        self._reasons = cells.left_out_of(self._singles["key"])
        self._is_wanted = np.ones(len(self._singles), bool)
        if selection.fulfilment is not None:
            number = FULFILMENTS.index(selection.fulfilment)
            self._is_wanted = cells.fulfilment_of(self._singles["key"]) == number

    def slowest(self) -> list[SlowOrder]:
        """The ten slowest: the roll-up keeps as many of each kind of each day."""
        is_counted = self._selection.with_left_out | (self._reasons == 0)
        return self._as_orders(self._longest(is_counted)[: cells.MOST_SLOW])

    def doubtful(self) -> list[SlowOrder]:
        """Those that are left out, most of them: the longest first, of early ones the shortest."""
        found = []
        for number, reason in enumerate(LEFT_OUT):
            if reason is not None:
                longest = self._longest(self._reasons == number)
                found.append(longest[:: -1 if reason == LeftOut.EARLY else 1][:MOST_NAMED])
        return self._as_orders(np.concatenate(found))

    def _longest(self, chosen: NDArray[Any]) -> Ints:
        """The places of these orders, the slowest first."""
        places = np.flatnonzero(chosen & self._is_wanted)
        return places[np.argsort(-self._singles["seconds"][places], kind="stable")]

    def _as_orders(self, places: Ints) -> list[SlowOrder]:
        found = self._singles[places]
        ids = [cells.order_id(each) for each in found["order"]]
        restaurants = {each.id: each for each in self._selection.restaurants}
        rows = db.session.execute(_ORDERS, {"tenant_id": self._selection.tenant_id, "ids": ids})
        orders = {row.id: row for row in rows}
        return [
            self._as_order(restaurants[orders[order_id].restaurant_id], orders[order_id], each, day)
            for order_id, each, day in zip(ids, found, self._days[places], strict=True)
        ]

    def _as_order(self, restaurant: RestaurantSettings, order: Any, single: Any, day: int) -> SlowOrder:
        fulfilment, key = Fulfilment(order.fulfilment), single["key"]
        # Where it is yesterday still, its days are one before the others'.
        business_date = day_at(day - (restaurant.id in self._selection.lagging))
        target = restaurant.targets.at(self._selection.stage, fulfilment, business_date)
        is_late = target is not None and int(cells.target_of(key)) == cells.BREACH
        return SlowOrder(
            order.id,
            order.number,
            restaurant.name,
            fulfilment,
            business_date,
            self._shifts.get(int(cells.shift_of(key))),
            float(single["seconds"]),
            LEFT_OUT[int(cells.left_out_of(key))],
            float(single["seconds"]) - target if is_late and target is not None else None,
        )


_ORDERS = select(Order.id, Order.number, Order.restaurant_id, Order.fulfilment).where(
    Order.tenant_id == bindparam("tenant_id"), Order.id.in_(bindparam("ids", expanding=True))
)
