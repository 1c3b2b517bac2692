"""Doing something to an order besides moving it: rules, change and log entry in one transaction."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb

from ordertrack.database.channels import EVENTS_CHANNEL
from ordertrack.database.session import db
from ordertrack.database.statements import Statement
from ordertrack.monitoring import metrics
from ordertrack.orders import records, riders
from ordertrack.orders.records import OrderRecord
from ordertrack.orders.transitions import OrderMoved, OrderNotFound
from ordertrack.rules.order_actions import (
    DETAILED_ACTS,
    LINE_ACTS,
    DetailMissing,
    NoSuchLine,
    OrderAction,
    check_act,
)
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.tenants.principal import Principal

LONGEST = dict.fromkeys(OrderAction, 200) | {OrderAction.ASSIGN: 60}
"""How long the detail of an act may be, in characters."""

_ACT = Statement(
    "SELECT seq, at FROM act_on_order(%(tenant_id)s, %(order_id)s, %(expected_status)s, %(act)s, %(line)s,"
    " %(detail)s, %(changed_by)s, %(actor)s, %(metadata)s, %(channel)s, %(seen_revision)s)",
    {"channel": EVENTS_CHANNEL},
)


@dataclass(frozen=True, slots=True)
class Acted:
    """The order as it stands now, and whether it was this call that did it: else it was so already."""

    order: OrderRecord
    done: bool


def act(
    order_id: uuid.UUID,
    act: OrderAction,
    *,
    by: Principal,
    expected_status: OrderStatus | None = None,
    line: int | None = None,
    detail: str | None = None,
    metadata: dict[str, Any] | None = None,
    seen_revision: int | None = None,
) -> Acted:
    """Do this to an order of `by`'s tenant, log it and wake the listeners, then commit.

    `expected_status` is the one that the asker saw; None means whatever it is now. `line` is for strikes,
    `detail` for the reason of a hold and the name of a rider, which is kept as the rider's other orders spell
    it. `seen_revision` is for acknowledging changes: those that came after it stay unseen. What is so already
    is answered and not written again. Raises OrderNotFound, OrderMoved, or IllegalAct and its kinds; then
    nothing has been written.
    """
    line = line if act in LINE_ACTS else None
    detail = detail if act in DETAILED_ACTS else None
    try:
        result = _act(order_id, act, by, expected_status, line, detail, metadata or {}, seen_revision)
        db.session.commit()
    except Exception as error:
        db.session.rollback()
        metrics.actions.labels(act, type(error).__name__).inc()
        raise
    metrics.actions.labels(act, "done" if result.done else "so already").inc()
    return result


def _act(
    order_id: uuid.UUID,
    act: OrderAction,
    by: Principal,
    expected_status: OrderStatus | None,
    line: int | None,
    detail: str | None,
    metadata: dict[str, Any],
    seen_revision: int | None,
) -> Acted:
    while True:  # ends: each turn means that somebody moved the order on or did the same
        order = records.find(by.tenant_id, order_id)
        if order is None:
            raise OrderNotFound(order_id)
        if expected_status is not None and order.status != expected_status:
            raise OrderMoved(expected_status, order.status, order.steps[-1].changed_by)
        if _is_acknowledged(order, act, seen_revision):
            return Acted(order, False)
        check_act(act, order.status, order.fulfilment, by.role, is_changed=order.has_unseen_changes)
        if act in LINE_ACTS and line not in [item.position for item in order.lines]:
            raise NoSuchLine(act, order.status, order.acts_allowed(by.role))
        if act in DETAILED_ACTS and not detail:
            raise DetailMissing(act, order.status, order.acts_allowed(by.role))
        if act == OrderAction.ASSIGN and detail:
            detail = riders.as_carried(order, detail)
        if order.is_already(act, line, detail):
            return Acted(order, False)
        written = _ACT.rows(
            tenant_id=by.tenant_id,
            order_id=order_id,
            expected_status=order.status.value,
            act=act.value,
            line=line,
            detail=detail,
            changed_by=by.name,
            actor=by.actor,
            metadata=Jsonb(metadata),
            seen_revision=seen_revision,
        )
        if written:
            at: dt.datetime = written[0].at
            return Acted(order.after_act(act, at, line, detail), True)


def _is_acknowledged(order: OrderRecord, act: OrderAction, seen_revision: int | None) -> bool:
    """Whether what was to be acknowledged is so already, or is not all that there is by now."""
    if act != OrderAction.ACKNOWLEDGE or order.status == OrderStatus.CANCELLED or not order.changed_in:
        return False
    return not order.has_unseen_changes or order.changed_in > (seen_revision or order.changed_in)
