"""Endpoints as deliveries need them: read once a second, however many are sent, their secrets opened."""

from __future__ import annotations

import datetime as dt
import threading
import time
import uuid
from dataclasses import dataclass

from sqlalchemy import bindparam, func, or_, select

from ordertrack.database.statements import TenantQuery
from ordertrack.outgoing import sealing
from ordertrack.webhooks.models import Endpoint, Secret

_FOR = 1.0  # seconds


@dataclass
class Known:
    """An endpoint that is told; `keys` are its secrets that are good now, the newest first.

    `failing_since` is kept up by who tells it.
    """

    url: str
    keys: list[str]
    failing_since: dt.datetime | None


_known: dict[uuid.UUID, tuple[float, Known | None]] = {}
_lock = threading.Lock()


def find(tenant_id: uuid.UUID, endpoint_id: uuid.UUID) -> Known | None:
    """None if it is disabled or was ended."""
    with _lock:
        read_at, found = _known.get(endpoint_id, (float("-inf"), None))
    if time.monotonic() - read_at < _FOR:
        return found
    rows = _ENDPOINT.rows(tenant_id=tenant_id, endpoint_id=endpoint_id)
    found = None
    if rows:
        keys = [sealing.unseal(row.sealed_secret).decode() for row in rows]
        found = Known(rows[0].url, keys, rows[0].failing_since)
    with _lock:
        _known[endpoint_id] = time.monotonic(), found
    return found


def forget(endpoint_id: uuid.UUID) -> None:
    with _lock:
        _known.pop(endpoint_id, None)


_ENDPOINT = TenantQuery(
    select(Endpoint.url, Endpoint.failing_since, Secret.sealed_secret)
    .join(Secret, (Secret.tenant_id == Endpoint.tenant_id) & (Secret.endpoint_id == Endpoint.id))
    .where(
        Endpoint.tenant_id == bindparam("tenant_id"),
        Endpoint.id == bindparam("endpoint_id"),
        Endpoint.ended_at.is_(None),
        Endpoint.disabled_at.is_(None),
        or_(Secret.ends_at.is_(None), Secret.ends_at > func.clock_timestamp()),
    )
    .order_by(Secret.made_at.desc())
)
