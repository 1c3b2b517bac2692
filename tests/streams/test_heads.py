"""Heads that are asked for together are read together, each after it was asked for."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Sequence

import pytest
from flask import Flask

from ordertrack.live.cursor import Cursor
from ordertrack.streams.heads import Heads
from support.server import wait_for


class Log:
    """The first read waits until it is let go on; each read finds one more than the one before."""

    def __init__(self) -> None:
        self.reads: list[list[uuid.UUID]] = []
        self.go_on = threading.Event()
        self.fails = False

    def head(self, tenant_id: uuid.UUID) -> Cursor:
        return self.heads([tenant_id])[tenant_id]

    def heads(self, tenants: Sequence[uuid.UUID]) -> dict[uuid.UUID, Cursor]:
        self.reads.append(sorted(tenants))
        nth = len(self.reads)
        if nth == 1:
            self.go_on.wait(30)
        if self.fails:
            self.fails = False
            raise ConnectionError("the database went away")
        return {tenant: Cursor(1, nth) for tenant in tenants}


@pytest.mark.parametrize("fails", [False, True])
def test_who_asks_while_heads_are_read_is_told_by_the_next_read(app: Flask, fails: bool) -> None:
    log, tenants = Log(), sorted(uuid.uuid4() for _ in range(4))
    heads, found, failed = Heads(log.head, log.heads), dict[uuid.UUID, Cursor](), list[uuid.UUID]()

    def ask(tenant: uuid.UUID) -> None:
        with app.app_context():
            try:
                found[tenant] = heads.of(tenant)
            except ConnectionError:
                failed.append(tenant)

    threads = [threading.Thread(target=ask, args=[tenant]) for tenant in tenants]
    threads[0].start()
    wait_for(lambda: log.reads, "the first read")
    for each in threads[1:]:
        each.start()
    wait_for(lambda: len(heads._next.tenants) == 3, "the others to ask")
    log.fails = fails
    log.go_on.set()
    for each in threads:
        each.join(30)
    assert log.reads == [tenants[:1], tenants[1:]]
    assert found == ({} if fails else {tenants[0]: Cursor(1, 1)}) | dict.fromkeys(tenants[1:], Cursor(1, 2))
    assert failed == (tenants[:1] if fails else [])
