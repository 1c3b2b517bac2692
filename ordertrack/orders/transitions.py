"""Moving an order: the rules, the compare-and-set, the event and the wake-up, in one transaction."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from ordertrack.database.channels import EVENTS_CHANNEL
from ordertrack.database.session import db
from ordertrack.database.statements import Statement
from ordertrack.monitoring import metrics
from ordertrack.orders import house, records
from ordertrack.orders.models import StatusEvent
from ordertrack.orders.records import OrderRecord, Step
from ordertrack.orders.writing_actions import Wish, write
from ordertrack.restaurants import operations
from ordertrack.rules import state_machine
from ordertrack.rules.order_actions import OrderAction
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

# The schema's own function: one statement that compares, sets, counts, writes and wakes.
_ADVANCE = Statement(
    "SELECT at, load, revision FROM advance_order(%(tenant_id)s, %(order_id)s, %(expected_status)s, %(to)s,"
    " %(needs_lines_done)s, %(heeds_hold)s, %(changed_by)s, %(actor)s, %(metadata)s, %(channel)s,"
    " %(needs_changes_seen)s)",
    {"channel": EVENTS_CHANNEL},
)


_INEXACT = dt.timedelta(seconds=2)  # taps say how long they waited in whole seconds, by their device's clock
_CALLED_READY = (OrderStatus.PREPARING, OrderStatus.READY)


class OrderNotFound(LookupError):
    """No such order in this tenant."""


class OrderMoved(Exception):
    """Somebody else moved the order on since the asker looked: carries `expected_status` and `current`."""

    def __init__(self, expected_status: OrderStatus, current: OrderStatus, changed_by: str) -> None:
        self.expected_status = expected_status
        self.current = current
        self.changed_by = changed_by
        super().__init__(
            f"The order came back to {current} since you saw it, moved by {changed_by}: look at it again."
            if current == expected_status
            else f"The order is {current} by now, moved by {changed_by}; you saw it {expected_status}."
        )


class OrderChanged(Exception):
    """Something happened to the order since the asker looked: carries `expected_revision` and the `order`."""

    def __init__(self, expected_revision: int, order: OrderRecord) -> None:
        self.expected_revision = expected_revision
        self.order = order
        super().__init__(
            f"The order is at revision {order.revision} by now, and you saw {expected_revision}."
        )


@dataclass(frozen=True, slots=True)
class Advance:
    """What came of a tap: the order as it stands now, and whether this tap `moved` it there."""

    order: OrderRecord
    moved: bool

    @property
    def changed_by(self) -> str:
        return self.order.steps[-1].changed_by


def advance(
    order_id: uuid.UUID,
    to: OrderStatus,
    *,
    by: Principal,
    expected_status: OrderStatus | None = None,
    expected_revision: int | None = None,
    reason: str | None = None,
    metadata: dict[str, Any] | None = None,
    waited: int | None = None,
    on_board: bool = False,
    despite_open_lines: bool = False,
) -> Advance:
    """Move an order of `by`'s tenant to `to`, write its event and wake the listeners, then commit.

    `expected_status` is the one that the asker saw; None means whatever it is now; so is `expected_revision`,
    which nothing at all may have happened to since. `waited` is how many seconds ago the asker looked: who
    saw it before the order left that status and came to it again is told so. `on_board`
    keeps to what boards keep to besides: what is held is not moved, and ready is what has all its lines
    struck off and all its changes seen, unless somebody said `despite_open_lines`. Raises OrderNotFound,
    OrderMoved, OrderChanged, or IllegalTransition and its kinds; then nothing has been written.
    """
    needs_lines_done = on_board and not despite_open_lines
    try:
        if expected_revision is not None:
            hold_at(by.tenant_id, order_id, expected_revision)
        result = _advance(
            order_id,
            to,
            by,
            expected_status,
            expected_revision,
            reason,
            metadata,
            waited,
            on_board,
            needs_lines_done,
        )
        db.session.commit()
    except Exception as error:
        db.session.rollback()
        metrics.transitions.labels(to, type(error).__name__).inc()
        raise
    metrics.transitions.labels(to, "moved" if result.moved else "already there").inc()
    return result


def _advance(
    order_id: uuid.UUID,
    to: OrderStatus,
    by: Principal,
    expected_status: OrderStatus | None,
    expected_revision: int | None,
    reason: str | None,
    metadata: dict[str, Any] | None,
    waited: int | None,
    on_board: bool,
    needs_lines_done: bool,
) -> Advance:
    while True:  # ends: each turn means that somebody moved or fired the order, or chose other rules
        order = records.find(by.tenant_id, order_id)
        if order is None:
            raise OrderNotFound(order_id)
        if order.status != expected_status and (expected_status is not None or order.status == to):
            return _already_there(order, to, expected_status)
        if expected_status is not None and waited is not None and _came_again(order, waited):
            raise OrderMoved(expected_status, order.status, order.steps[-1].changed_by)
        state_machine.check(order.status, to, order.fulfilment, by.role, order.rule_set)
        if not reason and state_machine.asks_reason(order.status, to, by_staff=by.is_staff):
            raise ReasonMissing(order.status, to, order.allowed(by.role))
        if (order.status, to) == RECALL and by.role == Role.KITCHEN:
            _check_recall(order, to)
        is_called_ready = needs_lines_done and (order.status, to) == _CALLED_READY
        asks_lines = is_called_ready and _needs_lines(order)
        if on_board:
            _check_board(order, to, by, asks_lines, is_called_ready)
        if order.is_later and to == OrderStatus.PREPARING:
            db.session.connection()  # the fire and the move are one transaction
            write(order, Wish(OrderAction.FIRE), by)
            continue
        try:
            written = _ADVANCE.rows(
                tenant_id=by.tenant_id,
                order_id=order_id,
                expected_status=order.status.value,
                to=to.value,
                needs_lines_done=asks_lines,
                needs_changes_seen=is_called_ready,
                heeds_hold=on_board and to != OrderStatus.CANCELLED,
                changed_by=by.name,
                actor=by.actor,
                metadata=Jsonb({**(metadata or {}), **({"reason": reason} if reason else {})}),
            )
        except IntegrityError:
            if not _has_other_rules_now(order):
                raise
            if expected_revision is not None:
                hold_at(by.tenant_id, order_id, expected_revision)
            continue
        if written:
            made = written[0]
            after = order.after(Step(to, made.at, by.name, reason, made.load))
            return Advance(records.as_written(after, made.revision), True)


def hold_at(tenant_id: uuid.UUID, order_id: uuid.UUID, revision: int) -> None:
    """Hold the order for this transaction where the asker saw it; raises OrderChanged or OrderNotFound."""
    order = records.find_to_write(tenant_id, order_id)
    if order is None:
        raise OrderNotFound(order_id)
    if order.revision != revision:
        raise OrderChanged(revision, order)


def confirm_by_house(tenant_id: uuid.UUID, order_id: uuid.UUID) -> None:
    """Confirm, in the running transaction, an order that was placed in it."""
    order = records.find(tenant_id, order_id)
    assert order is not None
    by = house.on_arrival(tenant_id)
    _advance(order_id, OrderStatus.CONFIRMED, by, None, None, None, None, None, False, False)


def _needs_lines(order: OrderRecord) -> bool:
    """Whether the restaurant wants lines struck off before its boards call an order ready."""
    return operations.of_restaurant(order.tenant_id, order.restaurant_id).orders.ready_needs_lines


def _came_again(order: OrderRecord, waited: int) -> bool:
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


def _has_other_rules_now(order: OrderRecord) -> bool:
    """Whether the tenant chose another rule set since the order was read."""
    db.session.rollback()
    found = records.find(order.tenant_id, order.id)
    return found is not None and found.rule_set != order.rule_set


def _check_recall(order: OrderRecord, to: OrderStatus) -> None:
    """The kitchen has the restaurant's minutes for it; then the order may be on its way."""
    within = operations.of_restaurant(order.tenant_id, order.restaurant_id).recall_within
    if dt.datetime.now(dt.UTC) - order.status_since > dt.timedelta(seconds=within):
        raise RecalledTooLate(within, order.status, to, order.allowed(Role.KITCHEN))


def _check_board(
    order: OrderRecord, to: OrderStatus, by: Principal, asks_lines: bool, asks_seen: bool
) -> None:
    """What is only asked of those who stand before a board."""
    allowed = order.allowed(by.role)
    if order.hold_reason is not None and to != OrderStatus.CANCELLED:
        raise OrderHeld(order.hold_reason, order.status, to, allowed)
    if asks_seen and order.has_unseen_changes:
        raise ChangeUnseen(order.status, to, allowed)
    if asks_lines and order.open_lines:
        raise LinesOpen(order.open_lines, order.status, to, allowed)


def _already_there(order: OrderRecord, to: OrderStatus, expected_status: OrderStatus | None) -> Advance:
    """The order is not where the asker saw it: a double tap if it stands at `to`, else a conflict."""
    if order.status != to:
        assert expected_status is not None
        raise OrderMoved(expected_status, order.status, order.steps[-1].changed_by)
    return Advance(order, False)
