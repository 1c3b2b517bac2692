"""The way of an order of a log, with nothing added: what the log does not know is marked as unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ordertrack.importing.logged_order import LoggedOrder
from ordertrack.orders.imported import DRAWN, TIME_UNKNOWN
from ordertrack.rules import state_machine
from ordertrack.rules.state_machine import Fulfilment, OrderStatus, RuleSet


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


def as_logged(order: LoggedOrder, *, leave_open: bool = False) -> tuple[Step, ...]:
    """Every step from placed on: what the log does not know stands at the next moment that it knows.

    After the last one it stands at that one.
    """
    steps: list[Step] = []
    following = max(order.times.values())
    for status in reversed(way(order, leave_open)):
        following = order.times.get(status, following)
        steps.append(Step(status, following, order.texts.get(status), status not in order.times))
    return tuple(reversed(steps))


def way(order: LoggedOrder, leave_open: bool) -> list[OrderStatus]:
    """The statuses that it went through, as the rules have it."""
    if order.is_cancelled:
        return [*_until_cancelled(order), OrderStatus.CANCELLED]
    gone: list[OrderStatus] = [
        status
        for status in OrderStatus
        if status != OrderStatus.CANCELLED
        and (status != OrderStatus.DELIVERING or _was_sent_out(order, leave_open))
    ]
    if leave_open:
        while gone[-1] not in order.times and gone[-1] != order.status:
            gone.pop()
    return gone


def rule_set(steps: Sequence[Step]) -> RuleSet:
    """The rules under which these steps could be taken: called off while it was made is one of the others."""
    before = [step.status for step in steps if step.status != OrderStatus.CANCELLED]
    is_cancelled = len(before) < len(steps)
    if not is_cancelled or OrderStatus.CANCELLED in state_machine.allowed(before[-1], Fulfilment.DELIVERY):
        return RuleSet.STRICT
    return RuleSet.EXTENDED


def _until_cancelled(order: LoggedOrder) -> list[OrderStatus]:
    known = [status for status in OrderStatus if status in order.times and status != OrderStatus.CANCELLED]
    return [
        status
        for status in list(OrderStatus)[: list(OrderStatus).index(known[-1]) + 1]
        if status in order.times or _lies_between(status, known)
    ]


def _lies_between(status: OrderStatus, known: Sequence[OrderStatus]) -> bool:
    """Whether it must have been so: nothing is ready that nobody made."""
    return status != OrderStatus.DELIVERING and status not in known


def _was_sent_out(order: LoggedOrder, leave_open: bool) -> bool:
    """Whether the log knows that it left the house."""
    if OrderStatus.DELIVERING in order.times:
        return True
    is_on_the_road = order.status == OrderStatus.DELIVERING and OrderStatus.COMPLETED not in order.times
    return leave_open and is_on_the_road and order.fulfilment == Fulfilment.DELIVERY
