"""What guests see by themselves: up to where an open, visible page of an order has shown it.

The page says so once whenever it has shown something new; nobody who only waits sends anything.
"""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from ordertrack.database.session import db
from ordertrack.messages.models import GuestPage


def note(tenant_id: uuid.UUID, order_id: uuid.UUID, revision: int) -> None:
    """The guest has seen the order up to this revision; committed."""
    row = insert(GuestPage).values(tenant_id=tenant_id, order_id=order_id, revision=revision)
    db.session.execute(
        row.on_conflict_do_update(
            index_elements=["tenant_id", "order_id"],
            set_={
                "revision": func.greatest(GuestPage.revision, row.excluded.revision),
                "seen_at": func.clock_timestamp(),
            },
        )
    )
    db.session.commit()


def was_open(tenant_id: uuid.UUID, order_id: uuid.UUID, since: dt.datetime) -> bool:
    """Whether the guest has seen the page since then."""
    query = select(GuestPage.revision).where(
        GuestPage.tenant_id == tenant_id, GuestPage.order_id == order_id, GuestPage.seen_at >= since
    )
    return db.session.scalar(query) is not None


def has_shown(tenant_id: uuid.UUID, order_id: uuid.UUID, revision: int) -> bool:
    """Whether the guest has seen what happened to the order in this revision."""
    query = select(GuestPage.revision).where(
        GuestPage.tenant_id == tenant_id, GuestPage.order_id == order_id, GuestPage.revision >= revision
    )
    return db.session.scalar(query) is not None
