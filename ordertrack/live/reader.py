"""Takes whatever was waked, of many tenants in one read, and has each of them told."""

from __future__ import annotations

import queue
import threading
import time
import uuid
from collections.abc import Callable
from itertools import islice

import structlog

from ordertrack.live.subscriptions import Log
from ordertrack.live.tenant_hub import Busy, TenantHub
from ordertrack.live.topics import Change
from ordertrack.monitoring import metrics

MOST_AT_ONCE = 64  # tenants that are read together
_log = structlog.get_logger(__name__)


class Reader:
    """Two threads: one reads, the other tells what its writer has at hand, and waits for no database.

    No tenant waits for another: one that is busy, as with somebody who joins, gets a thread of its own and is
    read by itself. What fails here the lookout finds.
    """

    def __init__(self, find: Callable[[uuid.UUID], TenantHub | None], log: Log) -> None:
        self._find = find
        self._log = log
        self._lock = threading.Lock()
        self._waked: dict[uuid.UUID, int] = {}
        self._at_hand: dict[uuid.UUID, int] = {}
        self._is_waked = threading.Event()
        self._hands: queue.SimpleQueue[tuple[uuid.UUID, Change] | None] = queue.SimpleQueue()
        self._stopped = False

    def start(self) -> None:
        threading.Thread(target=self._read_on, name="reader", daemon=True).start()
        threading.Thread(target=self._tell_on, name="teller", daemon=True).start()

    def stop(self) -> None:
        self._stopped = True
        self._hands.put(None)
        self._is_waked.set()

    def wake(self, tenant_id: uuid.UUID, seq: int) -> None:
        """The tenant's log has grown to `seq`: read on and publish."""
        if self._find(tenant_id) is None:
            return
        with self._lock:
            if seq <= self._at_hand.get(tenant_id, 0):
                return  # about to be told, without a read
            self._waked[tenant_id] = max(seq, self._waked.get(tenant_id, 0))
        self._is_waked.set()

    def tell(self, tenant_id: uuid.UUID, change: Change) -> None:
        """Publish what is at hand, in its turn."""
        if self._find(tenant_id) is None:
            return
        with self._lock:
            self._at_hand[tenant_id] = max(change.cursor.seq, self._at_hand.get(tenant_id, 0))
        self._hands.put((tenant_id, change))

    def _tell_on(self) -> None:
        while (told := self._hands.get()) is not None:
            tenant_id, change = told
            is_told = self._is_told(tenant_id, [change])
            with self._lock:
                if self._at_hand.get(tenant_id) == change.cursor.seq:
                    del self._at_hand[tenant_id]
            if is_told:
                metrics.told_at_hand.inc()
            else:
                self.wake(tenant_id, change.cursor.seq)

    def _read_on(self) -> None:
        while not self._stopped:
            self._is_waked.wait()
            with self._lock:
                turn = dict(islice(self._waked.items(), MOST_AT_ONCE))
                for tenant_id in turn:
                    del self._waked[tenant_id]
                if not self._waked:
                    self._is_waked.clear()
            try:
                self._read(turn)
            except Exception as error:
                _log.warning("the log cannot be read on", tenants=len(turn), error=str(error))

    def _read(self, turn: dict[uuid.UUID, int]) -> None:
        """Read on where these tenants stand, and have each told of what it lacks."""
        positions: dict[uuid.UUID, int] = {}
        for tenant_id, seq in turn.items():
            tenant = self._find(tenant_id)
            try:
                position = tenant.position() if tenant is not None else None
            except Busy:
                self._read_alone(tenant_id, seq)
                continue
            if position is not None and position < seq:
                positions[tenant_id] = position
        if not positions:
            return
        metrics.event_reads.inc()
        for tenant_id, changes in self._log.after_many(positions).items():
            if not self._is_told(tenant_id, changes):
                self._read_alone(tenant_id, turn[tenant_id])
            elif changes[-1].cursor.seq < turn[tenant_id]:
                self.wake(tenant_id, turn[tenant_id])  # there is more than one read holds
            time.sleep(0)  # let requests in between tenants

    def _is_told(self, tenant_id: uuid.UUID, changes: list[Change]) -> bool:
        """Whether the tenant needs no read of its own."""
        tenant = self._find(tenant_id)
        try:
            return tenant is None or tenant.tell_of(changes)
        except Exception as error:
            _log.warning("a tenant's log cannot be read on", tenant=str(tenant_id), error=str(error))
            return True

    def _read_alone(self, tenant_id: uuid.UUID, seq: int) -> None:
        def read() -> None:
            tenant = self._find(tenant_id)
            try:
                if tenant is not None:
                    tenant.wake(seq)
            except Exception as error:
                _log.warning("a tenant's log cannot be read on", tenant=str(tenant_id), error=str(error))

        threading.Thread(target=read, name="reader of one", daemon=True).start()
