"""Moving an order: the rules, the compare-and-set, the event and the wake-up, in one transaction."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from ordertrack import metrics
from ordertrack.database import db
from ordertrack.orders import records, state_machine
from ordertrack.orders.records import OrderRecord, Step
from ordertrack.orders.state_machine import OrderStatus, ReasonMissing
from ordertrack.tenants.principal import Principal

CHANNEL = "ordertrack_events"

# One statement, so that nothing can be half done, and locks in one order everywhere: first the order, last
# the tenant's stream. The clock is read in RETURNING, when the stream is already held, so that no event
# can carry a time before that of a lower seq. `held` waits for a concurrent mover and then looks again.
_ADVANCE = text("""
    WITH held AS MATERIALIZED (
        SELECT tenant_id, id, restaurant_id, status, version, status_since FROM orders
         WHERE tenant_id = :tenant_id AND id = :order_id AND status = :seen FOR NO KEY UPDATE
    ), stream AS (
        UPDATE tenant_streams SET seq = tenant_streams.seq + 1 FROM held
         WHERE tenant_streams.tenant_id = held.tenant_id
        RETURNING tenant_streams.seq, clock_timestamp() AS at, held.*
    ), moved AS (
        UPDATE orders SET status = :to, version = stream.version + 1, status_since = stream.at FROM stream
         WHERE orders.tenant_id = :tenant_id AND orders.id = stream.id
    ), event AS (
        INSERT INTO order_status_events (tenant_id, seq, order_id, restaurant_id, version, from_status,
            to_status, changed_by, actor, occurred_at, in_status_for, metadata)
        SELECT tenant_id, seq, id, restaurant_id, version + 1, status,
            :to, :changed_by, :actor, at, at - status_since, :metadata FROM stream
    )
    SELECT seq, at, pg_notify(:channel, tenant_id || ':' || seq) FROM stream
""").bindparams(bindparam("metadata", type_=JSONB))


class OrderNotFound(LookupError):
    """No such order in this tenant."""


class OrderMoved(Exception):
    """Somebody else moved the order on since the asker looked: carries `seen` and `current`."""

    def __init__(self, seen: OrderStatus, current: OrderStatus, changed_by: str) -> None:
        self.seen = seen
        self.current = current
        self.changed_by = changed_by
        super().__init__(f"The order is {current} by now, moved by {changed_by}; you saw it {seen}.")


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
    seen: OrderStatus | None = None,
    reason: str | None = None,
    metadata: dict[str, Any] | None = None,
) -> Advance:
    """Move an order of `by`'s tenant to `to`, write its event and wake the listeners, then commit.

    `seen` is the status that the asker saw; None means whatever it is now. Raises OrderNotFound,
    OrderMoved, or IllegalTransition and its kinds; then nothing has been written.
    """
    try:
        result = _advance(order_id, to, by, seen, reason, metadata)
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
    seen: OrderStatus | None,
    reason: str | None,
    metadata: dict[str, Any] | None,
) -> Advance:
    while True:  # ends: each turn means that somebody moved the order on, and no order has many moves
        order = records.find(by.tenant_id, order_id)
        if order is None:
            raise OrderNotFound(order_id)
        if order.status != seen and (seen is not None or order.status == to):
            return _already_there(order, to, seen)
        state_machine.check(order.status, to, order.fulfilment, by.role)
        if to == OrderStatus.CANCELLED and by.is_staff and not reason:
            raise ReasonMissing(order.status, to, order.allowed(by.role))
        written = (
            db.session.connection()
            .execute(
                _ADVANCE,
                {
                    "tenant_id": by.tenant_id,
                    "order_id": order_id,
                    "seen": order.status,
                    "to": to,
                    "changed_by": by.name,
                    "actor": by.actor,
                    "metadata": {**(metadata or {}), **({"reason": reason} if reason else {})},
                    "channel": CHANNEL,
                },
            )
            .one_or_none()
        )
        if written is not None:
            return Advance(order.after(Step(to, written.at, by.name, reason)), True)


def _already_there(order: OrderRecord, to: OrderStatus, seen: OrderStatus | None) -> Advance:
    """The order is not where the asker saw it: a double tap if it stands at `to`, else a conflict."""
    if order.status != to:
        assert seen is not None
        raise OrderMoved(seen, order.status, order.steps[-1].changed_by)
    return Advance(order, False)
