"""Having everybody know that a log has grown: after the commit, for in it every other commit would wait."""

from __future__ import annotations

import uuid
from typing import Protocol

from flask import current_app

from ordertrack.database.channels import EVENTS_CHANNEL, hint
from ordertrack.orders.log.entries import Change
from ordertrack.orders.reading import known_orders


class Waker(Protocol):
    """What a process that serves does instead of notifying of each entry by itself."""

    def wake(self, tenant_id: uuid.UUID, seq: int) -> None: ...

    def tell(self, tenant_id: uuid.UUID, change: Change) -> None: ...


def wake(tenant_id: uuid.UUID, seq: int) -> None:
    """The tenant's log has grown to `seq`, for good. Who does not hear of it finds it within a second or two.

    So it raises nothing: what was written is written, whoever is told.
    """
    waker: Waker | None = current_app.extensions.get("waker")
    if waker is not None:
        waker.wake(tenant_id, seq)
        return
    hint(EVENTS_CHANNEL, [f"{tenant_id}:{seq}"])


def tell(tenant_id: uuid.UUID, change: Change) -> None:
    """As `wake`, by whoever has at hand what would be read."""
    known_orders.put(change.order)
    waker: Waker | None = current_app.extensions.get("waker")
    if waker is not None:
        waker.tell(tenant_id, change)
    else:
        wake(tenant_id, change.cursor.seq)
