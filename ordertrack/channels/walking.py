"""Walking an order to where a channel says that it is: along the rules' map, move by move, each logged."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

from ordertrack.orders.moving import transitions
from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.rules.state_machine import ADDED, Fulfilment, IllegalTransition, OrderStatus, RuleSet, allowed
from ordertrack.tenants.principal import Principal

SOURCE = {"source": "channel"}
"""Stands in the metadata of every entry that a channel makes. Moves of a walk of several have `walked` too:
the statuses that were passed at one moment, which says nothing of how long anything took."""


def path(
    status: OrderStatus,
    to: OrderStatus,
    fulfilment: Fulfilment,
    rule_set: RuleSet,
    *,
    may_go_back: bool = False,
) -> tuple[OrderStatus, ...] | None:
    """The fewest legal moves that lead there, none of them through an end; None if none do.

    Back, where the rule set goes back at all, only if it `may_go_back`. A cancellation is one move: no order
    is called ready in order to be cancelled.
    """
    waiting: deque[tuple[OrderStatus, tuple[OrderStatus, ...]]] = deque([(status, ())])
    seen = {status}
    while waiting:
        here, taken = waiting.popleft()
        if here == to:
            return taken
        for step in allowed(here, fulfilment, None, rule_set):
            is_back = (here, step) in ADDED and step != OrderStatus.CANCELLED
            is_detour = step == OrderStatus.CANCELLED and bool(taken)
            if step not in seen and not is_detour and (may_go_back or not is_back):
                seen.add(step)
                waiting.append((step, (*taken, step)))
    return None


def is_behind(order: OrderRecord, to: OrderStatus) -> bool:
    """Whether the order was in that status, or could have been, before it came where it is."""
    return path(to, order.status, order.fulfilment, order.rule_set) is not None


def walk(
    order: OrderRecord,
    to: OrderStatus,
    *,
    by: Principal,
    reason: str | None = None,
    metadata: Mapping[str, Any] = SOURCE,
    may_go_back: bool = False,
) -> OrderRecord:
    """Move the order there, and answer it as it is then; one that is there already is answered as it is.

    Each move is a transaction of its own: where somebody else moves the order in between, OrderMoved is
    raised and what was made stands. Raises IllegalTransition where no way leads there.
    """
    steps = path(order.status, to, order.fulfilment, order.rule_set, may_go_back=may_go_back)
    if steps is None:
        raise IllegalTransition(order.status, to, order.allowed())
    walked = {"walked": [order.status, *steps]} if len(steps) > 1 else {}
    for step in steps:
        done = transitions.advance(
            order.id,
            step,
            by=by,
            expected_status=order.status,
            reason=reason if step == to else None,
            metadata={**metadata, **walked},
        )
        order = done.order
    return order
