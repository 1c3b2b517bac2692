"""What a move is held against before it is written: the rule set, the reason, and what boards keep to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from ordertrack.database.session import db
from ordertrack.orders.models import StatusEvent
from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.restaurants import operations
from ordertrack.rules import state_machine
from ordertrack.rules.roles import Role
from ordertrack.rules.state_machine import (
    RECALL,
    ChangeUnseen,
    LinesOpen,
    OrderHeld,
    OrderStatus,
    ReasonMissing,
    RecalledTooLate,
)
from ordertrack.tenants.principal import Principal

_INEXACT = dt.timedelta(seconds=2)  # taps say how long they waited in whole seconds, by their device's clock
_CALLED_READY = (OrderStatus.PREPARING, OrderStatus.READY)


@dataclass(frozen=True, slots=True)
class Move:
    """A move as it was asked for: see `transitions.advance`."""

    to: OrderStatus
    by: Principal
    expected_status: OrderStatus | None = None
    expected_revision: int | None = None
    reason: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    waited: int | None = None
    on_board: bool = False
    despite_open_lines: bool = False

    def calls_ready(self, order: OrderRecord) -> bool:
        """Whether it calls ready what the kitchen has, and lines and changes count."""
        counts = self.on_board and not self.despite_open_lines
        return counts and (order.status, self.to) == _CALLED_READY

    def asks_lines(self, order: OrderRecord) -> bool:
        """Whether all lines must be struck off: the restaurant may do without that."""
        return self.calls_ready(order) and needs_lines(order)


def needs_lines(order: OrderRecord) -> bool:
    """Whether the restaurant wants lines struck off before its boards call an order ready."""
    return operations.of_restaurant(order.tenant_id, order.restaurant_id).orders.ready_needs_lines


def check(order: OrderRecord, move: Move) -> None:
    """Whether the order may be moved so; raises IllegalTransition or one of its kinds."""
    to, by = move.to, move.by
    state_machine.check(order.status, to, order.fulfilment, by.role, order.rule_set)
    if not move.reason and state_machine.asks_reason(order.status, to, by_staff=by.is_staff):
        raise ReasonMissing(order.status, to, order.allowed(by.role))
    if (order.status, to) == RECALL and by.role == Role.KITCHEN:
        _check_recall(order, to)
    if move.on_board:
        _check_board(order, move)


def came_again(order: OrderRecord, waited: int) -> bool:
    """Whether the order has left its status and come to it again since a tap that waited so many seconds.

    A move by a tap that waited too happened when it was tapped: taps of one queue follow one another.
    """
    if [step.status for step in order.steps].count(order.status) < 2:
        return False
    ago = db.session.scalar(
        select(StatusEvent.event_metadata["waited"].as_integer()).where(
            StatusEvent.tenant_id == order.tenant_id,
            StatusEvent.order_id == order.id,
            StatusEvent.version == order.version,
        )
    )
    moved_at = order.status_since - dt.timedelta(seconds=ago or 0)
    tapped_at = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=waited)
    return moved_at > tapped_at + _INEXACT


def _check_recall(order: OrderRecord, to: OrderStatus) -> None:
    """The kitchen has the restaurant's minutes for it; then the order may be on its way."""
    within = operations.of_restaurant(order.tenant_id, order.restaurant_id).recall_within
    if dt.datetime.now(dt.UTC) - order.status_since > dt.timedelta(seconds=within):
        raise RecalledTooLate(within, order.status, to, order.allowed(Role.KITCHEN))


def _check_board(order: OrderRecord, move: Move) -> None:
    """What is only asked of those who stand before a board."""
    allowed = order.allowed(move.by.role)
    if order.hold_reason is not None and move.to != OrderStatus.CANCELLED:
        raise OrderHeld(order.hold_reason, order.status, move.to, allowed)
    if move.calls_ready(order) and order.has_unseen_changes:
        raise ChangeUnseen(order.status, move.to, allowed)
    if move.asks_lines(order) and order.open_lines:
        raise LinesOpen(order.open_lines, order.status, move.to, allowed)
