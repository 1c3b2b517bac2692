"""Orders of the past: what was ordered, every step with its time, and when a log has no place for them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY, TEXT

from ordertrack.database.session import db
from ordertrack.orders.imported import NO_REASON
from ordertrack.orders.models import Order
from ordertrack.orders.placing.new_order import NewOrder
from ordertrack.rules import state_machine
from ordertrack.rules.state_machine import ADDED, FIRST, TERMINAL, OrderStatus, RuleSet
from ordertrack.tenants.principal import Principal


class HistoryRefused(ValueError):
    """This is no past; the message says what to change. Nothing has been written."""


class NotYetPast(HistoryRefused):
    """Something would be written that is still to come."""

    def __init__(self, last: dt.datetime) -> None:
        super().__init__(f"This past goes on until {_told(last)}, which is still to come: begin it earlier.")


class PastStep(NamedTuple):
    """At `at` (aware) the order became `status` by the hand of `by`."""

    status: OrderStatus
    at: dt.datetime
    by: Principal
    metadata: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PastOrder:
    """Raises IllegalTransition for a step that no order makes, ValueError where its time runs back.

    `rule_set` is that of the log that it comes from if an importer writes it, else the tenant's. A step of
    which nobody knows the time stands at the next one that is known, or the last, and says TIME_UNKNOWN in
    its metadata.
    """

    order: NewOrder
    steps: tuple[PastStep, ...]
    idempotency_key: str | None = None
    rule_set: RuleSet = RuleSet.STRICT

    def __post_init__(self) -> None:
        if not self.steps or self.steps[0].status != FIRST:
            raise ValueError(f"an order begins as {FIRST}")
        for before, after in pairwise(self.steps):
            state_machine.check(before.status, after.status, self.order.fulfilment, None, self.rule_set)
            if after.at < before.at:
                raise ValueError(f"{after.status} comes before {before.status}")

    @property
    def ended_at(self) -> dt.datetime | None:
        """None if it is open."""
        return self.steps[-1].at if self.steps[-1].status in TERMINAL else None

    def metadata(self, place: int) -> dict[str, Any]:
        """What the event of a step says, with a reason where the rules ask for one."""
        step = self.steps[place]
        reason = step.metadata.get("reason")
        says_why = isinstance(reason, str) and reason.strip()
        if says_why or not place or (self.steps[place - 1].status, step.status) not in ADDED:
            return step.metadata
        return step.metadata | {"reason": NO_REASON}

    @property
    def sender(self) -> str:
        """The actor who placed it, to whom its idempotency key belongs."""
        return self.steps[0].by.actor


class Found(NamedTuple):
    """An order that the log has already."""

    id: uuid.UUID
    fingerprint: str
    version: int
    status: OrderStatus


def found(tenant_id: uuid.UUID, orders: Sequence[PastOrder]) -> dict[str, Found]:
    """Those of the orders that the entered tenant has already from their senders, by idempotency key."""
    senders = {order.idempotency_key: order.sender for order in orders if order.idempotency_key is not None}
    rows = db.session.execute(_FOUND, {"tenant_id": tenant_id, "keys": list(senders)})
    return {
        row.key: Found(row.id, row.fingerprint, row.version, row.status)
        for row in rows
        if row.sender == senders[row.key]
    }


def _told(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC"


_FOUND = select(
    Order.idempotency_key.label("key"),
    Order.idempotency_sender.label("sender"),
    Order.id,
    Order.idempotency_hash.label("fingerprint"),
    Order.version,
    Order.status,
).where(
    Order.tenant_id == bindparam("tenant_id"),
    Order.idempotency_key == any_(bindparam("keys", type_=ARRAY(TEXT))),
)
