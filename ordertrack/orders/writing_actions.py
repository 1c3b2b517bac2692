"""Writing one action to the log by the schema's own function, which compares, sets, writes and wakes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from psycopg.types.json import Jsonb

from ordertrack.database.channels import EVENTS_CHANNEL
from ordertrack.database.statements import Statement
from ordertrack.orders import records
from ordertrack.orders.order_record import OrderRecord
from ordertrack.rules.order_actions import OrderAction
from ordertrack.tenants.principal import Principal

_ACT = Statement(
    "SELECT at, revision FROM act_on_order(%(tenant_id)s, %(order_id)s, %(expected_status)s, %(act)s,"
    " %(line)s, %(detail)s, %(changed_by)s, %(actor)s, %(metadata)s, %(channel)s, %(seen_revision)s,"
    " %(minutes)s)",
    {"channel": EVENTS_CHANNEL},
)


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


def write(order: OrderRecord, wish: Wish, by: Principal) -> OrderRecord | None:
    """Do it to the order as it was read, in the running transaction; the order after it.

    None if the order has moved on since, or if somebody did the same.
    """
    written = _ACT.rows(
        tenant_id=order.tenant_id,
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
    )
    if not written:
        return None
    at: dt.datetime = written[0].at
    after = order.after_act(wish.act, at, wish.line, wish.detail, wish.minutes)
    return records.as_written(after, written[0].revision)
