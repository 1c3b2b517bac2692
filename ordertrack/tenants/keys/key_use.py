"""When an API key was last used, to the minute: no call waits for a write of its own."""

from __future__ import annotations

import datetime as dt
import time
import uuid

from flask import current_app
from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import DBAPIError

from ordertrack.database.session import db
from ordertrack.tenants.models import ApiKey

WRITTEN_EVERY = 60.0  # seconds, by all processes together
MOST_KNOWN = 10_000  # keys

_noted: dict[uuid.UUID, float] = {}


def note(tenant_id: uuid.UUID, key_id: uuid.UUID) -> None:
    """This key of the entered tenant is in use; writes that if nobody has lately."""
    now = time.monotonic()
    if now - _noted.get(key_id, float("-inf")) < WRITTEN_EVERY:
        return
    if len(_noted) >= MOST_KNOWN:
        _noted.clear()
    _noted[key_id] = now
    try:
        _write(tenant_id, key_id)
    except DBAPIError as error:  # a disk that is full, say: what is only read is answered all the same
        db.session.rollback()
        current_app.logger.warning("that a key was used could not be written: %s", error)


def _write(tenant_id: uuid.UUID, key_id: uuid.UUID) -> None:
    at = func.clock_timestamp()
    lately = at - dt.timedelta(seconds=WRITTEN_EVERY)
    # Whoever holds the row, as another process that writes the same, is not waited for.
    free = (
        select(ApiKey.id)
        .where(ApiKey.tenant_id == tenant_id, ApiKey.id == key_id)
        .where(or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at < lately))
        .with_for_update(key_share=True, skip_locked=True)
    )
    db.session.execute(
        update(ApiKey)
        .where(ApiKey.tenant_id == tenant_id, ApiKey.id.in_(free))
        .values(last_used_at=at)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
