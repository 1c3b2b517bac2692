"""What stands in the log: status events and actions, alone or together with their order."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from ordertrack.live.cursor import Cursor
from ordertrack.orders.imported import is_timed
from ordertrack.orders.reading.order_record import OrderRecord
from ordertrack.rules.order_actions import OrderAction
from ordertrack.rules.state_machine import OrderStatus


@dataclass(frozen=True, slots=True)
class EventRecord:
    """One status event. `occurred_at` is aware, in UTC; `in_status_for` is the time in the left status.

    It was recorded when it happened, unless it is history that was brought along.
    """

    cursor: Cursor
    order_id: uuid.UUID
    number: int
    restaurant: str
    from_status: OrderStatus | None
    to_status: OrderStatus
    changed_by: str
    actor: str
    occurred_at: dt.datetime
    in_status_for: dt.timedelta | None
    metadata: dict[str, Any]
    open_lines: int | None
    recorded_at: dt.datetime

    @property
    def is_history(self) -> bool:
        """Whether it was lived elsewhere or earlier, and written into the log later."""
        return self.recorded_at > self.occurred_at

    @property
    def is_timed(self) -> bool:
        """Whether it happened when it says."""
        return is_timed(self.actor, self.to_status, self.metadata)

    @property
    def statuses(self) -> tuple[OrderStatus | None, ...]:
        """Where the order stood before and after."""
        return self.from_status, self.to_status


@dataclass(frozen=True, slots=True)
class ActionRecord:
    """One action. `line` is the position of a struck line, `detail` a reason or a rider's name.

    `changes` says of a change its `revision`, which lines it `added` and `voided`, and which `fields` it set.
    """

    cursor: Cursor
    order_id: uuid.UUID
    number: int
    restaurant: str
    act: OrderAction
    status: OrderStatus
    line: int | None
    detail: str | None
    changed_by: str
    actor: str
    occurred_at: dt.datetime
    metadata: dict[str, Any]
    changes: dict[str, Any] | None
    minutes: int | None
    recorded_at: dt.datetime

    @property
    def is_history(self) -> bool:
        """As a status event's."""
        return self.recorded_at > self.occurred_at

    @property
    def statuses(self) -> tuple[OrderStatus | None, ...]:
        """Where the order stood, before and after."""
        return (self.status,)


@dataclass(frozen=True, slots=True)
class Change:
    """An entry of the log together with its order as it is now (which may have moved on since)."""

    event: EventRecord | ActionRecord
    order: OrderRecord

    @property
    def cursor(self) -> Cursor:
        return self.event.cursor

    @property
    def recorded_at(self) -> dt.datetime:
        return self.event.recorded_at

    @property
    def is_past(self) -> bool:
        """Whether it is history that the order has left behind: a later entry says where it stands."""
        return self.event.is_history and self.event.statuses[-1] != self.order.status


@dataclass(frozen=True, slots=True)
class LogEntry:
    """An entry of the log by itself, for those who are told of events and not of orders."""

    event: EventRecord | ActionRecord

    @property
    def cursor(self) -> Cursor:
        return self.event.cursor

    @property
    def recorded_at(self) -> dt.datetime:
        return self.event.recorded_at
