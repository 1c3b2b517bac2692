"""Writing one action to the log by the schema's own function, which compares, sets and writes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from psycopg.types.json import Jsonb

from ordertrack.database.statements import TenantCall
from ordertrack.live.cursor import Cursor
from ordertrack.orders.log.entries import ActionRecord, Change
from ordertrack.orders.reading import records
from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.rules.order_actions import OrderAction
from ordertrack.tenants.principal import Principal

_WRITTEN = "epoch, seq, at, revision"
_DONE = (
    "%(expected_status)s, %(act)s, %(line)s, %(detail)s, %(changed_by)s,"
    " %(actor)s, %(metadata)s, %(seen_revision)s, %(minutes)s"
)
_ACT = TenantCall("act_on_order", _WRITTEN, "order_id", _DONE)
_ACT_KNOWN = TenantCall("act_on_known_order", _WRITTEN, "order_id", f"{_DONE}, %(revision)s")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be done: `line` for strikes, `detail` a reason or a rider's name, `minutes` of a delay.

    `seen_revision` is for acknowledging changes: those that came after it stay unseen.
    """

    act: OrderAction
    line: int | None = None
    detail: str | None = None
    minutes: int | None = None
    seen_revision: int | None = None
    metadata: dict[str, Any] = field(default_factory=dict)


def write(order: OrderRecord, wish: Wish, by: Principal) -> Change | None:
    """Do it to the order as it was read, in the running transaction; the entry, and the order after it.

    None if the order has moved on since, or if somebody did the same.
    """
    return _write(_ACT, order, wish, by)


def write_known(order: OrderRecord, wish: Wish, by: Principal) -> Change | None:
    """As `write`, to the order as it is known; None too if anything at all has happened to it since."""
    return _write(_ACT_KNOWN, order, wish, by, revision=order.revision)


def _write(call: TenantCall, order: OrderRecord, wish: Wish, by: Principal, **only_at: int) -> Change | None:
    written = call.rows(
        order_id=order.id,
        expected_status=order.status.value,
        act=wish.act.value,
        line=wish.line,
        detail=wish.detail,
        changed_by=by.name,
        actor=by.actor,
        metadata=Jsonb(wish.metadata),
        seen_revision=wish.seen_revision,
        minutes=wish.minutes,
        **only_at,
    )
    if not written:
        return None
    made = written[0]
    entry = ActionRecord(
        cursor=Cursor(made.epoch, made.seq),
        order_id=order.id,
        number=order.number,
        restaurant=order.restaurant,
        act=wish.act,
        status=order.status,
        line=wish.line,
        detail=wish.detail,
        changed_by=by.name,
        actor=by.actor,
        occurred_at=made.at,
        metadata=wish.metadata,
        changes=None,
        minutes=wish.minutes,
        recorded_at=made.at,
    )
    after = order.after_act(wish.act, made.at, wish.line, wish.detail, wish.minutes)
    return Change(entry, records.as_written(after, made.revision))
