"""Moving an order: rules, compare-and-set and event in one transaction, and the wake-up after it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy.exc import IntegrityError

from ordertrack.database.session import db
from ordertrack.database.statements import TenantCall
from ordertrack.live.cursor import Cursor
from ordertrack.monitoring import metrics
from ordertrack.orders.imported import is_timed
from ordertrack.orders.log import waking
from ordertrack.orders.log.entries import Change, EventRecord
from ordertrack.orders.moving import house
from ordertrack.orders.moving.move_checks import Move, came_again, check
from ordertrack.orders.moving.writing_actions import Wish, write
from ordertrack.orders.reading import known_orders, records
from ordertrack.orders.reading.records import OrderRecord, Step
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import IllegalTransition, OrderStatus
from ordertrack.tenants.principal import Principal

# The schema's own function: one statement that compares, sets, counts and writes.
_WRITTEN = "epoch, seq, at, load, revision, in_status_for, open_lines"
_MOVED = (
    "%(expected_status)s, %(to)s, %(needs_lines_done)s, %(needs_changes_seen)s,"
    " %(heeds_hold)s, %(changed_by)s, %(actor)s, %(metadata)s"
)
_ADVANCE = TenantCall("advance_order", _WRITTEN, "order_id", _MOVED)
_ADVANCE_KNOWN = TenantCall("advance_known_order", _WRITTEN, "order_id", f"{_MOVED}, %(revision)s")

_MOST_REFUSALS = 10  # of one move, by the schema


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
    """What came of a tap: the order as it stands now, and what this tap wrote of it; None if it was there."""

    order: OrderRecord
    written: Change | None = None

    @property
    def moved(self) -> bool:
        return self.written is not None

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
    """Move an order of `by`'s tenant to `to`, write its event, commit, and have the listeners know.

    `expected_status` is the one that the asker saw; None means whatever it is now; so is `expected_revision`,
    which nothing at all may have happened to since. `waited` is how many seconds ago the asker looked: who
    saw it before the order left that status and came to it again is told so. `on_board`
    keeps to what boards keep to besides: what is held is not moved, and ready is what has all its lines
    struck off and all its changes seen, unless somebody said `despite_open_lines`. Raises OrderNotFound,
    OrderMoved, OrderChanged, or IllegalTransition and its kinds; then nothing has been written.
    """
    move = Move(
        to,
        by,
        expected_status,
        expected_revision,
        reason,
        metadata or {},
        waited,
        on_board,
        despite_open_lines,
    )
    try:
        if expected_revision is not None:
            hold_at(by.tenant_id, order_id, expected_revision)
        result = _advance_known(order_id, move) or _advance(order_id, move)
        db.session.commit()
    except Exception as error:
        db.session.rollback()
        metrics.transitions.labels(to, type(error).__name__).inc()
        raise
    if result.written is not None:
        waking.tell(by.tenant_id, result.written)
    metrics.transitions.labels(to, "moved" if result.moved else "already there").inc()
    return result


def _advance_known(order_id: uuid.UUID, move: Move) -> Advance | None:
    """Move the order as it is known here, unread; None where it is not known, or may be otherwise by now."""
    order = known_orders.find(move.by.tenant_id, order_id)
    if order is None or order.status != move.expected_status or order.is_later:
        return None
    if move.expected_revision is not None or (move.waited is not None and came_again(order, move.waited)):
        return None
    try:
        check(order, move)
        written = _write(order, move, _ADVANCE_KNOWN, revision=order.revision)
    except (IllegalTransition, IntegrityError):
        db.session.rollback()
        written = None
    if written is None:
        known_orders.forget(order)
        return None
    return Advance(written.order, written)


def _advance(order_id: uuid.UUID, move: Move) -> Advance:
    to, by, seen = move.to, move.by, move.expected_status
    refusals = 0
    while True:  # ends: each turn means that somebody moved or fired the order, or chose other rules
        order = records.find(by.tenant_id, order_id)
        if order is None:
            raise OrderNotFound(order_id)
        if order.status != seen and (seen is not None or order.status == to):
            return _already_there(order, to, seen)
        if seen is not None and move.waited is not None and came_again(order, move.waited):
            raise OrderMoved(seen, order.status, order.steps[-1].changed_by)
        check(order, move)
        if order.is_later and to == OrderStatus.PREPARING:
            db.session.connection()  # the fire and the move are one transaction
            write(order, Wish(OrderAction.FIRE), by)
            continue
        try:
            written = _write(order, move)
        except IntegrityError:
            # The rules that were read hold no more, or hold again: they are read once more.
            db.session.rollback()
            refusals += 1
            if refusals == _MOST_REFUSALS:
                raise
            if move.expected_revision is not None:
                hold_at(by.tenant_id, order_id, move.expected_revision)
            continue
        if written is not None:
            return Advance(written.order, written)


def _write(order: OrderRecord, move: Move, call: TenantCall = _ADVANCE, **only_at: int) -> Change | None:
    """Move the order as it was read; None if it has moved on since, or is held back."""
    metadata = {**move.metadata, **({"reason": move.reason} if move.reason else {})}
    written = call.rows(
        order_id=order.id,
        expected_status=order.status.value,
        to=move.to.value,
        needs_lines_done=move.asks_lines(order),
        needs_changes_seen=move.calls_ready(order),
        heeds_hold=move.on_board and move.to != OrderStatus.CANCELLED,
        changed_by=move.by.name,
        actor=move.by.actor,
        metadata=Jsonb(metadata),
        **only_at,
    )
    if not written:
        return None
    made = written[0]
    event = EventRecord(
        cursor=Cursor(made.epoch, made.seq),
        order_id=order.id,
        number=order.number,
        restaurant=order.restaurant,
        from_status=order.status,
        to_status=move.to,
        changed_by=move.by.name,
        actor=move.by.actor,
        occurred_at=made.at,
        in_status_for=made.in_status_for,
        metadata=metadata,
        open_lines=made.open_lines,
        recorded_at=made.at,
    )
    known = is_timed(move.by.actor, move.to, metadata)
    after = order.after(Step(move.to, made.at, move.by.name, move.reason, made.load, known))
    return Change(event, records.as_written(after, made.revision))


def hold_at(tenant_id: uuid.UUID, order_id: uuid.UUID, revision: int) -> None:
    """Hold the order for this transaction where the asker saw it; raises OrderChanged or OrderNotFound."""
    order = records.find_to_write(tenant_id, order_id)
    if order is None:
        raise OrderNotFound(order_id)
    if order.revision != revision:
        raise OrderChanged(revision, order)


def confirm_by_house(tenant_id: uuid.UUID, order_id: uuid.UUID) -> int:
    """Confirm, in the running transaction, an order that was placed in it; how far the log has grown."""
    order = records.find(tenant_id, order_id)
    assert order is not None
    result = _advance(order_id, Move(OrderStatus.CONFIRMED, house.on_arrival(tenant_id)))
    assert result.written is not None
    return result.written.cursor.seq


def _already_there(order: OrderRecord, to: OrderStatus, expected_status: OrderStatus | None) -> Advance:
    """The order is not where the asker saw it: a double tap if it stands at `to`, else a conflict."""
    if order.status != to:
        assert expected_status is not None
        raise OrderMoved(expected_status, order.status, order.steps[-1].changed_by)
    return Advance(order)
