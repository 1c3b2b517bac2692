"""A tenant that is busy: its lock is in another thread's hands."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ordertrack.live.hub import Hub
from support.cast import House


@contextmanager
def held(hub: Hub, house: House) -> Iterator[None]:
    """A tenant's lock, in another thread's hands."""
    taken, done = threading.Event(), threading.Event()

    def hold() -> None:
        with hub._tenants[house.tenant_id]._lock:
            taken.set()
            done.wait(60)

    holder = threading.Thread(target=hold)
    holder.start()
    taken.wait(20)
    try:
        yield
    finally:
        done.set()
        holder.join()
