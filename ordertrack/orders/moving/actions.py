"""Doing something to an order besides moving it: rules, change and log entry in one transaction."""

from __future__ import annotations

import uuid
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from ordertrack.database.session import db
from ordertrack.monitoring import metrics
from ordertrack.orders.log import waking
from ordertrack.orders.log.entries import Change
from ordertrack.orders.moving import riders
from ordertrack.orders.moving.transitions import OrderMoved, OrderNotFound, hold_at
from ordertrack.orders.moving.writing_actions import Wish, write, write_known
from ordertrack.orders.reading import known_orders, records
from ordertrack.orders.reading.records import OrderRecord
from ordertrack.rules.order_actions import (
    DETAILED_ACTS,
    LINE_ACTS,
    LONGEST_DELAY,
    DetailMissing,
    IllegalAct,
    NoSuchLine,
    OrderAction,
    check_act,
)
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.tenants.principal import Principal

LONGEST = dict.fromkeys(OrderAction, 200) | {OrderAction.ASSIGN: 60}
"""How long the detail of an act may be, in characters."""
# The others go by more than the order's revision.
_ON_WHAT_IS_KNOWN = {
    *LINE_ACTS,
    OrderAction.ASSIGN,
    OrderAction.UNASSIGN,
    OrderAction.RUSH,
    OrderAction.UNRUSH,
}


@dataclass(frozen=True, slots=True)
class Acted:
    """The order as it stands now, and what this call wrote of it: None if it was so already."""

    order: OrderRecord
    written: Change | None = None

    @property
    def done(self) -> bool:
        return self.written is not None


def act(
    order_id: uuid.UUID,
    act: OrderAction,
    *,
    by: Principal,
    expected_status: OrderStatus | None = None,
    expected_revision: int | None = None,
    line: int | None = None,
    detail: str | None = None,
    minutes: int | None = None,
    seen_revision: int | None = None,
    metadata: dict[str, Any] | None = None,
) -> Acted:
    """Do this to an order of `by`'s tenant, log it, commit, and have the listeners know.

    `expected_status` is the one that the asker saw; None means whatever it is now; so is `expected_revision`,
    which nothing at all may have happened to since. `line` is for strikes,
    `detail` for the reason of a hold or a delay and for the name of a rider, which is kept as the rider's
    other orders spell it; `minutes` are a delay's. `seen_revision` is for acknowledging changes: those that
    came after it stay unseen. What is so already is answered and not written again. Raises OrderNotFound,
    OrderMoved, OrderChanged, or IllegalAct and its kinds; then nothing has been written.
    """
    takes_detail = act in DETAILED_ACTS or act == OrderAction.DELAY
    wish = Wish(
        act,
        line if act in LINE_ACTS else None,
        detail if takes_detail else None,
        minutes if act == OrderAction.DELAY else None,
        seen_revision,
        metadata or {},
    )
    try:
        result = None
        if expected_revision is not None:
            hold_at(by.tenant_id, order_id, expected_revision)
        else:
            result = _act_known(order_id, wish, by, expected_status)
        result = result or _act(order_id, wish, by, expected_status)
        db.session.commit()
    except Exception as error:
        db.session.rollback()
        metrics.actions.labels(act, type(error).__name__).inc()
        raise
    if result.written is not None:
        waking.tell(by.tenant_id, result.written)
    metrics.actions.labels(act, "done" if result.done else "so already").inc()
    return result


def rename_rider(restaurant_id: uuid.UUID, before: str, after: str, *, by: Principal) -> None:
    """Give a rider's open orders to their new name, each logged; who is refused one keeps it as it is."""
    for order_id in riders.orders_of(by.tenant_id, restaurant_id, before):
        with suppress(IllegalAct, OrderMoved, OrderNotFound):
            act(order_id, OrderAction.ASSIGN, by=by, detail=after)


def _act_known(
    order_id: uuid.UUID, wish: Wish, by: Principal, expected_status: OrderStatus | None
) -> Acted | None:
    """Do it to the order as it is known here, unread; None where it is not known, or is not so by now."""
    order = known_orders.find(by.tenant_id, order_id)
    if order is None or order.status != expected_status or wish.act not in _ON_WHAT_IS_KNOWN:
        return None
    try:
        _check(order, wish, by)
    except IllegalAct:
        written = None
    else:
        if wish.act == OrderAction.ASSIGN and wish.detail:
            wish = replace(wish, detail=riders.as_carried(order, wish.detail))
        is_already = order.is_already(wish.act, wish.line, wish.detail)
        written = None if is_already else write_known(order, wish, by)
    if written is None:
        known_orders.forget(order)
        return None
    return Acted(written.order, written)


def _act(order_id: uuid.UUID, wish: Wish, by: Principal, expected_status: OrderStatus | None) -> Acted:
    while True:  # ends: each turn means that somebody moved the order on or did the same
        order = records.find(by.tenant_id, order_id)
        if order is None:
            raise OrderNotFound(order_id)
        if expected_status is not None and order.status != expected_status:
            raise OrderMoved(expected_status, order.status, order.steps[-1].changed_by)
        if _is_acknowledged(order, wish) or _is_fired(order, wish):
            return Acted(order)
        _check(order, wish, by)
        if wish.act == OrderAction.ASSIGN and wish.detail:
            wish = replace(wish, detail=riders.as_carried(order, wish.detail))
        if order.is_already(wish.act, wish.line, wish.detail):
            return Acted(order)
        written = write(order, wish, by)
        if written is not None:
            return Acted(written.order, written)


def _check(order: OrderRecord, wish: Wish, by: Principal) -> None:
    flags = {"is_changed": order.has_unseen_changes, "is_later": order.is_later}
    check_act(wish.act, order.status, order.fulfilment, by.role, **flags)
    if wish.act in LINE_ACTS and wish.line not in [item.position for item in order.lines]:
        raise NoSuchLine(wish.act, order.status, order.acts_allowed(by.role))
    is_timed = wish.act != OrderAction.DELAY or 1 <= (wish.minutes or 0) <= LONGEST_DELAY
    if not is_timed or (wish.act in DETAILED_ACTS and not wish.detail):
        raise DetailMissing(wish.act, order.status, order.acts_allowed(by.role))


def _is_fired(order: OrderRecord, wish: Wish) -> bool:
    return wish.act == OrderAction.FIRE and not order.is_later and order.fired_at is not None


def _is_acknowledged(order: OrderRecord, wish: Wish) -> bool:
    """Whether what was to be acknowledged is so already, or is not all that there is by now."""
    is_of_change = wish.act == OrderAction.ACKNOWLEDGE and order.status != OrderStatus.CANCELLED
    if not is_of_change or not order.changed_in:
        return False
    return not order.has_unseen_changes or order.changed_in > (wish.seen_revision or order.changed_in)
