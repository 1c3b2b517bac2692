"""The single orders that a report names: the slowest, and those whose times are not to be trusted."""

from __future__ import annotations

import datetime as dt
import operator
import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

from sqlalchemy import bindparam, select

from ordertrack.database import db
from ordertrack.orders.models import Order
from ordertrack.orders.state_machine import Fulfilment
from ordertrack.sla import cells
from ordertrack.sla.cells import FULFILMENTS, LEFT_OUT, Cells
from ordertrack.sla.figures import SlowOrder
from ordertrack.sla.selection import Selection

_Single: TypeAlias = tuple[Any, dt.date]


class SingleOrders:
    """Made of what the roll-up keeps of each business day; `names` are those of shifts by their numbers."""

    def __init__(
        self, selection: Selection, names: Mapping[int, str], stored: Sequence[tuple[dt.date, bytes]]
    ) -> None:
        self._selection = selection
        self._shifts = names
        self._days = [(day, self._wanted(cells.read_slowest(each))) for day, each in stored]

    def slowest(self) -> list[SlowOrder]:
        """The ten slowest: the roll-up keeps as many of each kind of each day."""
        with_left_out = self._selection.with_left_out
        return self._as_orders(_longest(self._days, lambda reason: with_left_out or reason == 0))

    def doubtful(self) -> list[SlowOrder]:
        """Ten of those that are left out, for each reason."""
        numbers = range(1, len(LEFT_OUT))
        found = [_longest(self._days, partial(operator.eq, number)) for number in numbers]
        return self._as_orders([each for several in found for each in several])

    def _as_orders(self, found: list[_Single]) -> list[SlowOrder]:
        ids = [uuid.UUID(bytes=bytes(each["order"]).ljust(16, b"\0")) for each, _ in found]
        names = {each.id: each.name for each in self._selection.restaurants}
        rows = db.session.execute(_ORDERS, {"tenant_id": self._selection.tenant_id, "ids": ids})
        orders = {row.id: row for row in rows}
        return [
            SlowOrder(
                order_id,
                orders[order_id].number,
                names[orders[order_id].restaurant_id],
                Fulfilment(orders[order_id].fulfilment),
                day,
                self._shifts.get(int(cells.shift_of(each["key"]))),
                float(each["seconds"]),
                LEFT_OUT[int(cells.left_out_of(each["key"]))],
                int(cells.target_of(each["key"])) == cells.BREACH,
            )
            for order_id, (each, day) in zip(ids, found, strict=True)
        ]

    def _wanted(self, slow: Cells) -> Cells:
        """Those of the chosen fulfilment."""
        if self._selection.fulfilment is None:
            return slow
        wanted: Cells = slow[
            cells.fulfilment_of(slow["key"]) == FULFILMENTS.index(self._selection.fulfilment)
        ]
        return wanted


_ORDERS = select(Order.id, Order.number, Order.restaurant_id, Order.fulfilment).where(
    Order.tenant_id == bindparam("tenant_id"), Order.id.in_(bindparam("ids", expanding=True))
)


def _longest(days: list[tuple[dt.date, Cells]], is_wanted: Callable[[int], bool]) -> list[_Single]:
    """The ten longest whose reason to be left out is wanted, with the business day of each."""
    found = [
        (each, day)
        for day, slow in days
        for each, reason in zip(slow, cells.left_out_of(slow["key"]), strict=True)
        if is_wanted(int(reason))
    ]
    return sorted(found, key=lambda single: -single[0]["seconds"])[: cells.MOST_SLOW]
