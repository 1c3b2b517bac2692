"""What an endpoint can be told of: each status that an order comes to, and what is done to it besides."""

from __future__ import annotations

from ordertrack.orders.log.entries import ActionRecord, EventRecord
from ordertrack.rules.state_machine import OrderStatus

ACTIONS = "actions"
TEST = "test"
"""What a manager sends to see whether it arrives: of no order, and nothing can be told of it by choice."""
STATUSES = tuple(status.value for status in OrderStatus)
KINDS = (*STATUSES, ACTIONS)


def kind_of(entry: EventRecord | ActionRecord) -> str:
    return entry.to_status.value if isinstance(entry, EventRecord) else ACTIONS
