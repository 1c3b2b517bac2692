"""The whole way of an order of a log: the times that were logged, and between and after them drawn ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ordertrack.demo import distributions
from ordertrack.demo.logged_order import LoggedOrder
from ordertrack.orders.state_machine import OrderStatus


@dataclass(frozen=True, slots=True)
class Step:
    """At `at` seconds of the log the order became `status`. `logged`: as the log wrote it; None: drawn."""

    status: OrderStatus
    at: float
    logged: str | None

    def metadata(self, log: str) -> dict[str, Any]:
        """What its event says of where it comes from."""
        when: dict[str, Any] = {"drawn": True} if self.logged is None else {"logged_at": self.logged}
        return {"replayed_from": log, **when}


def told(order: LoggedOrder, log: str, *, leave_open: bool = False) -> tuple[Step, ...]:
    """Every step of the order from placed on, the same whenever the same log is told.

    Steps that must lie between two logged times share that time as drawn stays would. After the last logged
    time the order takes as long as drawn, or, with `leave_open`, it stops there. `delivering` is never drawn:
    the state machine has orders without it.
    """
    way = _way(order, leave_open)
    stays = distributions.stays(distributions.stream(f"{log}:{order.id}", "stage times"))
    at = dict(order.times)
    for position, status in enumerate(way):
        if status not in at:
            before = way[position - 1]
            following = next((each for each in way[position:] if each in order.times), None)
            share = 1.0
            if following is not None:
                rest = sum(stays[each] for each in way[position - 1 : way.index(following)])
                share = (at[following] - at[before]) / rest
            at[status] = at[before] + stays[before] * share
    return tuple(Step(status, at[status], order.texts.get(status)) for status in way)


def _way(order: LoggedOrder, leave_open: bool) -> list[OrderStatus]:
    if OrderStatus.CANCELLED in order.times:
        return [status for status in OrderStatus if status in order.times]
    way: list[OrderStatus] = [
        status
        for status in OrderStatus
        if status != OrderStatus.CANCELLED
        and (status != OrderStatus.DELIVERING or OrderStatus.DELIVERING in order.times)
    ]
    if leave_open:
        while way[-1] not in order.times:
            way.pop()
    return way
