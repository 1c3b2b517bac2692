"""The whole way of an order of a log: times that were logged, and for the others drawn or unknown ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ordertrack.demo.replay.logged_order import LoggedOrder
from ordertrack.demo.simulation import distributions
from ordertrack.orders.imported import DRAWN, TIME_UNKNOWN
from ordertrack.rules.state_machine import Fulfilment, OrderStatus


@dataclass(frozen=True, slots=True)
class Step:
    """At `at` seconds of the log the order became `status`; `logged` is the log's own text of that time.

    It is None if the log lacks this step: `at` is then drawn or, if it `is_unknown`, the next known time.
    """

    status: OrderStatus
    at: float
    logged: str | None
    is_unknown: bool = False

    def metadata(self, log: str) -> dict[str, Any]:
        """What its event says of where it comes from."""
        when: dict[str, Any] = {"logged_at": self.logged}
        if self.logged is None:
            when = {TIME_UNKNOWN: True} if self.is_unknown else {DRAWN: True}
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


def as_logged(order: LoggedOrder, *, leave_open: bool = False) -> tuple[Step, ...]:
    """The same steps with nothing drawn: what the log does not know stands at the next moment that it knows.

    After the last one it stands at that one.
    """
    way = _way(order, leave_open)
    steps: list[Step] = []
    following = max(order.times.values())
    for status in reversed(way):
        following = order.times.get(status, following)
        steps.append(Step(status, following, order.texts.get(status), status not in order.times))
    return tuple(reversed(steps))


def _way(order: LoggedOrder, leave_open: bool) -> list[OrderStatus]:
    if order.is_cancelled:
        logged = [status for status in OrderStatus if status in order.times]
        return [*(status for status in logged if status != OrderStatus.CANCELLED), OrderStatus.CANCELLED]
    way: list[OrderStatus] = [
        status
        for status in OrderStatus
        if status != OrderStatus.CANCELLED
        and (status != OrderStatus.DELIVERING or _was_sent_out(order, leave_open))
    ]
    if leave_open:
        while way[-1] not in order.times and way[-1] != order.status:
            way.pop()
    return way


def _was_sent_out(order: LoggedOrder, leave_open: bool) -> bool:
    """Whether the log knows that it left the house."""
    if OrderStatus.DELIVERING in order.times:
        return True
    is_on_the_road = order.status == OrderStatus.DELIVERING and OrderStatus.COMPLETED not in order.times
    return leave_open and is_on_the_road and order.fulfilment == Fulfilment.DELIVERY
