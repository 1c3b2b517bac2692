"""Heads of logs that are asked for at the same moment are read together: screens come back all at once."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping, Sequence

from ordertrack.database.session import is_in_transaction
from ordertrack.live.cursor import Cursor

MOST = 200  # tenants that are read at once


class _Batch:
    """The tenants whose heads are asked for, and what was found."""

    def __init__(self) -> None:
        self.tenants: set[uuid.UUID] = set()
        self.found: Mapping[uuid.UUID, Cursor] | None = None


class Heads:
    """One read at a time; whoever asks meanwhile is of the next one, and nobody of one that has begun."""

    def __init__(
        self,
        read: Callable[[uuid.UUID], Cursor],
        read_many: Callable[[Sequence[uuid.UUID]], Mapping[uuid.UUID, Cursor]],
    ) -> None:
        self._read = read
        self._read_many = read_many
        self._next = _Batch()
        self._reading = threading.Lock()

    def of(self, tenant_id: uuid.UUID) -> Cursor:
        """The position of the newest committed entry, now or later."""
        if is_in_transaction():  # who holds a connection must not wait for somebody who needs one
            return self._read(tenant_id)
        batch = self._next
        batch.tenants.add(tenant_id)
        if len(batch.tenants) >= MOST:
            self._next = _Batch()
        with self._reading:
            if batch.found is None:
                if self._next is batch:
                    self._next = _Batch()
                batch.found = self._found(batch.tenants)
        return batch.found[tenant_id]

    def _found(self, tenants: set[uuid.UUID]) -> Mapping[uuid.UUID, Cursor]:
        if len(tenants) > 1:
            return self._read_many(list(tenants))
        return {each: self._read(each) for each in tenants}
