"""Changing an order after it was placed: several changes, one entry of the log, one transaction."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, exists, select, text, update
from sqlalchemy.dialects.postgresql import JSONB

from ordertrack.database.session import db
from ordertrack.monitoring import metrics
from ordertrack.orders.changing.change_draft import AddLine, Change, ChangeLine, Draft, drafted
from ordertrack.orders.changing.changed_fields import Fields, flat_changes
from ordertrack.orders.due import must_start
from ordertrack.orders.log import waking
from ordertrack.orders.models import ActionEvent, OrderItem
from ordertrack.orders.moving.transitions import OrderChanged, OrderNotFound
from ordertrack.orders.placing import menu_lines
from ordertrack.orders.reading import records
from ordertrack.orders.reading.records import OrderRecord
from ordertrack.restaurants import operations
from ordertrack.rules.order_changes import (
    KITCHEN_FIELDS,
    check_change,
    concerns_kitchen,
)
from ordertrack.rules.state_machine import OrderStatus
from ordertrack.tenants.principal import Principal

# The order is locked before it; the stream is everybody's last lock (see transitions). What does not concern
# the kitchen is seen by it already, unless it has something to see anyway.
_LOG = text("""
    WITH stream AS (
        UPDATE tenant_streams SET seq = seq + 1 WHERE tenant_id = :tenant_id RETURNING seq, last_at AS at
    ), changed AS (
        UPDATE orders SET acts = acts + 1, note = :note, promised_at = :promised_at, reference = :reference,
            table_name = :table, customer = :customer, currency = :currency, total = :total,
            to_collect = :to_collect, start_by = :start_by, is_later = :is_later, changed_in = :revision,
            changes_seen_in = CASE WHEN :concerns_kitchen OR changes_seen_in < changed_in
                THEN changes_seen_in ELSE :revision END,
            unseen_fields = unseen_fields || :told_fields
          FROM stream WHERE tenant_id = :tenant_id AND id = :order_id
        RETURNING restaurant_id, status
    ), logged AS (
        INSERT INTO order_actions (tenant_id, seq, order_id, restaurant_id, act, status, detail, changed_by,
            actor, occurred_at, metadata, changes)
        SELECT :tenant_id, seq, :order_id, restaurant_id, 'change', status, :reason, :changed_by,
            :actor, at, :metadata, :changes FROM stream, changed
    ), kept AS (
        INSERT INTO changed_values (tenant_id, seq, field, before, after)
        SELECT :tenant_id, seq, value ->> 'field', value -> 'before', value -> 'after'
          FROM stream, jsonb_array_elements(:values) AS value
    )
    SELECT seq FROM stream
""").bindparams(
    bindparam("customer", type_=JSONB(none_as_null=True)),
    *[bindparam(name, type_=JSONB) for name in ("metadata", "changes", "values", "told_fields")],
)


@dataclass(frozen=True, slots=True)
class Changed:
    """The order as it stands now, and how far the log has grown by this call: None if it was so already."""

    order: OrderRecord
    seq: int | None = None

    @property
    def done(self) -> bool:
        return self.seq is not None


def change(
    order_id: uuid.UUID,
    changes: Sequence[Change],
    *,
    by: Principal,
    expected_revision: int,
    despite_actions: bool = False,
    reason: str | None = None,
    metadata: dict[str, Any] | None = None,
) -> Changed:
    """Make these changes to an order of `by`'s tenant, log them as one, commit, and have the listeners know.

    `expected_revision` is the one that the asker saw. With `despite_actions` only another change since then
    is in the way, and no move and no struck line: so it is with forms, which are open for a while. What is so
    already is answered and not written. Raises OrderNotFound, OrderChanged, PromiseOutOfRange, IllegalChange
    and its kinds, or NotOnTheMenu or DishSoldOut; then nothing has been written.
    """
    try:
        result = _change(order_id, changes, by, expected_revision, despite_actions, reason, metadata or {})
        db.session.commit()
    except Exception as error:
        db.session.rollback()
        metrics.actions.labels("change", type(error).__name__).inc()
        raise
    if result.seq is not None:
        waking.wake(by.tenant_id, result.seq)
    metrics.actions.labels("change", "done" if result.done else "so already").inc()
    return result


def is_made(tenant_id: uuid.UUID, order_id: uuid.UUID, form: str) -> bool:
    """Whether a change with this `form` in its metadata stands in the order's log."""
    of_order = (ActionEvent.tenant_id == tenant_id, ActionEvent.order_id == order_id)
    made = exists().where(*of_order, ActionEvent.action_metadata["form"].astext == form)
    return bool(db.session.scalar(select(made)))


def _change(
    order_id: uuid.UUID,
    changes: Sequence[Change],
    by: Principal,
    expected_revision: int,
    despite_actions: bool,
    reason: str | None,
    metadata: dict[str, Any],
) -> Changed:
    order = records.find_to_write(by.tenant_id, order_id)
    if order is None:
        raise OrderNotFound(order_id)
    adds_lines = any(isinstance(each, AddLine | ChangeLine) for each in changes)
    check_change(order.status, by.role, adds_lines=adds_lines)
    if expected_revision != order.revision and not (
        despite_actions and order.changed_in <= expected_revision < order.revision
    ):
        raise OrderChanged(expected_revision, order)
    draft = drafted(order, changes)
    fields = flat_changes(order, draft.fields)
    if not (draft.added or draft.voided or fields):
        return Changed(order)
    names = [each["field"] for each in fields]
    added = _write_lines(order, draft)
    seq: int = db.session.execute(
        _LOG,
        {
            "tenant_id": by.tenant_id,
            "order_id": order_id,
            "revision": order.revision + 1,
            **_columns(draft.fields),
            **_start(order, draft),
            "told_fields": sorted(KITCHEN_FIELDS.intersection(names)),
            "concerns_kitchen": concerns_kitchen(names, is_of_lines=bool(draft.added or draft.voided)),
            "reason": reason,
            "changed_by": by.name,
            "actor": by.actor,
            "metadata": metadata,
            "changes": {
                "revision": order.revision + 1,
                "added": added,
                "voided": draft.voided,
                "fields": names,
            },
            "values": fields,
        },
    ).scalar_one()
    after = records.find(by.tenant_id, order_id)
    assert after is not None
    return Changed(after, seq)


def _write_lines(order: OrderRecord, draft: Draft) -> list[int]:
    """Void and add; the positions of what was added."""
    revision = order.revision + 1
    of_order = (OrderItem.tenant_id == order.tenant_id, OrderItem.order_id == order.id)
    if draft.voided:
        voids = update(OrderItem).where(*of_order, OrderItem.position.in_(draft.voided))
        db.session.execute(voids.values(voided_in=revision))
    settings = operations.of_restaurant(order.tenant_id, order.restaurant_id)
    lines = menu_lines.from_menu(order.tenant_id, order.restaurant_id, draft.added)
    first = order.items[-1].position + 1
    for position, item in enumerate(lines.items, first):
        db.session.add(
            OrderItem(
                tenant_id=order.tenant_id,
                order_id=order.id,
                position=position,
                added_in=revision,
                **item.routed(settings),
            )
        )
    db.session.flush()
    return list(range(first, first + len(draft.added)))


def _start(order: OrderRecord, draft: Draft) -> dict[str, Any]:
    """When the order must be begun by its promise, if that is another; what has not been begun can be for
    later again."""
    promised_at: dt.datetime | None = draft.fields["promised_at"]
    if promised_at == order.promised_at:
        return {"start_by": order.start_by, "is_later": order.is_later}
    stays = (item.sku for item in order.lines if item.position not in draft.voided)
    slowest = menu_lines.slowest_of(order.tenant_id, (*stays, *(item.sku for item in draft.added)))
    where = (order.tenant_id, order.restaurant_id, order.fulfilment)
    start = must_start.of_promise(*where, promised_at, slowest=slowest)
    is_waiting = order.status in (OrderStatus.PENDING, OrderStatus.CONFIRMED)
    return {"start_by": start.by, "is_later": start.is_later and is_waiting}


def _columns(fields: Fields) -> dict[str, Any]:
    amounts = fields["amounts"] or {}
    return {
        **{name: fields[name] for name in ("note", "promised_at", "reference", "table")},
        "customer": fields["customer"] or None,
        **{name: amounts.get(name) for name in ("currency", "total", "to_collect")},
    }
